/** The map of the city, drawn from the service's own data; without any tile server. */
import { element } from "./dom.mjs";
import { featureName, nameOf, t } from "./i18n.mjs";
import L, { toLatLng, toLonLat } from "./leaflet.mjs";
import { isBookable } from "./places.mjs";
import { VehicleLayer } from "./vehicle-layer.mjs";

const MAJOR = new Set(["motorway", "trunk", "primary"]);
const NEAR_ZOOM = 14;
const STOP_RADIUS = { far: 4, near: 6.5 };
const CITY_VIEW = { padding: [24, 24], animate: false };
const TRIP_VIEW = { padding: [56, 56], maxZoom: 15 };

const isOpen = ({ properties }) => properties.open !== false;

/** Positions that make up the city: where shuttles call, since buses go far beyond it. */
function heartOf({ bbox: [west, south, east, north] }, stops) {
  const positions = stops.filter(isBookable).map(({ position }) => position);
  return positions.length ? positions : [[west, south], [east, north]];
}

/** A map in `container`; `onPick(end, place)` is called when "from here" or "to here" is chosen. */
export class CityMap {
  constructor(container, { onPick }) {
    this.onPick = onPick;
    this.map = L.map(container, { zoomControl: false, zoomSnap: 0.25, maxZoom: 18, minZoom: 10 });
    this.map.attributionControl.setPrefix(false);
    this.map.on("click", (event) => this.offerPoint(toLonLat(event.latlng)));
    this.map.on("zoomend", () => this.adaptToZoom());
    this.map.createPane("zone-names").classList.add("pane-zone-names");
    this.layers = L.layerGroup().addTo(this.map);
    this.trip = L.layerGroup().addTo(this.map);
    this.stops = [];
    this.vehicles = new VehicleLayer(this.map);
    this.keepInView(container);
  }

  /** Show the same again when the map gets its size or another one, unless it was moved by hand. */
  keepInView(container) {
    const letGo = () => (this.shown = null);
    ["pointerdown", "wheel", "keydown"].forEach((act) => container.addEventListener(act, letGo));
    new ResizeObserver(() => {
      this.map.invalidateSize({ animate: false });
      if (this.shown) this.map.fitBounds(...this.shown);
    }).observe(container);
  }

  show(positions, options) {
    this.shown = [positions.map(toLatLng), options];
    this.map.fitBounds(...this.shown);
  }

  /** Draw zones, roads and stops anew, in the page's language. */
  draw({ service, zones, roads, stops }) {
    // what is added to a map without a view is not drawn
    if (!this.isDrawn) this.show(heartOf(service.area, stops), CITY_VIEW);
    this.isDrawn = true;
    this.layers.clearLayers();
    this.labelControls();
    this.drawZones(zones, stops);
    this.drawRoads(roads);
    const busesFirst = [...stops].sort((a, b) => isBookable(a) - isBookable(b)); // drawn below
    this.stops = busesFirst.map((stop) => this.drawStop(stop));
    this.adaptToZoom();
  }

  labelControls() {
    this.zoom?.remove();
    this.zoom = L.control.zoom({
      position: "bottomright", zoomInTitle: t("map.zoom-in"), zoomOutTitle: t("map.zoom-out"),
    }).addTo(this.map);
  }

  drawZones(zones, stops) {
    L.geoJSON(zones, {
      style: (feature) => ({ className: `zone zone-${zones.features.indexOf(feature) % 5}` }),
      interactive: false,
    }).addTo(this.layers);
    zones.features.forEach(({ properties }) => this.labelZone(properties, stops));
  }

  /** Name a zone where people are, in the middle of its stops, not in the middle of its woods. */
  labelZone(zone, stops) {
    const inside = stops.filter((stop) => stop.zone_id === zone.zone_id);
    if (!inside.length) return;
    const middle = L.latLngBounds(inside.map((stop) => toLatLng(stop.position))).getCenter();
    L.tooltip(middle, {
      permanent: true, direction: "center", className: "zone-label", pane: "zone-names",
      content: featureName(zone),
    }).addTo(this.layers);
  }

  drawRoads(roads) {
    for (const layer of ["road road-edge", "road"]) {
      const style = ({ properties }) =>
        ({ className: MAJOR.has(properties.road_class) ? `${layer} road-major` : layer });
      L.geoJSON(roads, { style, filter: isOpen, interactive: false }).addTo(this.layers);
    }
  }

  drawStop(stop) {
    return L.circleMarker(toLatLng(stop.position), {
      className: isBookable(stop) ? "stop" : "stop stop-bus",
      bubblingMouseEvents: false,
    })
      .bindTooltip(nameOf(stop), { className: "stop-label", direction: "top", offset: [0, -6] })
      .on("click", () => this.offerPlace({ stop }, stop.position, nameOf(stop)))
      .addTo(this.layers);
  }

  offerPoint(position) {
    this.offerPlace({ position }, position, t("place.point"));
  }

  /** Ask whether the trip shall begin or end at this place. */
  offerPlace(place, position, label) {
    const choose = (end) => () => {
      this.map.closePopup();
      this.onPick(end, place);
    };
    const button = (end) =>
      element("button", { type: "button", onclick: choose(end) }, t(`map.${end}-here`));
    const content = element("div", { className: "pick" },
      element("p", {}, label), button("from"), button("to"));
    L.popup({ closeButton: false, minWidth: 200 })
      .setLatLng(toLatLng(position)).setContent(content).openOn(this.map);
  }

  /** Show where the trip begins and ends (a position or null), and `walks`, lines of positions. */
  showTrip({ from, to, walks = [] }) {
    this.trip.clearLayers();
    for (const walk of walks) {
      L.polyline(walk.map(toLatLng), { className: "walk-line", interactive: false }).addTo(this.trip);
    }
    if (from) this.pin(from, "from");
    if (to) this.pin(to, "to");
    if (from && to) this.show([from, to], TRIP_VIEW);
  }

  pin(position, end) {
    const icon = L.divIcon({ className: `pin pin-${end}`, html: "<span></span>", iconSize: [28, 36], iconAnchor: [14, 34] });
    L.marker(toLatLng(position), { icon, keyboard: false, interactive: false }).addTo(this.trip);
  }

  /** Fewer and smaller things from afar. */
  adaptToZoom() {
    const isNear = this.map.getZoom() >= NEAR_ZOOM;
    this.map.getContainer().classList.toggle("is-near", isNear);
    this.stops.forEach((stop) => stop.setRadius(STOP_RADIUS[isNear ? "near" : "far"]));
  }
}
