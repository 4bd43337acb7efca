/** All vehicles and waiting riders on one canvas over the map: hundreds move without a hundred elements. */
import { Glide } from "../shared/glide.mjs";
import L, { toLatLng } from "../shared/leaflet.mjs";
import { readColours, sprite } from "./sprites.mjs";

const stillness = matchMedia("(prefers-reduced-motion: reduce)");
const darkness = matchMedia("(prefers-color-scheme: dark)");
/** A vehicle in town moves less than a pixel in this time; more frames would show nothing more. */
const FRAME_MS = 60;
const REACH_PX = 22;

/** Draws what `update` and `waiting` tell; `onPick(vehicleId)` when one is clicked. */
export class FleetLayer {
  constructor(map, onPick) {
    Object.assign(this, { map, onPick, glides: new Map(), riders: [], marks: new Map(), drawnAt: 0 });
    const pane = map.createPane("fleet"); // above all that is drawn as lines
    pane.classList.add("pane-fleet");
    this.canvas = L.DomUtil.create("canvas", "", pane);
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d");
    map.on("move zoom viewreset resize zoomend moveend", () => this.draw());
    map.on("click", (event) => this.click(event));
    darkness.addEventListener("change", () => this.draw());
  }

  /** Take rows of [id, lon, lat, heading, reported]. */
  update(rows) {
    const at = performance.now();
    for (const [id, lon, lat, heading, isReported] of rows) {
      const known = this.glides.get(id);
      const place = [lon, lat];
      if (!known) this.glides.set(id, { glide: new Glide(place, at), heading, isReported });
      else {
        Object.assign(known, { heading, isReported });
        if (stillness.matches) known.glide.jump(place, at);
        else if (known.glide.to[0] !== lon || known.glide.to[1] !== lat) known.glide.report(place, at);
      }
    }
    this.animate();
  }

  /** How each vehicle is to look ("ok", "late", "off", "broken"), which one is chosen, who waits where. */
  mark(marks, chosen, riders) {
    Object.assign(this, { marks, chosen, riders });
    this.draw();
  }

  /** Draw frames while anything moves, and none while all stands. */
  animate() {
    if (this.frame) return;
    this.frame = requestAnimationFrame((at) => {
      this.frame = undefined;
      if (at - this.drawnAt >= FRAME_MS) this.draw(at);
      const now = performance.now();
      if ([...this.glides.values()].some(({ glide }) => glide.isMoving(now))) this.animate();
    });
  }

  draw(at = performance.now()) {
    this.drawnAt = at;
    const { map, context } = this;
    const size = map.getSize();
    this.fit(size);
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    const colours = readColours(this.canvas, darkness.matches);
    context.clearRect(0, 0, size.x, size.y);
    for (const { position, count } of this.riders) this.drawRiders(position, count, colours);
    const now = performance.now();
    this.points = [];
    let chosen;
    for (const [id, vehicle] of this.glides) {
      const point = map.latLngToContainerPoint(toLatLng(vehicle.glide.position(now)));
      if (point.x < -40 || point.y < -40 || point.x > size.x + 40 || point.y > size.y + 40) continue;
      this.points.push([id, point]);
      if (id === this.chosen) chosen = [id, point, vehicle];
      else this.drawVehicle(id, point, vehicle, colours);
    }
    if (chosen) this.drawVehicle(...chosen, colours); // above all others
  }

  drawVehicle(id, point, { heading, isReported }, colours) {
    const { context } = this;
    const look = this.marks.get(id) ?? "ok";
    const image = sprite({ label: shortName(id), look, isChosen: id === this.chosen, isReported, colours });
    const { width, height } = image.size;
    if (heading !== null && heading !== undefined) this.drawHeading(point, heading, colours[look]);
    context.drawImage(image, point.x - width / 2, point.y - height / 2, width, height);
  }

  drawHeading(point, heading, colour) {
    const { context } = this;
    const angle = ((heading - 90) * Math.PI) / 180;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(point.x + dx * 25, point.y + dy * 25);
    context.lineTo(point.x + dx * 14 - dy * 8, point.y + dy * 14 + dx * 8);
    context.lineTo(point.x + dx * 14 + dy * 8, point.y + dy * 14 - dx * 8);
    context.fill();
  }

  drawRiders(position, count, colours) {
    const { context } = this;
    const { x, y } = this.map.latLngToContainerPoint(toLatLng(position));
    context.fillStyle = colours.rider;
    context.strokeStyle = colours.halo;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x + 9, y - 9, 9, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.fillStyle = colours.onRider;
    context.font = "700 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(count), x + 9, y - 8.5);
  }

  /** As many real pixels as the screen has. */
  fit({ x, y }) {
    const scale = Math.min(2, devicePixelRatio);
    if (this.canvas.width === x * scale && this.canvas.height === y * scale) return;
    Object.assign(this.canvas, { width: x * scale, height: y * scale });
    Object.assign(this.canvas.style, { width: `${x}px`, height: `${y}px` });
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
  }

  click({ containerPoint }) {
    const hit = (this.points ?? []).map(([id, point]) => [point.distanceTo(containerPoint), id])
      .filter(([distance]) => distance < REACH_PX).sort((a, b) => a[0] - b[0])[0];
    if (hit) this.onPick(hit[1]);
    return Boolean(hit);
  }

  /** Whether a vehicle is drawn at this point. */
  isHit(containerPoint) {
    return (this.points ?? []).some(([, point]) => point.distanceTo(containerPoint) < REACH_PX);
  }
}

/** The number painted on a vehicle: "SH3" -> "3". */
const shortName = (id) => id.replace(/^\D+/, "") || id;
