/** Start of the page: ask the service what it is, then show it. */
import { render } from "../../vendor/preact/htm-preact.mjs";
import { App } from "./app.mjs";
import { startWords, t } from "../shared/i18n.mjs";
import { getRoads, getService, getZones, listStops } from "../shared/city.mjs";
import { explain } from "../shared/problems.mjs";
import { ServiceClock } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";

const CLOCK_CHECK_MS = 30_000;
const root = document.getElementById("app");

async function load() {
  const [service, zones, roads, stops] = await Promise.all([
    getService(), getZones(), getRoads(), listStops(),
  ]);
  const clock = new ServiceClock(service.area.time_zone);
  clock.set(service.now, service.speed);
  return { service, clock, zones, roads, stops };
}

function keepTime(clock) {
  setInterval(async () => {
    const service = await getService().catch(() => null);
    if (service) clock.set(service.now, service.speed);
  }, CLOCK_CHECK_MS);
}

async function start() {
  root.replaceChildren();
  render(html`<p class="boot" role="status">${t("page.loading")}</p>`, root);
  try {
    const known = await load();
    keepTime(known.clock);
    render(html`<${App} known=${known} />`, root);
  } catch (error) {
    render(html`<${Failed} error=${error} />`, root);
  }
}

function Failed({ error }) {
  return html`
    <main class="boot" role="alert"><h1>${t("page.load-failed")}</h1><p>${explain(error).next}</p>
      <button type="button" class="primary" onClick=${start}>${t("page.retry")}</button></main>`;
}

await startWords("rider", ["ko", "en"]);
start();
