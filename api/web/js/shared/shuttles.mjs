/** The shuttles as text: what the map shows, for those who do not see it. */
import { t, nameOf } from "./i18n.mjs";
import { html } from "./ui.mjs";

/** How many coming visits are told. */
export const VISITS_SHOWN = 4;

/** What a vehicle does at a visit, and where. */
export const visitText = ({ kind, stop }) => t(`visit.${kind}`, { stop: nameOf(stop) });

/** All vehicles with their next visits. */
export function Shuttles({ vehicles, clock }) {
  return html`
    <section class="shuttles" aria-labelledby="shuttles-heading">
      <h2 id="shuttles-heading">${t("shuttles.heading")}</h2>
      ${!vehicles.length && html`<p class="empty">${t("shuttles.none")}</p>`}
      ${vehicles.map((vehicle) => html`
        <article key=${vehicle.vehicle_id} class="card">
          <h3>${t("shuttle.name", { id: vehicle.vehicle_id })}</h3>
          ${vehicle.position.source === "planned" && html`<p class="hint">${t("shuttle.planned")}</p>`}
          <${Visits} vehicle=${vehicle} clock=${clock} />
        </article>`)}
    </section>`;
}

function Visits({ vehicle, clock }) {
  if (vehicle.duty !== "on_duty") return html`<p>${t(`shuttle.${vehicle.duty}`)}</p>`;
  if (!vehicle.next_visits.length) return html`<p>${t("shuttle.idle")}</p>`;
  return html`
    <ol class="visits" aria-label=${t("shuttle.next")}>
      ${vehicle.next_visits.slice(0, VISITS_SHOWN).map((visit, at) => html`
        <li key=${at}><span class="time">${clock.time(visit.expected_at)}</span> ${visitText(visit)}</li>`)}
    </ol>`;
}
