/** Boarding codes, checked on the device: the service's check is the start of SHA-256 of id:code. */

const CODE = /^\d{4}$/;

/** Whether it has the form of a code. */
export const isCode = (typed) => CODE.test(typed);

/** True or false; null where this device cannot tell (no check, or no secure context). */
export async function isRightCode(visit, typed) {
  if (!visit.boarding_check || !globalThis.crypto?.subtle) return null;
  const named = new TextEncoder().encode(`${visit.booking_id}:${typed}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", named));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.startsWith(visit.boarding_check);
}

/** The visit whose code it is, among those at the stop; null if it is nobody's. */
export async function findByCode(visits, typed) {
  for (const visit of visits) {
    if (await isRightCode(visit, typed)) return visit;
  }
  return null;
}
