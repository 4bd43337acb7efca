/** Trouble: a call for help in two touches, and what the control room should know. */
import { useEffect, useRef } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { html } from "../shared/ui.mjs";

/** What is reported, and the word for it. */
const KINDS = {
  accident: "accident", medical: "medical", rider: "rider", vehicle: "vehicle", road: "road", other: "something",
};
const NUMBERS = ["119", "112"];

export function Help({ isSos, isOnline, onReport, onClose }) {
  const dialog = useRef();
  useEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  return html`
    <dialog ref=${dialog} class="sheet" aria-labelledby="help-title" onCancel=${(event) => { event.preventDefault(); onClose(); }}>
      ${isSos ? html`<${Sos} isOnline=${isOnline} onReport=${onReport} />` : html`
        <h2 id="help-title">${t("incident.heading")}</h2>
        <div class="choices">${Object.entries(KINDS).map(([kind, word]) => html`
          <button key=${kind} type="button" class="quiet" onClick=${() => onReport(kind)}>${t(`incident.kind.${word}`)}</button>`)}</div>`}
      <button type="button" class="quiet wide" onClick=${onClose}>${t("act.close")}</button>
    </dialog>`;
}

function Sos({ isOnline, onReport }) {
  return html`
    <h2 id="help-title">${t("sos.heading")}</h2>
    <p>${t("sos.text")}</p>
    ${!isOnline && html`<p class="notice" role="alert">${t("sos.offline")}</p>`}
    <button type="button" class="danger go wide" onClick=${() => onReport("sos")}>${t("sos.send")}</button>
    <div class="two">${NUMBERS.map((number) => html`
      <a key=${number} class="button quiet" href=${`tel:${number}`}>${t(`sos.call.${number}`)}</a>`)}</div>`;
}
