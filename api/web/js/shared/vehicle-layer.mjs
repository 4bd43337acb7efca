/** The shuttles on the map: gliding markers, and the way to their next visits. */
import { element } from "./dom.mjs";
import { t } from "./i18n.mjs";
import L, { toLatLng } from "./leaflet.mjs";
import { Glide } from "./glide.mjs";
import { visitText, VISITS_SHOWN } from "./shuttles.mjs";

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

/** Draws vehicles on `map`; give it every answer of the service by `update`. */
export class VehicleLayer {
  constructor(map) {
    this.map = map;
    this.drawn = new Map(); // vehicle id -> {marker, glide, vehicle}
    this.way = L.layerGroup().addTo(map);
    this.isAnimating = false;
  }

  /** Take vehicles as the service tells them; those off duty are not drawn, `mine` stands out. */
  update(vehicles, timeOf, mine) {
    Object.assign(this, { timeOf, mine });
    const placed = vehicles.filter((vehicle) => vehicle.duty === "on_duty");
    this.removeOthers(new Set(placed.map((vehicle) => vehicle.vehicle_id)));
    placed.forEach((vehicle) => this.place(vehicle));
    this.fan(placed);
    this.animate();
  }

  /** Vehicles that stand at one place, as at a depot, are drawn side by side. */
  fan(placed) {
    const counts = new Map();
    for (const { vehicle_id: id, position } of placed) {
      const place = String(position.position);
      const before = counts.get(place) ?? 0;
      counts.set(place, before + 1);
      this.drawn.get(id).marker.getElement().dataset.fan = before;
    }
  }

  removeOthers(kept) {
    for (const [id, { marker }] of this.drawn) {
      if (kept.has(id)) continue;
      marker.remove();
      this.drawn.delete(id);
    }
  }

  place(vehicle) {
    const at = performance.now();
    const known = this.drawn.get(vehicle.vehicle_id);
    if (!known) return this.add(vehicle, at);
    known.vehicle = vehicle;
    const { position } = vehicle.position;
    if (stillness.matches) known.glide.jump(position, at);
    else if (hasMoved(known.glide.to, position)) known.glide.report(position, at);
    this.mark(known);
  }

  add(vehicle, at) {
    const icon = L.divIcon({
      className: "shuttle", html: element("span", {}, badge(vehicle)), iconSize: [38, 38],
    });
    // what moves and overlaps is no target for a keyboard: the list of shuttles tells the same
    const { position } = vehicle.position;
    const marker = L.marker(toLatLng(position), { icon, keyboard: false, riseOnHover: true });
    const entry = { marker, vehicle, glide: new Glide(position, at) };
    marker.addTo(this.map).bindPopup(() => this.describe(entry), { minWidth: 220 });
    marker.getElement().setAttribute("aria-hidden", "true");
    marker.on("popupopen mouseover", () => this.showWay(entry));
    marker.on("popupclose mouseout", () => this.way.clearLayers());
    this.drawn.set(vehicle.vehicle_id, entry);
    this.mark(entry);
  }

  /** Let my own shuttle stand out. */
  mark({ marker, vehicle }) {
    marker.getElement().classList.toggle("is-mine", vehicle.vehicle_id === this.mine);
  }

  /** Its next visits, in words. */
  describe({ vehicle }) {
    const title = element("strong", {}, t("shuttle.name", { id: vehicle.vehicle_id }));
    const visits = vehicle.next_visits.slice(0, VISITS_SHOWN).map((visit) => element("li", {},
      element("span", { className: "time" }, this.timeOf(visit.expected_at)), ` ${visitText(visit)}`));
    const list = visits.length ? element("ol", { className: "visits" }, ...visits)
      : element("p", {}, t("shuttle.idle"));
    return element("div", {}, title, list);
  }

  /** A dashed line through its next visits. */
  showWay({ vehicle, glide }) {
    this.way.clearLayers();
    const places = vehicle.next_visits.map((visit) => visit.stop.position);
    const line = [glide.position(performance.now()), ...places].map(toLatLng);
    L.polyline(line, { className: "way", interactive: false }).addTo(this.way);
    places.forEach((place) =>
      L.circleMarker(toLatLng(place), { className: "way-stop", radius: 5, interactive: false }).addTo(this.way));
  }

  /** Draw frames while anything moves, and none while all stands. */
  animate() {
    if (this.isAnimating) return;
    this.isAnimating = true;
    requestAnimationFrame(() => this.frame());
  }

  frame() {
    const at = performance.now();
    let isMoving = false;
    for (const { marker, glide } of this.drawn.values()) {
      marker.setLatLng(toLatLng(glide.position(at)));
      isMoving ||= glide.isMoving(at);
    }
    this.isAnimating = isMoving;
    if (isMoving) requestAnimationFrame(() => this.frame());
  }
}

const hasMoved = (a, b) => a[0] !== b[0] || a[1] !== b[1];

/** The number painted on the shuttle: "SH3" -> "3". */
const badge = ({ vehicle_id }) => vehicle_id.replace(/^\D+/, "") || vehicle_id;
