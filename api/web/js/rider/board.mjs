/** The board of a stop, as its QR code opens it: what leaves here next, and calling a shuttle to it. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { listDepartures } from "../shared/city.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { visitText } from "../shared/shuttles.mjs";
import { toMs } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";

const REFRESH_MS = 30_000;
const NEAR_M = 350;
const MAX_BUSES = 6;

/** The stop that the page's address names: its id, or null. */
export function stopOfAddress() {
  const found = location.pathname.match(/^\/s\/([^/]+)$/);
  return found && decodeURIComponent(found[1]);
}

/** Board of `stop`; `onCall` begins a booking from here. */
export function StopBoard({ stop, vehicles, clock, onCall }) {
  const buses = useDepartures(stop);
  const shuttles = shuttlesAt(stop, vehicles);
  return html`
    <section class="board card" aria-labelledby="board-heading">
      <h2 id="board-heading">${nameOf(stop)}</h2>
      <button type="button" class="primary wide big" onClick=${onCall}>${t("board.call")}</button>
      <h3>${t("board.next")}</h3>
      ${buses === null && html`<p class="hint">${t("board.unknown")}</p>`}
      ${!shuttles.length && buses?.length === 0 && html`<p class="hint">${t("board.none")}</p>`}
      <ul class="visits">
        ${shuttles.map(({ vehicle, visit }) => html`<li key=${vehicle + visit.expected_at}>
          <span class="time">${clock.time(visit.expected_at)}</span> <span class="tag tag-shuttle">${t("shuttle.name", { id: vehicle })}</span> ${visitText(visit)}</li>`)}
        ${(buses ?? []).map((bus) => html`<li key=${bus.route.trip_id + bus.departs_at}>
          <span class="time">${clock.time(bus.departs_at)}</span> <span class="tag tag-bus">${t("board.bus", { route: bus.route.short_name })}</span> ${" "}
          ${t("board.to", { place: nameOf({ name: bus.route.headsign }) })} <small>${nameOf({ name: bus.stop_name })}</small>
          ${bus.estimated && html` <small>${t("page.estimated.label")}</small>`}</li>`)}
      </ul>
    </section>`;
}

/** Next buses around the stop; null while they are not known. */
function useDepartures(stop) {
  const [departures, setDepartures] = useState([]);
  useEffect(() => {
    const read = () => listDepartures(stop.position, NEAR_M, MAX_BUSES).then(setDepartures, () => setDepartures(null));
    read();
    const timer = setInterval(read, REFRESH_MS);
    return () => clearInterval(timer);
  }, [stop]);
  return departures;
}

function shuttlesAt(stop, vehicles) {
  return vehicles
    .flatMap(({ vehicle_id: vehicle, next_visits: visits }) => visits.map((visit) => ({ vehicle, visit })))
    .filter(({ visit }) => visit.stop.stop_id === stop.stop_id)
    .sort((a, b) => toMs(a.visit.expected_at) - toMs(b.visit.expected_at));
}
