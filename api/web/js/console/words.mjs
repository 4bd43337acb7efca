/** What several panels say in the same words. */
import { nameOf, t } from "../shared/i18n.mjs";
import { minutesOf } from "../shared/time.mjs";

/** "Market → Beach". */
export const routeText = (booking) =>
  `${nameOf(booking.origin.stop)} → ${nameOf(booking.destination.stop)}`;

/** "5 min late", or nothing. */
export const lateText = (seconds) => (seconds > 0 ? t("late.by", { minutes: minutesOf(seconds) }) : "");

/** How late a booking is expected, seconds beyond its promise. */
export function lateBy({ promise, expected }) {
  if (!expected) return 0;
  const over = (at, latest) => (at ? (Date.parse(at) - Date.parse(latest)) / 1000 : 0);
  return Math.max(0, over(expected.pickup_at, promise.pickup.latest_at), over(expected.dropoff_at, promise.dropoff_latest_at));
}

/** Who travels, in short: "3, 1 wheelchair". */
export function partyText({ passengers, wheelchairs }) {
  return wheelchairs ? t("party.wheelchairs", { passengers, wheelchairs }) : t("party.passengers", { passengers });
}
