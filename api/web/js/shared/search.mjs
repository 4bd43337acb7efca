/** Search over stops and districts by their Korean, English and romanised names, forgiving about spelling. */
import { initials, romanise } from "./romanise.mjs";

const WORSE = 100; // any match of a better kind comes first

/** Lower case without spaces and punctuation. */
const plain = (text) => text.normalize("NFC").toLowerCase().replace(/[\s\-.,·()'’/]/g, "");

/** Spellings that people mix up fall together: k/g, t/d, p/b, r/l, eo/o/eu/u, double letters. */
export function loose(text) {
  return plain(text)
    .replace(/eo|eu|oo|u/g, "o").replace(/ee/g, "i").replace(/ch/g, "j").replace(/sh/g, "s")
    .replace(/g/g, "k").replace(/d/g, "t").replace(/b/g, "p").replace(/r/g, "l")
    .replace(/(.)\1+/g, "$1");
}

/**
 * Index for `search`: `stops` as the service names them, and `districts`, each of which leads to a stop.
 * What is found is `{id, kind, name, stop}`; kind is "virtual", "bus" or "district".
 */
export function createIndex(stops, districts = []) {
  const byId = new Map(stops.map((stop) => [stop.stop_id, stop]));
  const found = [
    ...stops.map((stop) => ({ id: stop.stop_id, kind: stop.kind, name: stop.name, stop })),
    ...districts.map(({ name, stop_id: id }) =>
      ({ id: `district ${name.ko}`, kind: "district", name, stop: byId.get(id) })),
  ];
  return found.filter(({ stop }) => stop).map((option) => ({
    option,
    names: [plain(option.name.ko), plain(option.name.en)],
    initials: initials(plain(option.name.ko)),
    sounds: [loose(romanise(option.name.ko)), loose(option.name.en)],
  }));
}

/** Best `limit` places for what was typed, best first; misspelt ones only where nothing fits. */
export function search(index, typed, limit = 8) {
  if (!plain(typed)) return [];
  const found = best(index, (entry) => rank(entry, typed), limit);
  return found.length ? found : best(index, (entry) => misspelt(entry, typed), limit);
}

function best(index, rankOf, limit) {
  return index
    .map((entry) => ({ option: entry.option, rank: rankOf(entry) }))
    .filter((found) => found.rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map((found) => found.option);
}

function rank(entry, typed) {
  const places = [
    position(entry.names, plain(typed)),
    position([entry.initials], plain(typed)),
    position(entry.sounds, loose(romanise(typed))),
  ];
  const isBus = entry.option.kind === "bus" ? 0.5 : 0; // a shuttle stop of the same name comes first
  const rest = entry.names.includes(plain(typed)) ? 0 : 0.25; // of names that begin alike, the one typed as a whole
  return Math.min(...places.map((at, kind) => at + kind * WORSE)) + isBus + rest;
}

/** Position of the first match, small at the start of a name; Infinity where there is none. */
function position(names, wanted) {
  const found = names.map((name) => name.indexOf(wanted)).filter((at) => at >= 0);
  return wanted && found.length ? Math.min(...found) : Infinity;
}

/** Letters that differ from the nearest part of a name; Infinity where they are too many. */
function misspelt(entry, typed) {
  const wanted = loose(romanise(typed));
  const allowed = wanted.length >= 9 ? 2 : wanted.length >= 6 ? 1 : 0;
  const fewest = Math.min(...entry.sounds.map((name) => distanceWithin(name, wanted)));
  return allowed && fewest <= allowed ? fewest : Infinity;
}

/** Fewest letters to change in `wanted` so that it is a part of `name` (Sellers, 1980). */
export function distanceWithin(name, wanted) {
  let above = new Array(name.length + 1).fill(0);
  for (let row = 1; row <= wanted.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= name.length; column += 1) {
      const change = wanted[row - 1] === name[column - 1] ? 0 : 1;
      now.push(Math.min(above[column - 1] + change, above[column] + 1, now[column - 1] + 1));
    }
    above = now;
  }
  return Math.min(...above);
}
