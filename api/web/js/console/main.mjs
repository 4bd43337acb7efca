/** Start of the console: who is there, what the city is, then the room. */
import { render } from "../../vendor/preact/htm-preact.mjs";
import { getRoads, getService, getZones, listStops } from "../shared/city.mjs";
import { startWords, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { findSession, goSignIn } from "../shared/staff.mjs";
import { ServiceClock } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { App } from "./app.mjs";
import { Desk } from "./desk.mjs";

const CLOCK_CHECK_MS = 30_000;
const MAY = ["dispatcher", "admin", "planner"];
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
  render(html`<main class="boot"><p role="status">${t("page.loading")}</p></main>`, root);
  try {
    const session = await findSession();
    if (!session) return goSignIn();
    if (!MAY.includes(session.role)) return render(html`<${NotForYou} />`, root);
    const known = await load();
    keepTime(known.clock);
    const desk = new Desk();
    desk.open();
    return render(html`<${App} known=${known} desk=${desk} session=${session} />`, root);
  } catch (error) {
    return render(html`<${Failed} error=${error} />`, root);
  }
}

function NotForYou() {
  return html`<main class="boot" role="alert"><h1>${t("start.not-yours")}</h1>
    <p>${t("start.not-yours.next")}</p>
    <p><button type="button" class="primary" onClick=${goSignIn}>${t("start.sign-in")}</button></p></main>`;
}

function Failed({ error }) {
  return html`
    <main class="boot" role="alert"><h1>${t("page.load-failed")}</h1><p>${explain(error).next}</p>
      <button type="button" class="primary" onClick=${start}>${t("page.retry")}</button></main>`;
}

await startWords("console", ["ko", "en"]);
start();
