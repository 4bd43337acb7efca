/** Making a trip one that comes again: which weekdays, until when. */
import { useEffect, useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { newKey } from "../shared/http.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { clockTime, isoDay, toMs, weekdayName } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { createRecurring } from "./resources.mjs";

const DAY_MS = 24 * 60 * 60_000;
const FIRST_GUESS_DAYS = 12 * 7;
const LONGEST_DAYS = 365;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** Dialog over the stops, time and party of `booking`; `onDone(trip)` takes what was made. */
export function Weekly({ booking, known, onDone, onClose }) {
  const { clock, passengers } = known;
  const at = toMs(booking.promise.pickup.earliest_at);
  const [days, setDays] = useState([isoWeekday(isoDay(at, clock.timezone))]);
  const [until, setUntil] = useState(isoDay(clock.now() + FIRST_GUESS_DAYS * DAY_MS, clock.timezone));
  const [passenger, setPassenger] = useState("");
  const [problem, setProblem] = useState("");
  const key = useRef(newKey());
  const dialog = useRef();
  useEffect(() => {
    const node = dialog.current;
    node.showModal();
    return () => node.close();
  }, []);
  const toggle = (day) => setDays(days.includes(day) ? days.filter((each) => each !== day) : [...days, day]);
  const submit = async (event) => {
    event.preventDefault();
    if (!days.length) return setProblem(t("weekly.no-days"));
    const body = {
      origin: { stop_id: booking.origin.stop.stop_id },
      destination: { stop_id: booking.destination.stop.stop_id },
      when: "depart", time: clockTime(at, clock.timezone), weekdays: days, until, party: booking.party,
      ...(passenger && { passenger_id: passenger }),
    };
    try {
      onDone(await createRecurring(body, key.current));
      return onClose();
    } catch (error) {
      key.current = newKey();
      const { title, next } = explain(error, { days: LONGEST_DAYS });
      return setProblem(`${title}. ${next}`);
    }
  };
  const ends = { from: nameOf(booking.origin.stop), to: nameOf(booking.destination.stop), time: clockTime(at, clock.timezone) };
  return html`
    <dialog ref=${dialog} aria-labelledby="weekly-title" onCancel=${(event) => { event.preventDefault(); onClose(); }}>
      <form class="form" onSubmit=${submit}>
        <h2 id="weekly-title">${t("weekly.title")}</h2>
        <p>${t("weekly.trip", ends)}</p>
        <fieldset class="weekdays"><legend>${t("weekly.days")}</legend>
          ${WEEKDAYS.map((day) => html`<label key=${day}><input type="checkbox" checked=${days.includes(day)}
            onChange=${() => toggle(day)} /><span>${weekdayName(day)}</span></label>`)}</fieldset>
        <label>${t("weekly.until")}<input type="date" required value=${until} min=${isoDay(clock.now(), clock.timezone)}
          max=${isoDay(clock.now() + LONGEST_DAYS * DAY_MS, clock.timezone)} onInput=${(event) => setUntil(event.target.value)} /></label>
        ${passengers && html`<label>${t("people.for")}<select value=${passenger} onChange=${(event) => setPassenger(event.target.value)}>
          <option value="">${t("people.for.none")}</option>
          ${passengers.map((each) => html`<option key=${each.passenger_id} value=${each.passenger_id}>${each.name}</option>`)}
        </select></label>`}
        <p class="hint">${t("weekly.hint", { days: known.service.rules.prebook_days })}</p>
        <p class="note error" role="alert">${problem}</p>
        <div class="actions"><button type="submit" class="primary">${t("weekly.yes")}</button>
          <button type="button" class="quiet" onClick=${onClose}>${t("weekly.no")}</button></div>
      </form>
    </dialog>`;
}

/** 1 Monday to 7 Sunday. */
const isoWeekday = (day) => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
