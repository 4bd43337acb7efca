/** Start of the page: ask the service what it is, then show it. */
import { render } from "../../vendor/preact/htm-preact.mjs";
import { getRoads, getService, getZones, listDistricts, listStops } from "../shared/city.mjs";
import { useSession } from "../shared/http.mjs";
import { startWords, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { ServiceClock } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { App } from "./app.mjs";
import { stopOfAddress } from "./board.mjs";
import { getSession } from "./resources.mjs";

const CLOCK_CHECK_MS = 30_000;
const LANGUAGES = ["ko", "en", "ja", "zh"];
/** Where representatives work; everybody else needs no account. */
const CARE = "/care";
const root = document.getElementById("app");

async function load() {
  const [service, zones, roads, stops, districts, isCarer] = await Promise.all([
    getService(), getZones(), getRoads(), listStops(), listDistricts(), signIn(),
  ]);
  const clock = new ServiceClock(service.area.time_zone);
  clock.set(service.now, service.speed);
  return { service, clock, zones, roads, stops, districts, isCarer, ...findHere(stops) };
}

/** Whether a representative has signed in; on the page of everybody nobody is asked. */
async function signIn() {
  if (location.pathname !== CARE) return false;
  useSession();
  const { role } = await getSession();
  if (role !== "representative") throw Object.assign(new Error("not a representative"), { type: "forbidden" });
  return true;
}

/** The stop that the address names, or the id that no stop has. */
function findHere(stops) {
  const id = stopOfAddress();
  const here = stops.find((stop) => stop.stop_id === id) ?? null;
  return { here, unknownStop: id !== null && here === null };
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
  const isOutside = location.pathname === CARE && ["unauthorised", "forbidden"].includes(error.type);
  if (isOutside) {
    return html`<main class="boot"><h1>${t("care.heading")}</h1><p>${t("care.sign-in")}</p>
      <a class="button primary" href=${`/sign-in?page=${CARE}`}>${t("care.sign-in.go")}</a></main>`;
  }
  return html`
    <main class="boot"><h1>${t("page.load-failed")}</h1><p role="alert">${explain(error).next}</p>
      <button type="button" class="primary" onClick=${start}>${t("page.retry")}</button></main>`;
}

/** Have the page kept for times without a connection; plain http has no service worker. */
async function keepForOffline() {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  active.postMessage(loaded.filter(({ origin }) => origin === location.origin).map(({ pathname }) => pathname));
}

await startWords("rider", LANGUAGES);
await start();
keepForOffline().catch(() => {}); // it only helps the next time
