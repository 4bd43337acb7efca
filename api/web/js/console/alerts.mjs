/** What to look at, most urgent first, as the service ranks it; big enough to be read from afar. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { postAsStaff } from "../shared/staff.mjs";
import { minutesOf } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { codeOf } from "./desk.mjs";
import { moveRows } from "./roving.mjs";

const SHOWN = 40;

export function Alerts({ desk, clock, show, mayAct, announce }) {
  const { alerts } = desk;
  const urgent = alerts.filter((alert) => alert.level === "emergency" || alert.level === "act").length;
  return html`
    <h2 id="alerts-heading" tabindex="-1">${t("alerts.heading")}
      <span class=${urgent ? "tally is-urgent" : "tally"}>${alerts.length}</span></h2>
    ${!alerts.length && html`<p class="calm">${t(desk.isReady ? "alerts.none" : "alerts.loading")}</p>`}
    <ul class="alerts" onKeyDown=${moveRows}>
      ${alerts.slice(0, SHOWN).map((alert, at) => html`
        <li key=${alert.alert_id}><${Alert} alert=${alert} isFirst=${at === 0} clock=${clock}
          onShow=${() => show(subjectOf(alert))} />
          ${mayAct && alert.incident_id && html`<${Deal} alert=${alert} announce=${announce} />`}</li>`)}
    </ul>
    ${alerts.length > SHOWN && html`<p class="hint">${t("alerts.more", { count: alerts.length - SHOWN })}</p>`}`;
}

/** An incident leaves the list when somebody says that it has been dealt with. */
function Deal({ alert, announce }) {
  const [problem, setProblem] = useState("");
  const deal = () => postAsStaff(`/v1/incidents/${alert.incident_id}/close`)
    .then(() => announce(t("alerts.dealt")), (error) => setProblem(explain(error).next));
  return html`<button type="button" class="quiet deal" onClick=${deal}>${t("alerts.deal", { what: t(`alert.${alert.kind}`) })}</button>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}`;
}

const subjectOf = (alert) =>
  alert.booking_id ? { booking: alert.booking_id } : alert.vehicle_id ? { vehicle: alert.vehicle_id } : null;

function Alert({ alert, isFirst, clock, onShow }) {
  return html`
    <button type="button" data-row class="alert is-${alert.level}" tabindex=${isFirst ? 0 : -1} onClick=${onShow}>
      <span class="alert-level">${t(`level.${alert.level}`)}</span>
      <strong>${t(`alert.${alert.kind}`)}</strong>
      <span>${whom(alert)} ${amountOf(alert)}</span>
      <time>${clock.time(alert.due_at)}</time>
    </button>`;
}

function whom({ vehicle_id: vehicle, booking_id: booking }) {
  return [vehicle && t("alert.vehicle", { id: vehicle }), booking && t("alert.booking", { code: codeOf(booking) })]
    .filter(Boolean).join(" · ");
}

const IN_MINUTES = new Set(["late", "overdue", "offline"]);

function amountOf({ kind, amount, note }) {
  if (IN_MINUTES.has(kind)) return t("alert.minutes", { minutes: minutesOf(amount) });
  if (kind === "promise_at_risk") return t("alert.slack", { seconds: amount });
  if (kind === "off_route") return t("alert.metres", { metres: amount });
  if (kind === "breakdown" || kind === "feed_unmatched") return amount ? t("alert.count", { count: amount }) : "";
  return note;
}
