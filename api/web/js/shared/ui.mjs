/** The small parts that every view of the page is made of. */
import { html, useEffect, useRef } from "../../vendor/preact/htm-preact.mjs";
import { t } from "./i18n.mjs";

export { html };

/** Heading that takes the focus when it appears, so that keyboard and voice follow the view. */
export function FocusHeading({ level = 2, children, ...rest }) {
  const heading = useRef();
  useEffect(() => heading.current.focus(), []);
  return html`<${`h${level}`} ref=${heading} tabindex="-1" ...${rest}>${children}<//>`;
}

/** Move the focus to the element of this id once it is drawn; keyboards lose their place else. */
export function focusOn(id) {
  requestAnimationFrame(() => setTimeout(() => document.getElementById(id)?.focus()));
}

/** Row of radio buttons that looks like a switch; `options` are `[value, label]`. */
export function Segments({ name, legend, value, options, onChange }) {
  const radio = ([choice, label]) => html`
    <label key=${choice}>
      <input type="radio" name=${name} value=${choice} checked=${choice === value}
        onChange=${() => onChange(choice)} />
      <span>${label}</span>
    </label>`;
  return html`<fieldset class="segments"><legend>${legend}</legend>
    <div>${options.map(radio)}</div></fieldset>`;
}

/** A number with a button for less and one for more. */
export function Stepper({ label, value, min, max, onChange, disabled }) {
  const button = (sign, key, next, isOff) => html`
    <button type="button" aria-label=${t(key, { what: label })} disabled=${isOff}
      onClick=${() => onChange(next)}>${sign}</button>`;
  return html`
    <div class="stepper" role="group" aria-label=${label}>
      <span class="stepper-label">${label}</span>
      ${button("−", "stepper.fewer", value - 1, disabled || value <= min)}
      <output aria-label=${label}>${value}</output>
      ${button("+", "stepper.more", value + 1, disabled || value >= max)}
    </div>`;
}

/** A question asked in a modal dialog; closes by Escape as well. */
export function Confirm({ title, text, yes, no, onYes, onNo }) {
  const dialog = useRef();
  useEffect(() => {
    const node = dialog.current;
    node.showModal();
    return () => node.close(); // gives the focus back to where it came from
  }, []);
  return html`
    <dialog ref=${dialog} aria-labelledby="confirm-title" onCancel=${(event) => {
      event.preventDefault();
      onNo();
    }}>
      <h2 id="confirm-title">${title}</h2>
      <p>${text}</p>
      <div class="actions">
        <button type="button" class="danger" onClick=${onYes}>${yes}</button>
        <button type="button" class="quiet" onClick=${onNo}>${no}</button>
      </div>
    </dialog>`;
}
