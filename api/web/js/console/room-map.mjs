/** The city's map as a control room needs it: vehicles on a canvas, closures, a polygon in the making. */
import { t } from "../shared/i18n.mjs";
import L, { toLatLng, toLonLat } from "../shared/leaflet.mjs";
import { CityMap } from "../shared/map.mjs";
import { FleetLayer } from "./fleet-layer.mjs";

export class RoomMap extends CityMap {
  constructor(container, { onPick, onVehicle, onCorner }) {
    super(container, { onPick });
    this.onCorner = onCorner;
    this.closed = L.layerGroup().addTo(this.map);
    this.sketch = L.layerGroup().addTo(this.map);
    this.way = L.layerGroup().addTo(this.map);
    this.fleet = new FleetLayer(this.map, onVehicle);
  }

  /** A click is a corner while a closure is drawn, a vehicle where one stands, else a place. */
  offerPoint(position) {
    if (this.isDrawing) return this.onCorner(position);
    if (this.fleet.isHit(this.map.latLngToContainerPoint(toLatLng(position)))) return undefined;
    return super.offerPoint(position);
  }

  offerPlace(place, position, label) {
    if (this.isDrawing) this.onCorner(position);
    else super.offerPlace(place, position, label);
  }

  /** Corners so far, or null while nothing is drawn. */
  showSketch(corners) {
    this.isDrawing = corners !== null;
    this.map.getContainer().classList.toggle("is-drawing", this.isDrawing);
    this.sketch.clearLayers();
    if (!corners?.length) return;
    L.polygon(corners.map(toLatLng), { className: "closure is-sketch", interactive: false }).addTo(this.sketch);
    corners.forEach((corner) => L.circleMarker(toLatLng(corner), { className: "way-stop", radius: 5, interactive: false }).addTo(this.sketch));
  }

  showClosures(closures, roads) {
    this.closed.clearLayers();
    const shut = new Set(closures.flatMap((closure) => closure.road_ids));
    L.geoJSON(roads, {
      filter: ({ properties }) => shut.has(properties.edge_id), interactive: false,
      style: () => ({ className: "road-closed" }),
    }).addTo(this.closed);
    closures.forEach((closure) =>
      L.polygon(closure.ring.map(toLatLng), { className: "closure" })
        .bindTooltip(t("close.map"), { className: "stop-label" }).addTo(this.closed));
  }

  /** The way of a vehicle to its next visits. */
  showVisits(manifest, position) {
    this.way.clearLayers();
    if (!manifest || !position) return;
    const places = manifest.visits.map((visit) => visit.stop.position);
    L.polyline([position, ...places].map(toLatLng), { className: "way", interactive: false }).addTo(this.way);
    places.forEach((place) => L.circleMarker(toLatLng(place), { className: "way-stop", radius: 5, interactive: false }).addTo(this.way));
  }

  /** Where a vehicle was last drawn, [lon, lat]. */
  positionOf(vehicleId) {
    return this.fleet.glides.get(vehicleId)?.glide.to ?? null;
  }

  /** The middle of the map, for who draws by keyboard. */
  middle() {
    return toLonLat(this.map.getCenter());
  }
}
