/** The ways of the keyboard; each with a modifier, so that what is typed is never taken for one. */
import { useEffect, useRef } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { html } from "../shared/ui.mjs";

const PLACES = { KeyA: "alerts-heading", KeyM: "map", KeyT: "timeline-rows", KeyS: "search-text" };

/** Listen for shortcuts: Alt with a digit or a letter, and Escape. */
export function useShortcuts({ TABS, goTo, help, leave }) {
  const now = useRef();
  now.current = { TABS, goTo, help, leave };
  useEffect(() => {
    const press = (event) => onKey(event, now.current);
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function onKey(event, { TABS, goTo, help, leave }) {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) return leave();
  if (!event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const digit = /^Digit([1-9])$/.exec(event.code);
  const act = digit ? TABS[digit[1] - 1] && (() => goTo(TABS[digit[1] - 1]))
    : event.code === "KeyH" ? help
    : PLACES[event.code] && (() => goThere(event.code, goTo));
  if (!act) return undefined;
  event.preventDefault();
  return act();
}

function goThere(code, goTo) {
  if (code === "KeyS") goTo("bookings");
  setTimeout(() => document.getElementById(PLACES[code])?.focus(), 60);
}

const ROWS = [
  ["Alt+1 … 6", "help.tabs"], ["Alt+A", "help.alerts"], ["Alt+T", "help.timeline"],
  ["Alt+M", "help.map"], ["Alt+S", "help.search"], ["Alt+H", "help.help"], ["Esc", "help.leave"],
  ["↑ ↓ Home End", "help.move"], ["Enter", "help.choose"],
];

/** What the keys do. */
export function Help({ onEnd }) {
  const dialog = useRef();
  useEffect(() => {
    const node = dialog.current;
    node.showModal();
    return () => node.close();
  }, []);
  return html`
    <dialog ref=${dialog} class="help" aria-labelledby="help-title" onCancel=${(event) => {
      event.preventDefault();
      onEnd();
    }}>
      <h2 id="help-title">${t("help.title")}</h2>
      <dl>${ROWS.map(([keys, what]) => html`
        <div key=${keys}><dt><kbd>${keys}</kbd></dt><dd>${t(what)}</dd></div>`)}</dl>
      <div class="actions"><button type="button" class="primary" onClick=${onEnd}>${t("help.close")}</button></div>
    </dialog>`;
}
