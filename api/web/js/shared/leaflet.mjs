/** The vendored map library, as a module. */
import "../../vendor/leaflet/leaflet.js";

export default globalThis.L;

/** [lon, lat] of the service as the library's [lat, lon], and back. */
export const toLatLng = ([lon, lat]) => [lat, lon];
export const toLonLat = ({ lng, lat }) => [lng, lat];
