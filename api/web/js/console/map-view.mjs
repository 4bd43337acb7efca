/** The map and, for who does not see it, what is on it in words. */
import { useEffect, useMemo, useRef } from "../../vendor/preact/htm-preact.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { html } from "../shared/ui.mjs";
import { pickupOf } from "./desk.mjs";
import { RoomMap } from "./room-map.mjs";

const SOON_MS = 15 * 60_000;
const WAITING = new Set(["scheduled", "approaching", "arrived", "booked", "disrupted"]);

export function MapView({ known, desk, clock, language, chosen, show, drawing, onDraw, onPick }) {
  const container = useRef();
  const map = useRef();
  const now = useRef();
  now.current = { show, drawing, onDraw, onPick };
  useEffect(() => {
    map.current = new RoomMap(container.current, {
      onPick: (...picked) => now.current.onPick(...picked),
      onVehicle: (id) => now.current.show({ vehicle: id }),
      onCorner: (corner) => now.current.onDraw([...(now.current.drawing ?? []), corner]),
    });
    desk.onPlaces = (rows) => map.current.fleet.update(rows);
    desk.onPlaces(desk.places);
    return () => (desk.onPlaces = () => {});
  }, []);
  useEffect(() => map.current.draw(known), [known, language]);
  const late = useMemo(() => lateVehicles(desk), [desk.alerts]);
  const waiting = listWaiting(desk, clock.now());
  const vehicleId = chosen?.vehicle ?? desk.bookings.get(chosen?.booking)?.vehicle_id ?? null;
  useEffect(() => {
    const marks = new Map(desk.listManifests().map(({ vehicle_id: id, duty }) =>
      [id, duty === "broken_down" ? "broken" : duty === "off_duty" ? "off" : late.has(id) ? "late" : "ok"]));
    map.current.fleet.mark(marks, vehicleId, waiting);
    map.current.showVisits(desk.manifests.get(vehicleId), map.current.positionOf(vehicleId));
  });
  useEffect(() => map.current.showClosures(desk.day.closures, known.roads), [desk.day.closures, language]);
  useEffect(() => map.current.showSketch(drawing), [drawing]);
  const addMiddle = () => onDraw([...drawing, map.current.middle()]);
  return html`
    <div id="map" class="map" ref=${container} tabindex="0" role="application" aria-label=${t("map.label")} aria-describedby="map-words"></div>
    ${drawing && html`
      <div class="draw-bar" role="group" aria-label=${t("close.draw")}>
        <span class="cross" aria-hidden="true">＋</span>
        <p role="status">${t("close.corners", { n: drawing.length })}</p>
        <button type="button" class="quiet" onClick=${addMiddle}>${t("close.middle")}</button>
        <button type="button" class="quiet" disabled=${!drawing.length} onClick=${() => onDraw(drawing.slice(0, -1))}>${t("close.back")}</button>
        <button type="button" onClick=${() => onDraw(null)}>${t("close.stop")}</button>
      </div>`}
    <ul class="legend" aria-hidden="true">
      <li class="legend-shuttle">${t("map.legend.shuttle")}</li><li class="legend-late">${t("map.legend.late")}</li>
      <li class="legend-rider">${t("map.legend.waiting")}</li><li class="legend-closure">${t("map.legend.closure")}</li></ul>
    <p id="map-words" class="sr-only">${inWords(desk, waiting, late)}</p>`;
}

function lateVehicles(desk) {
  const alerted = desk.alerts.filter((alert) => alert.kind === "late" || alert.kind === "overdue");
  return new Set(alerted.map((alert) => alert.vehicle_id));
}

/** Stops where riders wait now or soon, with how many. */
function listWaiting(desk, now) {
  const stops = new Map();
  for (const booking of desk.bookings.values()) {
    if (!WAITING.has(booking.state) || pickupOf(booking) - now > SOON_MS) continue;
    const { stop } = booking.origin;
    const known = stops.get(stop.stop_id) ?? { position: stop.position, name: nameOf(stop), count: 0 };
    known.count += booking.party.passengers;
    stops.set(stop.stop_id, known);
  }
  return [...stops.values()];
}

function inWords(desk, waiting, late) {
  const riders = waiting.reduce((sum, { count }) => sum + count, 0);
  return [
    t("map.words.vehicles", { n: desk.manifests.size, late: late.size }),
    t("map.words.riders", { n: riders, stops: waiting.map(({ name }) => name).slice(0, 10).join(", ") || "–" }),
    t("map.words.closures", { n: desk.day.closures.length }),
  ].join(" ");
}
