/** At the stop: who boards, who alights, what is due, and what to do about those who do not come. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { html, Stepper } from "../shared/ui.mjs";
import { findByCode, isCode } from "./codes.mjs";
import { useNow } from "./next.mjs";
import { getContact } from "./resources.mjs";
import { countdown, partyText, stopName, won } from "./words.mjs";

export function AtStop({ visits, cab, announce }) {
  const [first] = visits;
  const pickups = visits.filter((visit) => visit.kind === "pickup");
  const others = visits.filter((visit) => visit.kind !== "pickup");
  return html`
    <section class="at-stop" aria-labelledby="here-stop">
      <p class="kind">${t("here.label")}</p>
      <h2 id="here-stop" tabindex="-1">${stopName(first)}</h2>
      ${others.map((visit) => html`<${Leaving} key=${visit.visit_id} visit=${visit} cab=${cab} announce=${announce} />`)}
      ${pickups.length > 0 && html`<${CodeField} pickups=${pickups} cab=${cab} announce=${announce} />`}
      ${pickups.map((visit) => html`<${Boarding} key=${visit.visit_id} visit=${visit} cab=${cab} announce=${announce} />`)}
    </section>`;
}

function Leaving({ visit, cab, announce }) {
  const isBreak = visit.kind === "break";
  const act = () => {
    cab.actAt(visit, isBreak ? "complete" : "alight");
    announce(t(isBreak ? "said.rested" : "said.alighted"));
  };
  return html`
    <article class="person leaving"><h3>${isBreak ? t("here.break", { minutes: Math.round(visit.dwell_s / 60) }) : t("here.alighting")}</h3>
      <p class="who">${partyText(visit.party)}</p>
      <button type="button" class="primary go" onClick=${act}>${t(isBreak ? "act.break-over" : "act.alight")}</button>
    </article>`;
}

/** One field for all who stand at the door: the code says whose it is. */
function CodeField({ pickups, cab, announce }) {
  const [typed, type] = useState("");
  const [wrong, setWrong] = useState("");
  const field = useRef();
  const enter = async (event) => {
    event.preventDefault();
    if (!isCode(typed)) return setWrong(t("code.four"));
    const visit = (await findByCode(pickups, typed)) ?? (canTell() ? null : pickups[0]);
    if (!visit) {
      field.current.select();
      return setWrong(t("code.wrong", { code: typed }));
    }
    type("");
    setWrong("");
    announce(t("said.boarded", { who: partyText(visit.party) }));
    return cab.actAt(visit, "board", { code: typed });
  };
  return html`
    <form class="code" onSubmit=${enter} novalidate>
      <label for="boarding-code">${t("code.label")}</label>
      <div class="two"><input ref=${field} id="boarding-code" inputmode="numeric" autocomplete="off" maxlength="4"
          pattern="[0-9]*" value=${typed} aria-invalid=${wrong ? "true" : "false"} aria-describedby="code-note"
          onInput=${(event) => { type(event.target.value); setWrong(""); }} />
        <button type="submit" class="primary">${t("code.board")}</button></div>
      <p id="code-note" class="error" role="alert">${wrong}</p>
    </form>`;
}

const canTell = () => Boolean(globalThis.crypto?.subtle);

function Boarding({ visit, cab, announce }) {
  const [isPart, setPart] = useState(false);
  const board = (party) => {
    announce(t("said.boarded", { who: partyText(party ? { ...visit.party, ...party } : visit.party) }));
    return cab.actAt(visit, "board", party ? { party } : {});
  };
  return html`
    <article class="person boarding"><h3>${partyText(visit.party)}</h3>
      ${visit.channel === "phone" && html`<p><span class="tag">${t("tag.phone")}</span></p>`}
      <${FareDue} fare=${visit.fare} />
      <div class="two">
        <button type="button" class="primary go" onClick=${() => board()}>${t("act.board")}</button>
        ${visit.party.passengers > 1 && html`
          <button type="button" class="quiet" aria-expanded=${isPart ? "true" : "false"}
            onClick=${() => setPart(!isPart)}>${t("act.board-part")}</button>`}
      </div>
      ${isPart && html`<${Part} booked=${visit.party} onBoard=${board} />`}
      <${NotHere} visit=${visit} cab=${cab} announce=${announce} />
    </article>`;
}

function FareDue({ fare }) {
  if (!fare) return null;
  const line = ({ kind, riders, each }) => html`<li key=${kind}>${t(`fare.${kind}`, { count: riders, each: won(each) })}</li>`;
  return html`
    <div class="fare"><p>${t("fare.due")} <strong>${t("fare.won", { amount: won(fare.amount) })}</strong></p>
      <ul>${fare.lines.map(line)}</ul></div>`;
}

const KINDS = ["wheelchairs", "seniors", "children"];

/** How many of a party came; what is not there was not booked. */
function Part({ booked, onBoard }) {
  const [came, setCame] = useState({ ...booked, passengers: booked.passengers - 1 });
  const change = (kind) => (n) => setCame((old) => fitting({ ...old, [kind]: n }));
  return html`
    <fieldset class="part"><legend>${t("part.legend")}</legend>
      <${Stepper} label=${t("party.passengers")} value=${came.passengers} min=${1} max=${booked.passengers}
        onChange=${change("passengers")} />
      ${KINDS.filter((kind) => booked[kind] > 0).map((kind) => html`
        <${Stepper} key=${kind} label=${t(`party.${kind}`)} value=${came[kind]} min=${0}
          max=${Math.min(booked[kind], came.passengers)} onChange=${change(kind)} />`)}
      <button type="button" class="primary wide" onClick=${() => onBoard(came)}>
        ${t("part.board", { who: partyText(came) })}</button>
    </fieldset>`;
}

/** A party that adds up: those of a kind are among the passengers. */
export function fitting(party) {
  const seniors = Math.min(party.seniors, party.passengers);
  return {
    ...party,
    seniors,
    children: Math.min(party.children, party.passengers - seniors),
    wheelchairs: Math.min(party.wheelchairs, party.passengers),
    residents: Math.min(party.residents ?? 0, party.passengers),
  };
}

function NotHere({ visit, cab, announce }) {
  const now = useNow(cab.clock);
  const [contact, setContact] = useState(null);
  const [told, tell] = useState("");
  const reach = async () => {
    tell("");
    try {
      setContact(await getContact(visit.booking_id));
    } catch (error) {
      tell(t(error.status === 404 ? "contact.none" : "contact.failed"));
    }
  };
  const tried = () => {
    cab.actAt(visit, "contact", { means: "call" });
    announce(t("said.contacted"));
  };
  const isAllowed = visit.no_show_from && now >= Date.parse(visit.no_show_from);
  const miss = () => {
    cab.actAt(visit, "no-show");
    announce(t("said.missed"));
  };
  const why = isAllowed ? t("missing.contact-first") : visit.no_show_from && t("missing.wait", {
    time: cab.clock.time(visit.no_show_from), left: countdown(visit.no_show_from, now),
  });
  const isOff = !isAllowed || !visit.contacted;
  return html`
    <details class="missing"><summary>${t("missing.summary")}</summary>
      <p class="told" role="status">${told}</p>
      ${contact
        ? html`<p class="contact"><strong>${contact.name}</strong>
            ${contact.phone && html`<a class="button quiet" href=${`tel:${contact.phone.replaceAll(" ", "")}`}>${t("contact.call")}</a>`}</p>`
        : html`<button type="button" class="quiet wide" onClick=${reach}>${t("contact.show")}</button>`}
      <button type="button" class="quiet wide" disabled=${visit.contacted} onClick=${tried}>
        ${t(visit.contacted ? "contact.tried" : "contact.try")}</button>
      <p id=${`missing-${visit.visit_id}`} class="hint">${isOff && why}</p>
      <button type="button" class="danger wide" disabled=${isOff} aria-describedby=${`missing-${visit.visit_id}`}
        onClick=${miss}>${t("act.no-show")}</button>
    </details>`;
}
