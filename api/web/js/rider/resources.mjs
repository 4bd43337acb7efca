/** The resources of the service that a rider uses, one function each. */
import { getAsRider, postAsRider, sendAsRider } from "../shared/http.mjs";
import { follow } from "../shared/sse.mjs";

/** Offers for a wish; nothing is booked yet. */
export const requestOffers = (wish) => postAsRider("/v1/trip-requests", wish);

/** Book an offer; `key` makes it safe to ask again after a lost answer. */
export const bookOffer = (offerId, key) => postAsRider("/v1/bookings", { offer_id: offerId, channel: "web" }, key);

export const listBookings = async () => (await getAsRider("/v1/bookings")).bookings;
export const getBooking = (id) => getAsRider(`/v1/bookings/${encodeURIComponent(id)}`);
export const cancelBooking = (id, key) =>
  postAsRider(`/v1/bookings/${encodeURIComponent(id)}/cancel`, {}, key);

/** Follow what becomes of a booking; returns a function that stops. */
export function followBooking(id, onEvent, onState) {
  const path = `/v1/bookings/${encodeURIComponent(id)}/events`;
  return follow((headers, signal) => sendAsRider(path, { headers, signal }), onEvent, onState);
}
