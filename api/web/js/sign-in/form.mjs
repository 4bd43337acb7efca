/** A small form that tells what went wrong where one looks, and holds still while it is sent. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { html } from "../shared/ui.mjs";

const MINUTE_S = 60;

/** Form whose `act` gets the values by name; an error that it throws is shown and read out. */
export function Form({ name, submit, act, children }) {
  const [isBusy, setBusy] = useState(false);
  const [told, tell] = useState(null);
  const alert = useRef();
  const send = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    const form = event.target;
    setBusy(true);
    tell(null);
    try {
      await act(Object.fromEntries(new FormData(form)));
      form.reset();
    } catch (error) {
      tell(wordsOf(error));
      requestAnimationFrame(() => alert.current?.focus());
    } finally {
      setBusy(false);
    }
  };
  return html`
    <form id=${name} onSubmit=${send}>
      <div ref=${alert} class="told" role="alert" tabindex="-1">
        ${told && html`<strong>${told.title}</strong><p>${told.next}</p>`}</div>
      ${children}
      <button type="submit" class="primary wide" aria-disabled=${isBusy ? "true" : "false"}>
        ${isBusy ? t("form.busy") : submit}</button>
    </form>`;
}

function wordsOf(error) {
  if (error.type !== "too-many-tries") return explain(error);
  const minutes = Math.max(1, Math.ceil(Number(error.body?.retry_after_s ?? MINUTE_S) / MINUTE_S));
  return { title: t("problem.too-many-tries.title"), next: t("wait.minutes", { n: minutes }) };
}

/** One labelled field; passwords can be shown. */
export function TextField({ name, label, hint, type = "text", ...rest }) {
  const [isShown, show] = useState(false);
  const id = `field-${name}-${rest.autocomplete}`;
  const isPassword = type === "password";
  return html`
    <div class="field"><label for=${id}>${label}</label>
      <input id=${id} name=${name} type=${isPassword && isShown ? "text" : type} required
        autocapitalize="none" spellcheck=${false} aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest} />
      ${isPassword && html`<button type="button" class="show" aria-pressed=${isShown ? "true" : "false"}
        onClick=${() => show(!isShown)}>${t("form.show")}<span class="sr-only"> ${label}</span></button>`}
      ${hint && html`<p id=${`${id}-hint`} class="hint">${hint}</p>`}
    </div>`;
}
