/**
 * A booking whose answer has not come is kept on the device with its Idempotency-Key, and asked for
 * again under the same key: a poor connection, or a closed page, neither loses nor doubles it.
 */
import { Problem } from "../shared/http.mjs";
import { keep, read } from "../shared/stored.mjs";
import { book } from "./resources.mjs";

/** The wish was sent, or will be as soon as there is a connection. */
export class Pending extends Error {
  type = "pending";
}

/** Book; where the service cannot be reached the intent is kept and `Pending` is raised. */
export async function bookOnce(intent) {
  keep("pending", intent);
  try {
    const booking = await book(intent.body, intent.key);
    keep("pending", null);
    return booking;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) {
      keep("pending", null);
      throw error;
    }
    throw new Pending();
  }
}

/** What waits to be booked, or null. */
export const findPending = () => read("pending");

/** Wait no longer; what the service may have booked meanwhile is in the list of bookings. */
export const dropPending = () => keep("pending", null);
