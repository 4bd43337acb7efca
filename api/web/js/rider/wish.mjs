/** What the rider asks for, while it is being filled in and as the service wants it. */
import { t } from "../shared/i18n.mjs";
import { isSamePlace, placeName, placeQuery } from "../shared/places.mjs";
import { read } from "../shared/stored.mjs";
import { clockTime, isoDay, rfc3339, toMs } from "../shared/time.mjs";

const NOON = "12:00";
const RETURN_AFTER_MS = 2 * 60 * 60_000;

/** An empty form: now, one person. */
export const EMPTY_WISH = {
  from: null, to: null, when: "now", day: "", time: NOON,
  passengers: 1, wheelchairs: 0, seniors: 0, children: 0, isResident: false, passenger: null,
};

/** An empty form for somebody who was here before. */
export const newWish = () => ({ ...EMPTY_WISH, isResident: read("resident", false) });

/** The form filled with another time: `when` is "now", "depart" or "arrive", `at` in RFC 3339 or ms. */
export const withTime = (wish, when, at, timezone) =>
  (when === "now" ? { ...wish, when } : { ...wish, when, day: isoDay(toMs(at), timezone), time: clockTime(at, timezone) });

/** The form filled as a booking was asked for; `places` are the rider's own, where still known. */
export function wishOf(booking, places, timezone) {
  const { passengers, wheelchairs, seniors, children, residents } = booking.party;
  const wish = {
    ...EMPTY_WISH, passengers, wheelchairs, seniors, children, isResident: residents > 0,
    from: places?.from ?? { stop: booking.origin.stop },
    to: places?.to ?? { stop: booking.destination.stop },
  };
  return withTime(wish, "depart", booking.promise.pickup.earliest_at, timezone);
}

/** The way back of a booking, some time after the arrival. */
export function returnOf(booking, places, timezone) {
  const wish = wishOf(booking, places, timezone);
  const at = toMs(booking.promise.dropoff_latest_at) + RETURN_AFTER_MS;
  return withTime({ ...wish, from: wish.to, to: wish.from }, "depart", at, timezone);
}

/** What is still wrong with the form: `{from, to, time}` texts, empty when all is well. */
export function problemsOf(wish) {
  const problems = {};
  if (!wish.from) problems.from = t("place.missing");
  if (!wish.to) problems.to = t("place.missing");
  if (wish.from && isSamePlace(wish.from, wish.to)) problems.to = t("place.same");
  if (wish.when !== "now" && !(wish.day && wish.time)) problems.time = t("when.missing");
  return problems;
}

/** Body of a trip request. */
export function toRequest(wish, timezone) {
  const { passengers, wheelchairs, seniors, children } = wish;
  return {
    origin: placeQuery(wish.from),
    destination: placeQuery(wish.to),
    ...timeQuery(wish, timezone),
    party: { passengers, wheelchairs, seniors, children, residents: wish.isResident ? passengers : 0 },
  };
}

function timeQuery(wish, timezone) {
  if (wish.when === "now") return {};
  const at = rfc3339(wish.day, wish.time, timezone);
  return wish.when === "depart" ? { depart_at: at } : { arrive_by: at };
}

/** The wish in words: where, and when with whom. */
export function summary(wish) {
  const where = `${placeName(wish.from)} → ${placeName(wish.to)}`;
  const when = t(`summary.${wish.when}`, { time: `${wish.day} ${wish.time}` });
  return { where, how: `${when} · ${t("party.people", { n: wish.passengers })}` };
}
