/** The booking form: from, to, when, who. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { PlaceField } from "../shared/combobox.mjs";
import { t } from "../shared/i18n.mjs";
import { keep } from "../shared/stored.mjs";
import { bookableDays, clockTime, isoDay } from "../shared/time.mjs";
import { html, Segments, Stepper } from "../shared/ui.mjs";
import { problemsOf } from "./wish.mjs";

const LEAD_MS = 30 * 60_000;

/** Form over `wish`; `onChange` takes what changed, `onSubmit` is called when all is filled in. */
export function BookingForm({ wish, index, service, clock, isBusy, passengers, onChange, onSubmit }) {
  const [problems, setProblems] = useState({});
  const change = (part) => {
    setProblems({});
    onChange(part);
  };
  const submit = (event) => {
    event.preventDefault();
    const found = problemsOf(wish);
    setProblems(found);
    if (found.from || found.to) document.getElementById(`place-${found.from ? "from" : "to"}`).focus();
    if (!Object.keys(found).length) onSubmit();
  };
  const field = (end, extra) => html`<${PlaceField} end=${end} place=${wish[end]} index=${index}
    problem=${problems[end]} onChange=${(place) => change({ [end]: place })}>${extra}<//>`;
  const swap = () => change({ from: wish.to, to: wish.from });
  return html`
    <form class="form" id="booking-form" novalidate onSubmit=${submit}>
      <h2 id="form-heading" tabindex="-1">${t("form.heading")}</h2>
      ${passengers && html`<${ForWhom} wish=${wish} passengers=${passengers} onChange=${change} />`}
      <div class="ends">
        ${field("from")}
        ${field("to", html`
          <button type="button" class="swap" aria-label=${t("place.swap")} title=${t("place.swap")}
            onClick=${swap}><span aria-hidden="true">⇅</span></button>`)}
      </div>
      <p class="hint">${t("place.hint")}</p>
      <${WhenFields} wish=${wish} service=${service} clock=${clock} problem=${problems.time} onChange=${change} />
      <${PartyFields} wish=${wish} maxParty=${service.rules.max_party} onChange=${change} />
      <button type="submit" class="primary wide" aria-disabled=${isBusy ? "true" : "false"}>
        ${t(isBusy ? "form.searching" : "form.submit")}</button>
    </form>`;
}

function WhenFields({ wish, service, clock, problem, onChange }) {
  const days = bookableDays(clock.now(), clock.timezone, service.rules.prebook_days);
  const choose = (when) => onChange(when === "now" || wish.day ? { when } : { when, ...soon(clock) });
  const options = ["now", "depart", "arrive"].map((when) => [when, t(`when.${when}`)]);
  return html`
    <${Segments} name="when" legend=${t("when.label")} value=${wish.when} options=${options} onChange=${choose} />
    ${wish.when !== "now" && html`
      <div class="when">
        <label>${t("when.day")}
          <select value=${wish.day} onChange=${(event) => onChange({ day: event.target.value })}>
            ${days.map(({ day, label }) => html`<option key=${day} value=${day}>${label}</option>`)}
          </select></label>
        <label>${t("when.time")}
          <input type="time" required value=${wish.time} aria-invalid=${problem ? "true" : "false"}
            onInput=${(event) => onChange({ time: event.target.value })} /></label>
        ${problem && html`<p class="note error" role="alert">${problem}</p>`}
      </div>`}`;
}

/** Half an hour from now, a sensible first guess. */
function soon(clock) {
  const at = clock.now() + LEAD_MS;
  return { day: isoDay(at, clock.timezone), time: clockTime(at, clock.timezone) };
}

function PartyFields({ wish, maxParty, onChange }) {
  const { passengers, wheelchairs, seniors, children } = wish;
  const setPassengers = (n) => onChange({
    passengers: n, wheelchairs: Math.min(wheelchairs, n),
    seniors: Math.min(seniors, n), children: Math.min(children, Math.max(0, n - seniors)),
  });
  const live = (isResident) => {
    keep("resident", isResident);
    onChange({ isResident });
  };
  return html`
    <fieldset class="party"><legend>${t("party.label")}</legend>
      <div>
        <${Stepper} label=${t("party.passengers")} value=${passengers} min=${1} max=${maxParty} onChange=${setPassengers} />
        <${Stepper} label=${t("party.wheelchairs")} value=${wheelchairs} min=${0} max=${passengers}
          onChange=${(n) => onChange({ wheelchairs: n })} />
        <${Stepper} label=${t("party.seniors")} value=${seniors} min=${0} max=${passengers - children}
          onChange=${(n) => onChange({ seniors: n })} />
        <${Stepper} label=${t("party.children")} value=${children} min=${0} max=${passengers - seniors}
          onChange=${(n) => onChange({ children: n })} />
      </div>
      <label class="check"><input type="checkbox" checked=${wish.isResident}
        onChange=${(event) => live(event.target.checked)} /> ${t("party.resident")}</label>
      ${seniors > 0 && html`<p class="hint">${t("party.hint")}</p>`}
    </fieldset>`;
}

/** For whom a representative books; what they need is filled in with them. */
function ForWhom({ wish, passengers, onChange }) {
  const choose = (event) => {
    const passenger = passengers.find(({ passenger_id: id }) => id === event.target.value) ?? null;
    const needs = passenger && { passengers: 1, wheelchairs: +passenger.wheelchair, seniors: +passenger.senior, children: 0 };
    onChange({ passenger, ...needs });
  };
  return html`
    <label class="for-whom">${t("people.for")}
      <select value=${wish.passenger?.passenger_id ?? ""} onChange=${choose}>
        <option value="">${t("people.for.none")}</option>
        ${passengers.map(({ passenger_id: id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}
      </select></label>`;
}
