/** A place is `{stop}` of the service or `{position: [lon, lat], isHere}`; or null. */
import { nameOf, t, textOf } from "./i18n.mjs";

/** Its name in the page's language, "" for none. */
export function placeName(place) {
  if (!place) return "";
  if (place.district) return t("place.district", { name: textOf(place.district), stop: nameOf(place.stop) });
  if (place.stop) return nameOf(place.stop);
  return t(place.isHere ? "place.here" : "place.point");
}

/** Where it is, [lon, lat], or null. */
export const placePosition = (place) => place?.stop?.position ?? place?.position ?? null;

/** As the service wants it. */
export const placeQuery = (place) =>
  place.stop ? { stop_id: place.stop.stop_id } : { position: place.position };

/** Whether shuttles call at a stop. */
export const isBookable = (stop) => stop.kind === "virtual";

/** Whether both ends are one place. */
export const isSamePlace = (a, b) =>
  Boolean(a?.stop && b?.stop && a.stop.stop_id === b.stop.stop_id);
