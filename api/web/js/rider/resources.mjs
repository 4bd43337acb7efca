/** The resources of the service that a rider uses, one function each. */
import { changeAsRider, getAsRider, getPublic, postAsRider, postPublic, sendAsRider } from "../shared/http.mjs";
import { follow } from "../shared/sse.mjs";

const bookingPath = (id) => `/v1/bookings/${encodeURIComponent(id)}`;
const recurringPath = (id) => `/v1/recurring-trips/${encodeURIComponent(id)}`;
const CHANNEL = { channel: "web" };

/** Offers for a wish; nothing is booked yet. */
export const requestOffers = (wish) => postAsRider("/v1/trip-requests", wish);

/** Book what `body` says (an offer, or a request to wait for); `key` makes it safe to ask again. */
export const book = (body, key) => postAsRider("/v1/bookings", { ...body, ...CHANNEL }, key);

/** Take another offer instead of what was booked. */
export const amendBooking = (id, offerId, key) =>
  postAsRider(`${bookingPath(id)}/amend`, { offer_id: offerId }, key);

export const listBookings = async () => (await getAsRider("/v1/bookings?limit=100")).bookings;
export const getBooking = (id) => getAsRider(bookingPath(id));
export const cancelBooking = (id, key) => postAsRider(`${bookingPath(id)}/cancel`, {}, key);

/** Name and number that a booking was made for; null where there are none. */
export const findContact = (id) => getAsRider(`${bookingPath(id)}/contact`).catch(() => null);

/** Follow what becomes of a booking; returns a function that stops. */
export function followBooking(id, onEvent, onState) {
  const path = `${bookingPath(id)}/events`;
  return follow((headers, signal) => sendAsRider(path, { headers, signal }), onEvent, onState);
}

export const listRecurring = async () => (await getAsRider("/v1/recurring-trips")).recurring_trips;
export const createRecurring = (body, key) => postAsRider("/v1/recurring-trips", body, key);
export const skipDate = (id, date, skip, key) => postAsRider(`${recurringPath(id)}/dates`, { date, skip }, key);
export const endRecurring = (id) => changeAsRider("DELETE", recurringPath(id));

export const getPushKey = async () => (await getPublic("/v1/push-key")).public_key;
export const putSubscription = (id, body) => changeAsRider("PUT", `/v1/push-subscriptions/${id}`, body);
export const deleteSubscription = (id) => changeAsRider("DELETE", `/v1/push-subscriptions/${id}`);

export const sendCode = (phone) => postPublic("/v1/phone-codes", { phone });
export const redeemCode = async (phone, code) => (await postPublic("/v1/phone-tokens", { phone, code })).token;
export const getSession = () => getAsRider("/v1/session");
export const signOut = () => changeAsRider("DELETE", "/v1/session");
export const listPassengers = async () => (await getAsRider("/v1/passengers")).passengers;
export const putPassenger = (id, body) => changeAsRider("PUT", `/v1/passengers/${id}`, body);
export const erasePassenger = (id) => changeAsRider("DELETE", `/v1/passengers/${id}`);
