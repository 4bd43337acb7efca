/** The cab: what the service says is to be done, what the driver has done, and what is new. */
import { newKey } from "../shared/http.mjs";
import { findSession } from "../shared/staff.mjs";
import { Outbox } from "./outbox.mjs";
import { reportPositions } from "./positions.mjs";
import { listChanges, withActs } from "./projection.mjs";
import { followManifest, incidentPath, postAct, postPositions, visitPath, walkUpPath } from "./resources.mjs";
import { alertDriver } from "./signals.mjs";

const MAX_MINE = 400;

export class Cab {
  #listeners = new Set();
  #mine = new Set(); // visits and bookings that this driver has dealt with

  /** `known` is what was kept or just read: session, service, manifest (or null). */
  constructor({ device, clock, known }) {
    Object.assign(this, { device, clock, ...known });
    this.acts = [];
    this.changes = [];
    this.link = "offline";
    this.place = "unknown";
    this.outbox = new Outbox(device, postAct, {
      onChange: (acts) => this.#set({ acts }),
      onAnswer: (act, answer) => answer?.visits && this.#take(answer),
      onState: (link) => this.#set({ link }),
    });
  }

  /** Vehicle that is driven. */
  get vehicleId() {
    return this.session.vehicle_id;
  }

  /** The manifest with all that was done already, or null before the first one is known. */
  get shown() {
    return this.manifest && withActs(this.manifest, this.acts, this.service.rules);
  }

  get waiting() {
    return this.acts.filter((act) => !act.refusal);
  }

  get refused() {
    return this.acts.filter((act) => act.refusal);
  }

  /** Call `listener` whenever something changes; returns a function that stops. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begin to send, to follow and to report; returns when what was kept has been taken up. */
  async open() {
    const kept = await this.device.listActs();
    kept.forEach((act) => this.#own(act));
    this.outbox.start();
    followManifest(this.vehicleId, ({ type, data }) => type === "manifest" && this.#take(JSON.parse(data)),
      (isOpen) => this.#connected(isOpen));
    reportPositions({
      post: (body) => postPositions(this.vehicleId, body),
      now: () => this.clock.now(),
      onState: (place) => this.#set({ place }),
    });
  }

  /** The driver did something at a visit. */
  actAt(visit, kind, body = {}) {
    return this.#add({ kind, visitId: visit.visit_id, stop: visit.stop, bookingId: visit.booking_id },
      visitPath(visit.visit_id, kind), body);
  }

  takeAlong(destination, party) {
    return this.#add({ kind: "walk-up", stop: destination }, walkUpPath(this.vehicleId),
      { destination: { stop_id: destination.stop_id }, party });
  }

  report(incident) {
    return this.#add({ kind: "incident", incident, isUrgent: incident === "sos" },
      incidentPath(this.vehicleId), { kind: incident });
  }

  dismissRefusal = (seq) => this.outbox.dismiss(seq);
  dismissChanges = () => this.#set({ changes: [] });

  #add(act, path, body) {
    this.#own(act);
    const at = new Date(this.clock.now()).toISOString();
    return this.outbox.add({ ...act, path, key: newKey(), body: { ...body, at } });
  }

  #own({ visitId, bookingId, kind }) {
    if (visitId) this.#mine.add(visitId);
    if (bookingId && kind === "no-show") this.#mine.add(bookingId);
    if (this.#mine.size > MAX_MINE) this.#mine = new Set([...this.#mine].slice(-MAX_MINE / 2));
  }

  #take(manifest) {
    const before = this.manifest;
    this.device.keep("manifest", manifest);
    const isSameDay = before?.service_date === manifest.service_date;
    // An answer that was on its way longer than a later one tells nothing new.
    if (isSameDay && manifest.version < before.version) return;
    const news = isSameDay
      ? listChanges(withActs(before, this.acts, this.service.rules), withActs(manifest, this.acts, this.service.rules), this.#mine)
      : [];
    this.#set({ manifest, changes: [...this.changes, ...news] });
    if (news.length) alertDriver();
  }

  async #connected(isOpen) {
    if (isOpen) {
      this.#set({ link: "ok" });
      await this.outbox.send();
      return;
    }
    const session = await findSession().catch(() => undefined);
    this.#set({ link: session === null ? "signed-out" : "offline" });
  }

  #set(part) {
    Object.assign(this, part);
    this.#listeners.forEach((listener) => listener());
  }
}
