/** What the service tells everybody: itself, the city, its vehicles. */
import { getAged, getPublic, postPublic } from "./http.mjs";
import { follow } from "./sse.mjs";

const PAGE_SIZE = 500;

/** The service itself; one that was kept for want of a connection is as many seconds ahead as it is old. */
export async function getService() {
  const { body, ageMs } = await getAged("/v1/service");
  return { ...body, now: new Date(Date.parse(body.now) + ageMs * body.speed).toISOString() };
}
export const getZones = () => getPublic("/v1/zones");
export const getRoads = () => getPublic("/v1/roads");
export const listStops = () => listAll("/v1/stops", "stops");
export const listDistricts = async () => (await getPublic("/v1/districts")).districts;

/** Next buses within a short walk of a position. */
export const listDepartures = async (position, walk_m, limit) =>
  (await postPublic("/v1/departures", { position, walk_m, limit })).departures;

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

/** Follow positions and next visits of all vehicles; returns a function that stops. */
export function followVehicles(onEvent, onState) {
  const open = (headers, signal) => fetch("/v1/vehicles/events", { headers, signal });
  return follow(open, onEvent, onState);
}
