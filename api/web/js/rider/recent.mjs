/** Places that this rider has gone from and to, on this device alone; and where their bookings began. */
import { keep, read } from "../shared/stored.mjs";

const MAX_KEPT = 6;
const MAX_BOOKINGS = 40;

/** Stops that trips began ("from") or ended ("to") at, the latest first. */
export const listRecent = (end) => read(`recent-${end}`, []);

/** Remember the places of a booking that was made for `wish`. */
export function remember(wish, booking) {
  for (const end of ["from", "to"]) {
    const { stop } = wish[end];
    if (!stop) continue; // where somebody stood is no place to go back to
    const others = listRecent(end).filter((place) => place.stop.stop_id !== stop.stop_id);
    keep(`recent-${end}`, [{ stop }, ...others].slice(0, MAX_KEPT));
  }
  const kept = [[booking.booking_id, { from: wish.from, to: wish.to }], ...read("places", [])];
  keep("places", kept.slice(0, MAX_BOOKINGS));
}

/** The rider's own ends of a booking, `{from, to}`, where this device knows them. */
export const placesOf = (booking) => new Map(read("places", [])).get(booking.booking_id) ?? null;
