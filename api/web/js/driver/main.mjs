/** Start of the driver's page: with the service, or without it from what the device has kept. */
import { render } from "../../vendor/preact/htm-preact.mjs";
import { getService, listStops } from "../shared/city.mjs";
import { Unreachable } from "../shared/http.mjs";
import { startWords, t } from "../shared/i18n.mjs";
import { isBookable } from "../shared/places.mjs";
import { explain } from "../shared/problems.mjs";
import { findSession, goSignIn } from "../shared/staff.mjs";
import { ServiceClock } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { App } from "./app.mjs";
import { Cab } from "./cab.mjs";
import { Device } from "./device.mjs";
import { allowSound } from "./signals.mjs";

const CLOCK_CHECK_MS = 30_000;
const root = document.getElementById("app");
const device = new Device();

/** What the page begins with; null where nobody is signed in. */
async function load() {
  try {
    const session = await findSession();
    if (!session) return null;
    const [service, stops] = await Promise.all([getService(), listStops()]);
    const known = { session, service, stops: stops.filter(isBookable) };
    await keep(known);
    return { ...known, isFresh: true };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const known = await device.find("start");
    if (!known) throw error;
    return known;
  }
}

/** Keep what a start without a connection needs, and when the service's clock was read. */
const keep = (known) => device.keep("start", { ...known, readAt: Date.now() });

function clockOf({ service, readAt = Date.now() }) {
  const clock = new ServiceClock(service.area.time_zone);
  const passed = (Date.now() - readAt) * service.speed;
  clock.set(new Date(Date.parse(service.now) + passed).toISOString(), service.speed);
  return clock;
}

function keepTime(clock, known) {
  setInterval(async () => {
    const service = await getService().catch(() => null);
    if (!service) return;
    clock.set(service.now, service.speed);
    await keep({ ...known, service });
  }, CLOCK_CHECK_MS);
}

async function start() {
  root.replaceChildren();
  render(html`<main class="boot"><p role="status">${t("page.loading")}</p></main>`, root);
  try {
    const known = await load();
    if (!known) return goSignIn();
    if (!known.session.vehicle_id) return render(html`<${NoVehicle} role=${known.session.role} />`, root);
    return await drive(known);
  } catch (error) {
    return render(html`<${Failed} error=${error} />`, root);
  }
}

async function drive({ session, service, stops, readAt }) {
  const clock = clockOf({ service, readAt });
  keepTime(clock, { session, service, stops });
  const kept = (await device.find("manifest")) ?? null;
  const manifest = kept?.vehicle_id === session.vehicle_id ? kept : null;
  const cab = new Cab({ device, clock, known: { session, service, stops, manifest } });
  allowSound();
  await cab.open();
  render(html`<${App} cab=${cab} />`, root);
}

function NoVehicle({ role }) {
  const key = role === "driver" ? "start.no-vehicle" : "start.not-driver";
  return html`<main class="boot"><h1>${t("start.heading")}</h1><p role="alert">${t(key)}</p>
    <button type="button" class="primary" onClick=${goSignIn}>${t("menu.sign-in")}</button></main>`;
}

function Failed({ error }) {
  return html`<main class="boot"><h1>${t("page.load-failed")}</h1><p role="alert">${explain(error).next}</p>
    <button type="button" class="primary" onClick=${start}>${t("page.retry")}</button></main>`;
}

await startWords("driver", ["ko", "en"]);
start();
startWithoutConnection().catch(() => {}); // without a worker the page needs the service to start

/** Let the worker keep this page's files, those of the first visit too, which it did not see. */
async function startWithoutConnection() {
  const workers = navigator.serviceWorker;
  // Not `ready`: the riders' worker may answer to that, whose scope is all of the origin.
  const found = await workers?.register("/driver-worker.mjs", { type: "module", scope: "/driver" });
  const files = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  (found?.active ?? found?.waiting ?? found?.installing)?.postMessage(files);
}
