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
  const rows = [...shuttlesAt(stop, vehicles, clock), ...(buses ?? []).map((bus) => busRow(bus, clock))]
    .sort((a, b) => a.at - b.at);
  return html`
    <section class="board card" aria-labelledby="board-heading">
      <h2 id="board-heading">${nameOf(stop)}</h2>
      <button type="button" class="primary wide big" onClick=${onCall}>${t("board.call")}</button>
      <h3>${t("board.next")}</h3>
      ${buses === null && html`<p class="hint">${t("board.unknown")}</p>`}
      ${!rows.length && buses !== null && html`<p class="hint">${t("board.none")}</p>`}
      <ul class="visits">${rows.map(({ key, text }) => html`<li key=${key}>${text}</li>`)}</ul>
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

function shuttlesAt(stop, vehicles, clock) {
  return vehicles
    .flatMap(({ vehicle_id: vehicle, next_visits: visits }) => visits.map((visit) => ({ vehicle, visit })))
    .filter(({ visit }) => visit.stop.stop_id === stop.stop_id)
    .map(({ vehicle, visit }) => ({
      key: vehicle + visit.kind + visit.expected_at, at: toMs(visit.expected_at),
      text: html`<span class="time">${clock.time(visit.expected_at)}</span> <span class="tag tag-shuttle">
        ${t("shuttle.name", { id: vehicle })}</span> ${visitText(visit)}`,
    }));
}

function busRow(bus, clock) {
  const { route, departs_at: at, stop_name: name, estimated } = bus;
  return {
    key: route.trip_id + at, at: toMs(at),
    text: html`<span class="time">${clock.time(at)}</span> <span class="tag tag-bus">
      ${t("board.bus", { route: route.short_name })}</span> ${t("board.to", { place: nameOf({ name: route.headsign }) })}${" "}
      <small>${nameOf({ name })}${estimated && ` · ${t("page.estimated.label")}`}</small>`,
  };
}
