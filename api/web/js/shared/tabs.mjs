/** The views of the page as tabs (ARIA tabs pattern: arrows move, one stop in the tab order). */
import { t } from "./i18n.mjs";
import { html } from "./ui.mjs";

const MOVES = { ArrowRight: 1, ArrowLeft: -1 };

/** Row of tabs `names`; `counts` are numbers to show on a tab. */
export function Tabs({ names, value, counts, onChange }) {
  const press = (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    const next = names[(names.indexOf(value) + move + names.length) % names.length];
    onChange(next);
    document.getElementById(`tab-${next}`).focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${t("tabs.label")} onKeyDown=${press}>
      ${names.map((name) => html`
        <button key=${name} id="tab-${name}" type="button" role="tab" aria-controls="view-${name}"
          aria-selected=${name === value ? "true" : "false"} tabindex=${name === value ? 0 : -1}
          onClick=${() => onChange(name)}>
          ${t(`tabs.${name}`)}${counts[name] ? html` <span class="count">${counts[name]}</span>` : ""}
        </button>`)}
    </div>`;
}

/** What a tab shows; kept alive while hidden, so that streams and what was typed go on. */
export function TabPanel({ name, value, children }) {
  return html`
    <div id="view-${name}" role="tabpanel" aria-labelledby="tab-${name}" hidden=${name !== value}>
      ${children}
    </div>`;
}
