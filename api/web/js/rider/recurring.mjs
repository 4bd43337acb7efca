/** The trips that come again: their next dates, letting one out, ending them. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { newKey } from "../shared/http.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { dateName, weekdayName } from "../shared/time.mjs";
import { Confirm, html } from "../shared/ui.mjs";
import { endRecurring, skipDate } from "./resources.mjs";

const DATES_SHOWN = 6;
const ONGOING = new Set(["booked", "waitlisted", "later", "refused"]);

/** All recurring trips; `onChange` reads them anew. */
export function Recurring({ trips, passengers, onChange }) {
  if (!trips.length) return null;
  return html`
    <section class="rides" aria-labelledby="recurring-heading">
      <h2 id="recurring-heading" tabindex="-1">${t("recurring.heading")}</h2>
      ${trips.map((trip) => html`<${RecurringTrip} key=${trip.recurring_id} trip=${trip} passengers=${passengers} onChange=${onChange} />`)}
    </section>`;
}

function RecurringTrip({ trip, passengers, onChange }) {
  const [isAsking, ask] = useState(false);
  const [problem, setProblem] = useState("");
  const act = async (work) => {
    setProblem("");
    try {
      await work();
      await onChange();
    } catch (error) {
      const { title, next } = explain(error);
      setProblem(`${title}. ${next}`);
    }
  };
  const end = () => {
    ask(false);
    act(() => endRecurring(trip.recurring_id));
  };
  const days = trip.weekdays.map(weekdayName).join(" · ");
  const who = passengers?.find(({ passenger_id: id }) => id === trip.passenger_id);
  return html`
    <article class="card ride">
      <h3>${nameOf(trip.origin)} → ${nameOf(trip.destination)}</h3>
      <p class="next">${t(`recurring.${trip.when}`, { days, time: trip.time })}</p>
      <p class="hint">${t("recurring.until", { date: dateName(trip.until) })}${who && ` · ${t("people.of", { name: who.name })}`}</p>
      <ul class="dates">${trip.dates.slice(0, DATES_SHOWN).map((each) => html`
        <${DateRow} key=${each.date} trip=${trip} date=${each} act=${act} />`)}</ul>
      <p class="note error" role="alert">${problem}</p>
      <button type="button" class="danger-quiet wide" onClick=${() => ask(true)}>${t("recurring.end")}</button>
      ${isAsking && html`<${Confirm} title=${t("recurring.end.title")} text=${t("recurring.end.text")}
        yes=${t("recurring.end.yes")} no=${t("recurring.end.no")} onYes=${end} onNo=${() => ask(false)} />`}
    </article>`;
}

function DateRow({ trip, date, act }) {
  const key = useRef(newKey());
  const skip = (isSkipped) => act(async () => {
    await skipDate(trip.recurring_id, date.date, isSkipped, key.current);
    key.current = newKey();
  });
  const why = date.reason && explain({ type: date.reason, title: date.reason }, {}).title;
  const label = { date: dateName(date.date) };
  return html`
    <li class="date date-${date.status}"><span><strong>${label.date}</strong> ${t(`recurring.status.${date.status}`)}${why && ` (${why})`}</span>
      ${ONGOING.has(date.status) && html`<button type="button" class="quiet" aria-label=${t("recurring.skip.label", label)}
        onClick=${() => skip(true)}>${t("recurring.skip")}</button>`}
      ${date.status === "skipped" && html`<button type="button" class="quiet" aria-label=${t("recurring.unskip.label", label)}
        onClick=${() => skip(false)}>${t("recurring.unskip")}</button>`}
    </li>`;
}
