/** The head of the room: time, how the day goes, whether we are connected. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { getLanguage, listLanguages, t } from "../shared/i18n.mjs";
import { dayName } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { isEnded } from "./desk.mjs";

const TICK_MS = 1000;

export function TopBar({ service, clock, desk, session, onLanguage, onHelp }) {
  return html`
    <header class="top">
      <p class="top-brand"><img src="/icon.svg" alt="" width="36" height="36" />
        <span>${t("page.brand")} <small>${t("page.tagline")}</small></span></p>
      <${Clock} service=${service} clock=${clock} />
      <${Figures} desk=${desk} />
      <${Connection} desk=${desk} />
      <div class="top-tools">
        ${session.role === "planner" && html`<span class="badge">${t("top.reading")}</span>`}
        <button type="button" onClick=${onHelp}>${t("top.help")}</button>
        <nav class="languages" aria-label=${t("page.language")}>
          ${listLanguages().map(([code, name]) => html`
            <button key=${code} type="button" lang=${code} aria-pressed=${code === getLanguage() ? "true" : "false"}
              onClick=${() => onLanguage(code)}>${name}</button>`)}
        </nav>
      </div>
    </header>`;
}

function Clock({ service, clock }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const now = clock.now();
  const unreal = [service.demo && t("clock.demo"), clock.speed !== 1 && t("clock.speed", { speed: clock.speed })];
  return html`
    <p class="top-clock"><span class="sr-only">${t("clock.label")} </span>
      <time>${clock.time(now)}</time>
      <span>${dayName(now, clock.timezone)} ${unreal.filter(Boolean).join(" · ")}</span></p>`;
}

/** The day in five numbers that can be read from afar. */
function Figures({ desk }) {
  const { kpis } = desk;
  const bookings = [...desk.bookings.values()];
  const rows = [
    ["riding", bookings.filter((b) => b.state === "on_board").length],
    ["waiting", bookings.filter((b) => !isEnded(b) && b.state !== "on_board").length],
    ["carried", kpis ? kpis.n_passengers_carried : "–"],
    ["kept", kept(kpis)],
    ["wait", kpis?.mean_wait_s == null ? "–" : t("unit.min", { minutes: (kpis.mean_wait_s / 60).toFixed(1) })],
  ];
  return html`<dl class="top-figures">${rows.map(([name, value]) => html`
    <div key=${name}><dt>${t(`figure.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function kept(kpis) {
  const total = kpis ? kpis.n_promises_kept + kpis.n_promises_broken : 0;
  return total ? `${Math.round((100 * kpis.n_promises_kept) / total)} %` : "–";
}

function Connection({ desk }) {
  const state = desk.isConnected === null ? "opening" : desk.isConnected ? "live" : "lost";
  return html`<p class="top-connection is-${state}" role="status">${t(`connection.${state}`)}</p>`;
}
