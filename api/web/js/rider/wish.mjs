/** What the rider asks for, while it is being filled in and as the service wants it. */
import { t } from "../shared/i18n.mjs";
import { isSamePlace, placeName, placeQuery } from "../shared/places.mjs";
import { clockTime, isoDay, rfc3339 } from "../shared/time.mjs";

const NOON = "12:00";

/** An empty form: now, one person. */
export const EMPTY_WISH = {
  from: null, to: null, when: "now", day: "", time: NOON,
  passengers: 1, wheelchairs: 0, seniors: 0,
};

/** The form filled with another time: `when` is "depart" or "arrive", `at` in RFC 3339. */
export const withTime = (wish, when, at, timezone) =>
  ({ ...wish, when, day: isoDay(at, timezone), time: clockTime(at, timezone) });

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
  const { passengers, wheelchairs, seniors } = wish;
  return {
    origin: placeQuery(wish.from),
    destination: placeQuery(wish.to),
    ...timeQuery(wish, timezone),
    party: { passengers, wheelchairs, seniors },
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
