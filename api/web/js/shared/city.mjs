/** What the service tells everybody: itself, the city, its vehicles. */
import { getPublic } from "./http.mjs";
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

/** Follow positions and next visits of all vehicles; returns a function that stops. */
export function followVehicles(onEvent, onState) {
  const open = (headers, signal) => fetch("/v1/vehicles/events", { headers, signal });
  return follow(open, onEvent, onState);
}
