/** The service's clock, and times in words of the page's language. */
import { getLanguage, t } from "./i18n.mjs";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A clock set by the service's answers; a demo's clock runs `speed` times faster than ours. */
export class ServiceClock {
  constructor(timezone) {
    this.timezone = timezone;
    this.speed = 1;
    this.set(new Date().toISOString());
  }

  set(now, speed = 1) {
    this.base = Date.parse(now);
    this.read = performance.now();
    this.speed = speed;
  }

  /** Milliseconds since 1970, as the service counts them. */
  now() {
    return this.base + (performance.now() - this.read) * this.speed;
  }

  /** "14:05". */
  time(at) {
    return clockTime(at, this.timezone);
  }

  /** "14:05", and the day before it where that is not today. */
  moment(at) {
    const isToday = isoDay(at, this.timezone) === isoDay(this.now(), this.timezone);
    return isToday ? this.time(at) : `${dayName(at, this.timezone)} ${this.time(at)}`;
  }
}

function format(at, timezone, options) {
  return new Intl.DateTimeFormat(getLanguage(), { timeZone: timezone, ...options }).format(at);
}

/** "14:05" in the service's time zone. */
export function clockTime(at, timezone) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(toMs(at));
}

/** "11월 23일 (월)" or "Mon 23 Nov". */
export function dayName(at, timezone) {
  return format(toMs(at), timezone, { month: "short", day: "numeric", weekday: "short" });
}

/** "2026-11-23" in the service's time zone. */
export function isoDay(at, timezone) {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit",
  }).format(toMs(at));
}

/** The days from today on which one may book, as `{day, label}`. */
export function bookableDays(now, timezone, count) {
  return Array.from({ length: count + 1 }, (_, ahead) => {
    const at = now + ahead * DAY_MS;
    return { day: isoDay(at, timezone), label: dayLabel(at, timezone, ahead) };
  });
}

function dayLabel(at, timezone, ahead) {
  const name = dayName(at, timezone);
  if (ahead === 0) return t("day.today", { day: name });
  if (ahead === 1) return t("day.tomorrow", { day: name });
  return name;
}

/** RFC 3339 time of a wall-clock `day` and `time` in the service's time zone. */
export function rfc3339(day, time, timezone) {
  return `${day}T${time}:00${offsetOf(Date.parse(`${day}T${time}:00Z`), timezone)}`;
}

function offsetOf(at, timezone) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: timezone, timeZoneName: "longOffset" })
    .formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName").value;
  return name === "GMT" ? "Z" : name.slice(3);
}

/** Whole minutes from `now` until `at`, never negative. */
export const minutesUntil = (at, now) => Math.max(0, Math.round((toMs(at) - now) / MINUTE_MS));

/** Whole minutes of a duration, at least one. */
export const minutesOf = (seconds) => Math.max(1, Math.round(seconds / 60));

/** Milliseconds since 1970 of an RFC 3339 text, or the number itself. */
export const toMs = (at) => (typeof at === "number" ? at : Date.parse(at));

/** "월" or "Mon" of an ISO weekday, 1 Monday to 7 Sunday. */
export const weekdayName = (weekday) =>
  format(Date.UTC(2024, 0, weekday), "UTC", { weekday: "short" }); // 1 January 2024 was a Monday

/** Name of a date "2026-11-23". */
export const dateName = (day) => dayName(`${day}T12:00:00Z`, "UTC");
