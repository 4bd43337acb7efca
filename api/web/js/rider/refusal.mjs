/** Why a wish cannot be granted, and the ways on. */
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { Offer } from "./offers.mjs";
import { FocusHeading, html } from "../shared/ui.mjs";

/** The refusal with its ways on: `onTime(when, at)`, `onAgain`, `onEdit`. */
export function Refusal({ error, facts, clock, onTime, onAgain, onEdit }) {
  const { title, next } = explain(error, facts);
  const alternatives = error.body?.alternatives ?? [];
  const buses = alternatives.filter((alternative) => alternative.offer);
  return html`
    <section class="refusal" data-problem=${error.type ?? "unexpected"} aria-labelledby="refusal-heading">
      <div class="card">
        <${FocusHeading} id="refusal-heading">${title}<//>
        <p>${next}</p>
        <div class="actions">
          ${alternatives.map((alternative) => timeButton(alternative, clock, onTime))}
          <button type="button" class="quiet" onClick=${onAgain}>${t("refusal.again")}</button>
          <button type="button" class="quiet" onClick=${onEdit}>${t("refusal.edit")}</button>
        </div>
      </div>
      ${buses.length > 0 && html`<h3>${t("refusal.instead")}</h3>`}
      ${buses.map(({ offer }) => html`<${Offer} offer=${offer} clock=${clock} />`)}
    </section>`;
}

function timeButton({ depart_at: depart, arrive_by: arrive }, clock, onTime) {
  if (!depart && !arrive) return null;
  const [when, at] = depart ? ["depart", depart] : ["arrive", arrive];
  return html`<button type="button" class="primary" onClick=${() => onTime(when, at)}>
    ${t(`refusal.${when}`, { time: clock.moment(at) })}</button>`;
}
