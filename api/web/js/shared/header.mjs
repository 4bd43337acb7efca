/** The head of the page: whose it is, what time it is there, which language. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { getLanguage, listLanguages, t } from "./i18n.mjs";
import { dayName } from "./time.mjs";
import { html } from "./ui.mjs";

const TICK_MS = 1000;

/** Head of a page; `children` are further controls. */
export function Header({ service, clock, onLanguage, children }) {
  return html`
    <header>
      <div class="brand"><img src="/icon.svg" alt="" width="40" height="40" />
        <h1>${t("page.brand")} <small>${t("page.tagline")}</small></h1></div>
      <${Clock} service=${service} clock=${clock} />
      <div class="controls">${children}<${LanguageSwitch} onLanguage=${onLanguage} /></div>
    </header>`;
}

function Clock({ service, clock }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const now = clock.now();
  return html`
    <p class="clock"><span class="sr-only">${t("clock.label")} </span>
      <time>${clock.time(now)}</time> <span class="day">${dayName(now, clock.timezone)}</span>
      <${NotReal} isDemo=${service.demo} speed=${clock.speed} /></p>`;
}

/** Says so where this is no real day, or the clock is none of ours. */
function NotReal({ isDemo, speed }) {
  const words = [isDemo && t("clock.demo"), speed !== 1 && t("clock.speed", { speed })];
  const told = words.filter(Boolean).join(" · ");
  return told && html`<strong class="demo">${told}</strong>`;
}

function LanguageSwitch({ onLanguage }) {
  return html`
    <nav class="languages" aria-label=${t("page.language")}>
      ${listLanguages().map(([code, name]) => html`
        <button key=${code} type="button" lang=${code} aria-pressed=${code === getLanguage() ? "true" : "false"}
          onClick=${() => onLanguage(code)}>${name}</button>`)}
    </nav>`;
}
