/** Settings of this device: language, sound, navigation app; and signing out. */
import { useEffect, useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { getLanguage, listLanguages, t } from "../shared/i18n.mjs";
import { html, Segments } from "../shared/ui.mjs";
import { APPS } from "./navigation.mjs";
import { hasSound, setSound } from "./signals.mjs";

export function Menu({ session, app, onApp, onLanguage, onSignOut, onClose }) {
  const dialog = useRef();
  const [isLoud, setLoud] = useState(hasSound());
  useEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  const sound = (value) => {
    setSound(value === "on");
    setLoud(value === "on");
  };
  return html`
    <dialog ref=${dialog} class="sheet" aria-labelledby="menu-title" onCancel=${(event) => { event.preventDefault(); onClose(); }}>
      <h2 id="menu-title">${t("menu.heading")}</h2>
      <p>${session.name} · ${session.vehicle_id}</p>
      <${Segments} name="language" legend=${t("page.language")} value=${getLanguage()}
        options=${listLanguages()} onChange=${onLanguage} />
      <${Segments} name="sound" legend=${t("menu.sound")} value=${isLoud ? "on" : "off"}
        options=${[["on", t("menu.sound.on")], ["off", t("menu.sound.off")]]} onChange=${sound} />
      <${Segments} name="app" legend=${t("menu.navigation")} value=${app}
        options=${APPS.map((name) => [name, t(`menu.app.${name}`)])} onChange=${onApp} />
      <div class="two"><button type="button" class="quiet" onClick=${onClose}>${t("act.close")}</button>
        <button type="button" class="danger-quiet" onClick=${onSignOut}>${t("menu.sign-out")}</button></div>
    </dialog>`;
}
