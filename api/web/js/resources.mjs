/** The resources of the service that this page uses, one function each. */
import { getAsRider, getPublic, postAsRider, sendAsRider } from "./http.mjs";
import { follow } from "./sse.mjs";

const PAGE_SIZE = 500;

export const getService = () => getPublic("/v1/service");
export const getZones = () => getPublic("/v1/zones");
export const getRoads = () => getPublic("/v1/roads");
export const listStops = () => listAll("/v1/stops", "stops");

/** All items of a paged list. */
async function listAll(path, name) {
  const items = [];
  for (let query = `limit=${PAGE_SIZE}`; query; ) {
    const { [name]: page, next_cursor: next } = await getPublic(`${path}?${query}`);
    items.push(...page);
    query = next && `limit=${PAGE_SIZE}&cursor=${encodeURIComponent(next)}`;
  }
  return items;
}

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

/** Follow positions and next visits of all vehicles; returns a function that stops. */
export function followVehicles(onEvent, onState) {
  const open = (headers, signal) => fetch("/v1/vehicles/events", { headers, signal });
  return follow(open, onEvent, onState);
}
