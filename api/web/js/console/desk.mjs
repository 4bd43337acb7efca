/** All of the day as the service tells it, kept up to date; whoever shows it is told to look again. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { follow } from "../shared/sse.mjs";
import { openAsStaff } from "../shared/staff.mjs";

/** Real milliseconds between two drawings of words; the map's vehicles do not wait for them. */
const LOOK_MS = 400;
const NOTHING = { closures: [], suspensions: [], duties: [], service_date: "" };

/** The day's vehicles, bookings, alerts and figures. */
export class Desk {
  constructor() {
    this.listeners = new Set();
    this.onPlaces = () => {};
    this.clear();
    Object.assign(this, { isConnected: null, isReady: false });
  }

  clear() {
    Object.assign(this, {
      day: NOTHING, manifests: new Map(), bookings: new Map(), places: [], alerts: [], kpis: null,
    });
  }

  /** Begin to follow; a stream that breaks is opened again and tells everything anew. */
  open() {
    follow(openAsStaff("/v1/desk/events"), (event) => this.take(event), (isConnected) => {
      this.isConnected = isConnected;
      this.changed();
    });
  }

  /** Take one message of the stream. */
  take({ type, data }) {
    const told = JSON.parse(data);
    if (type === "day" && told.service_date !== this.day.service_date) this.clear();
    if (type === "manifest") this.manifests.set(told.vehicle_id, told);
    else if (type === "booking") this.bookings.set(told.booking_id, told);
    else if (type === "ready") this.isReady = true;
    else this[type] = told;
    if (type === "places") this.onPlaces(told);
    else this.changed();
  }

  /** Tell whoever shows something, a few times a second at most. */
  changed() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const look of this.listeners) look();
    }, LOOK_MS);
  }

  /** Vehicles by name, as they are planned. */
  listManifests() {
    if (this.order?.length !== this.manifests.size) this.order = [...this.manifests.keys()].sort(byName.compare);
    return this.order.map((id) => this.manifests.get(id));
  }
}

const byName = new Intl.Collator("en", { numeric: true });
const parsed = new WeakMap();

/** When a booking is picked up, as far as is known, in ms; read once for each that the service tells. */
export function pickupOf(booking) {
  if (!parsed.has(booking)) {
    parsed.set(booking, Date.parse(booking.expected?.pickup_at ?? booking.promise.pickup.earliest_at));
  }
  return parsed.get(booking);
}

/** Draw again whenever the desk has something new. */
export function useDesk(desk) {
  const [, look] = useState(0);
  useEffect(() => {
    const again = () => look((n) => n + 1);
    desk.listeners.add(again);
    return () => desk.listeners.delete(again);
  }, [desk]);
  return desk;
}

const ENDED = new Set(["completed", "cancelled", "no_show", "rejected"]);

/** Whether nothing is to come of a booking. */
export const isEnded = (booking) => ENDED.has(booking.state);

/** Short code of a booking that people can read out. */
export const codeOf = (id) => id.slice(-5).toUpperCase();
