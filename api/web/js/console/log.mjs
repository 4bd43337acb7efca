/** Who did what when, with a filter, and as a file. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { findText, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { getAsStaff, openAsStaff } from "../shared/staff.mjs";
import { html } from "../shared/ui.mjs";
import { codeOf } from "./desk.mjs";

const PAGE = 500;
const SHOWN = 200;

export function AuditTrail({ desk, clock, isShown }) {
  const [entries, setEntries] = useState([]);
  const [actor, setActor] = useState("");
  const [kind, setKind] = useState("");
  const [problem, setProblem] = useState("");
  const look = async (event) => {
    event?.preventDefault();
    try {
      setEntries(await readAll(actor, kind));
      setProblem("");
    } catch (error) {
      setProblem(explain(error).next);
    }
  };
  useEffect(() => { if (isShown) look(); }, [isShown]);
  const kinds = [...new Set(["", kind, ...entries.map((entry) => entry.type)])].sort();
  return html`
    <form onSubmit=${look}><div class="row">
      <label>${t("log.actor")}<input value=${actor} maxlength="64" onInput=${(event) => setActor(event.target.value)} /></label>
      <label>${t("log.kind")}<select value=${kind} onChange=${(event) => setKind(event.target.value)}>
        ${kinds.map((each) => html`<option key=${each} value=${each}>${each ? eventName(each) : t("log.all")}</option>`)}</select></label>
      <button type="submit" class="quiet">${t("log.look")}</button>
      <button type="button" class="quiet" onClick=${() => save(desk.day.service_date)}>${t("log.save")}</button></div></form>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    <div class="table-scroll" tabindex="0" role="region" aria-label=${t("log.table")}>
      <table><thead><tr>${["when", "who", "what", "whom"].map((name) => html`<th key=${name} scope="col">${t(`column.${name}`)}</th>`)}</tr></thead>
      <tbody>${entries.slice(-SHOWN).reverse().map((entry, k) => html`
        <tr key=${`${entry.version}.${k}`}><td class="time">${clock.time(entry.at)}</td><td>${actorName(entry.actor)}</td>
          <td>${eventName(entry.type)}</td><td>${whom(entry.facts)}</td></tr>`)}</tbody></table>
    </div>`;
}

/** The day's log, page by page; filtered by the service. */
async function readAll(actor, kind) {
  const entries = [];
  for (let cursor = ""; cursor !== null; ) {
    const query = new URLSearchParams({ limit: PAGE, actor, kind, cursor });
    const page = await getAsStaff(`/v1/audit-log?${query}`);
    entries.push(...page.entries);
    cursor = page.next_cursor;
  }
  return entries;
}

async function save(date) {
  const response = await openAsStaff("/v1/audit-log.csv")({});
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(await response.blob()), download: `audit-${date}.csv`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const eventName = (type) => findText(`event.${type}`) ?? type;
const actorName = (actor) => findText(`actor.${actor}`) ?? actor;
const whom = ({ booking_id: booking, vehicle_id: vehicle }) => [booking && codeOf(booking), vehicle].filter(Boolean).join(" · ");
