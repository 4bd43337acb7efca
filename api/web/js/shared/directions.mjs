/** The way on foot in words: which way, how far. */

const EARTH_M = 6_371_000;
const WAYS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
const radians = (degrees) => (degrees * Math.PI) / 180;

/** East and north of `to` seen from `from` (both [lon, lat]), metres. */
function offset(from, to) {
  const latitude = radians((from[1] + to[1]) / 2);
  return [
    radians(to[0] - from[0]) * Math.cos(latitude) * EARTH_M,
    radians(to[1] - from[1]) * EARTH_M,
  ];
}

/** Metres in a straight line. */
export const straightM = (from, to) => Math.hypot(...offset(from, to));

/** One of eight compass points, "n" to "nw". */
export function compassPoint(from, to) {
  const [east, north] = offset(from, to);
  const turns = Math.atan2(east, north) / (2 * Math.PI);
  return WAYS[Math.round(turns * WAYS.length + WAYS.length) % WAYS.length];
}
