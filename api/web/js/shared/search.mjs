/** Search over stops by their Korean, English and romanised names, forgiving about spelling. */
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

/** Index of `stops` (each with its name in ko and en) for `search`. */
export function createIndex(stops) {
  return stops.map((stop) => ({
    stop,
    names: [plain(stop.name.ko), plain(stop.name.en)],
    initials: initials(plain(stop.name.ko)),
    sounds: [loose(romanise(stop.name.ko)), loose(stop.name.en)],
  }));
}

/** Best `limit` stops for what was typed, best first. */
export function search(index, typed, limit = 8) {
  if (!plain(typed)) return [];
  return index
    .map((entry) => ({ stop: entry.stop, rank: rank(entry, typed) }))
    .filter((found) => found.rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map((found) => found.stop);
}

function rank(entry, typed) {
  const places = [
    position(entry.names, plain(typed)),
    position([entry.initials], plain(typed)),
    position(entry.sounds, loose(typed)),
  ];
  return Math.min(...places.map((at, kind) => at + kind * WORSE));
}

/** Position of the first match, small at the start of a name; Infinity where there is none. */
function position(names, wanted) {
  const found = names.map((name) => name.indexOf(wanted)).filter((at) => at >= 0);
  return wanted && found.length ? Math.min(...found) : Infinity;
}
