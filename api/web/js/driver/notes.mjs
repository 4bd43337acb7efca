/** What a driver has to know of the plan and of the reports: changes, what is waiting, what was refused. */
import { nameOf, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { html } from "../shared/ui.mjs";
import { partyText, stopName } from "./words.mjs";

/** The plan has changed: what is new, until the driver has read it. */
export function Changes({ changes, clock, onRead }) {
  return html`
    <div class="changes" role="alert" aria-live="assertive">
      ${changes.length > 0 && html`
        <section class="change-note" aria-label=${t("change.label")}>
          <ul>${changes.map(({ kind, visit }, n) => html`<li key=${n}>${t(`change.${kind}`, {
            stop: stopName(visit), time: clock.time(visit.starts_at), who: partyText(visit.party),
          })}</li>`)}</ul>
          <button type="button" class="quiet" onClick=${onRead}>${t("change.read")}</button>
        </section>`}
    </div>`;
}

/** What the service would not take, in words, and what to do. */
export function Refusals({ acts, clock, onRead }) {
  return html`
    <div role="alert">
      ${acts.map((act) => html`
        <section key=${act.seq} class="refusal" aria-label=${t("refused.label")}>
          <h2>${t("refused.heading", { what: t(`did.${act.kind}`), time: clock.time(act.body.at) })}
            ${act.stop && html` <span>${nameOf(act.stop)}</span>`}</h2>
          <p>${refusalText(act, clock)}</p>
          <button type="button" class="quiet" onClick=${() => onRead(act.seq)}>${t("change.read")}</button>
        </section>`)}
    </div>`;
}

function refusalText({ refusal }, clock) {
  const at = refusal.body?.possible_at;
  const { title, next } = explain(refusal, { time: at ? clock.time(at) : "" });
  return at ? `${title} ${t("refused.from", { time: clock.time(at) })}` : `${title} ${next}`;
}

/** The connection, and how much is still to be sent. */
export function LinkState({ link, waiting }) {
  const key = link === "ok" && waiting ? "sending" : link;
  return html`<p class="link ${key}" role="status"><span class="dot" aria-hidden="true"></span>
    ${t(`link.${key}`)}${waiting > 0 && html` <span class="count-waiting">${t("link.waiting", { n: waiting })}</span>`}</p>`;
}
