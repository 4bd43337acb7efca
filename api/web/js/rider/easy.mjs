/** The easy screen: one question at a time, large, with the places of before as buttons. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { PlaceField } from "../shared/combobox.mjs";
import { t } from "../shared/i18n.mjs";
import { placeName } from "../shared/places.mjs";
import { keep, read } from "../shared/stored.mjs";
import { FocusHeading, html } from "../shared/ui.mjs";
import { listRecent } from "./recent.mjs";

const MAX_SHOWN = 4;

/** Whether the easy screen is wanted: `?easy` in the address, or as it was left. */
export function wantsEasy() {
  const asked = new URLSearchParams(location.search).get("easy");
  return asked === null ? read("easy", false) : asked !== "0";
}

/** Use the easy screen from now on, or no more. */
export function setEasy(isEasy) {
  keep("easy", isEasy);
  document.documentElement.classList.toggle("easy", isEasy);
}

/** Form over `wish` in three questions; `onSubmit(wish)` is called with the last answer. */
export function EasyForm({ wish, index, isBusy, onChange, onSubmit }) {
  const [step, setStep] = useState("to");
  const hasMoved = useRef(false); // the first question leaves the focus where it is
  const answer = (part, next) => {
    hasMoved.current = true;
    onChange(part);
    setStep(next);
  };
  const props = { wish, index, answer, hasMoved };
  return html`
    <section class="easy-form" aria-labelledby="easy-heading">
      ${step === "to" && html`<${Where} key="to" end="to" next=${wish.from ? "who" : "from"} ...${props} />`}
      ${step === "from" && html`<${Where} key="from" end="from" next="who" ...${props} />`}
      ${step === "who" && html`<${Who} key="who" isBusy=${isBusy} onSubmit=${onSubmit} ...${props} />`}
      ${step !== "to" && html`<button type="button" class="quiet wide big" onClick=${() => setStep("to")}>
        ${t("easy.back")}</button>`}
    </section>`;
}

function Where({ end, next, wish, index, answer, hasMoved }) {
  const recent = listRecent(end).slice(0, MAX_SHOWN);
  const take = (place) => answer({ [end]: place }, place ? next : end);
  return html`
    <${Question} hasMoved=${hasMoved.current} text=${t(`easy.${end}`)} />
    ${recent.map((place) => html`
      <button key=${placeName(place)} type="button" class="quiet wide big" onClick=${() => take(place)}>${placeName(place)}</button>`)}
    <${PlaceField} end=${end} place=${wish[end]} index=${index} onChange=${take} />
    ${wish[end] && html`<button type="button" class="primary wide big" onClick=${() => answer({}, next)}>
      ${t("easy.next", { place: placeName(wish[end]) })}</button>`}`;
}

function Question({ hasMoved, text }) {
  return hasMoved ? html`<${FocusHeading} id="easy-heading">${text}<//>`
    : html`<h2 id="easy-heading" tabindex="-1">${text}</h2>`;
}

function Who({ wish, isBusy, onSubmit }) {
  const go = (wheelchairs) => onSubmit({ ...wish, when: "now", passengers: 1, wheelchairs, seniors: 1, children: 0 });
  const button = (key, wheelchairs) => html`
    <button type="button" class="primary wide big" aria-disabled=${isBusy ? "true" : "false"}
      onClick=${() => go(wheelchairs)}>${t(key)}</button>`;
  return html`
    <${FocusHeading} id="easy-heading">${t("easy.who")}<//>
    <p class="easy-trip">${placeName(wish.from)} → ${placeName(wish.to)}</p>
    ${isBusy ? html`<p role="status">${t("form.searching")}</p>` : html`${button("easy.go", 0)} ${button("easy.go.wheelchair", 1)}`}`;
}
