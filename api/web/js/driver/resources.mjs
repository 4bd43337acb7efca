/** The resources of the service that a driver uses. */
import { getAsStaff, openAsStaff } from "../shared/staff.mjs";
import { newKey, read, send } from "../shared/http.mjs";
import { follow } from "../shared/sse.mjs";

const at = (vehicleId) => `/v1/vehicles/${encodeURIComponent(vehicleId)}`;

/** Path of an act at a visit. */
export const visitPath = (visitId, act) => `/v1/visits/${encodeURIComponent(visitId)}/${act}`;
export const walkUpPath = (vehicleId) => `${at(vehicleId)}/walk-ups`;
export const incidentPath = (vehicleId) => `${at(vehicleId)}/incidents`;

/** How to reach the rider: the given name and the number. */
export const getContact = (bookingId) => getAsStaff(`/v1/bookings/${encodeURIComponent(bookingId)}/contact`);

/** Send an act once; the outbox knows when to send it again. */
export async function postAct(path, body, key) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  return read(await send(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export const postPositions = (vehicleId, body) => postAct(`${at(vehicleId)}/positions`, body, newKey());

/** Follow the manifest; returns a function that stops. */
export const followManifest = (vehicleId, onEvent, onState) =>
  follow(openAsStaff(`${at(vehicleId)}/manifest/events`), onEvent, onState);
