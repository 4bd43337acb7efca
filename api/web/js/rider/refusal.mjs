/** Why a wish cannot be granted, and the nearest thing that works, in one tap. */
import { nameOf, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { isoDay, rfc3339 } from "../shared/time.mjs";
import { FocusHeading, html } from "../shared/ui.mjs";
import { Offer } from "./offers.mjs";

const DAY_MS = 24 * 60 * 60_000;
const ENDS = { origin: "from", destination: "to" };
/** Refusals that a seat which comes free would undo. */
const WAITABLE = new Set(["no-room"]);

/**
 * The refusal with its ways on: another time `onTime(when, at)`, another stop or party
 * `onPart(part)`, the waiting list `onWait()` (or null), `onAgain`, `onEdit`.
 */
export function Refusal({ error, wish, known, isBusy, onTime, onPart, onWait, onAgain, onEdit }) {
  const { service, clock } = known;
  const { title, next } = explain(error, factsOf(service, clock));
  const alternatives = error.body?.alternatives ?? [];
  const buses = alternatives.filter((alternative) => alternative.offer);
  const ways = [...alternatives.map((each) => wayOf(each, error, known, { onTime, onPart })),
    ...nearestOf(error, alternatives, wish, known, { onTime, onPart })].filter(Boolean);
  return html`
    <section class="refusal" data-problem=${error.type ?? "unexpected"} aria-labelledby="refusal-heading">
      <div class="card">
        <${FocusHeading} id="refusal-heading">${title}<//>
        <p>${next}</p>
        <div class="actions">
          ${ways.map(([text, act]) => html`<button key=${text} type="button" class="primary" onClick=${act}>${text}</button>`)}
          ${onWait && WAITABLE.has(error.type) && html`
            <button type="button" class=${ways.length ? "quiet" : "primary"} aria-disabled=${isBusy ? "true" : "false"}
              onClick=${onWait}>${t("refusal.wait")}</button>`}
          <button type="button" class="quiet" onClick=${onAgain}>${t("refusal.again")}</button>
          <button type="button" class="quiet" onClick=${onEdit}>${t("refusal.edit")}</button>
        </div>
      </div>
      ${buses.length > 0 && html`<h3>${t("refusal.instead")}</h3>`}
      ${buses.map(({ offer }) => html`<${Offer} offer=${offer} clock=${clock} />`)}
    </section>`;
}

/** What the service says would work, as a button `[text, act]`. */
function wayOf({ kind, depart_at: depart, arrive_by: arrive, stop_id: id }, error, { clock, stops }, ways) {
  if (depart) return [t("refusal.depart", { time: clock.moment(depart) }), () => ways.onTime("depart", depart)];
  if (arrive) return [t("refusal.arrive", { time: clock.moment(arrive) }), () => ways.onTime("arrive", arrive)];
  const stop = kind === "stop" && stops.find((each) => each.stop_id === id);
  const end = ENDS[error.body.field];
  return stop && end ? [t(`refusal.stop.${end}`, { stop: nameOf(stop) }), () => ways.onPart({ [end]: { stop } })] : null;
}

/** The nearest that this page knows to work, where the service named nothing. */
function nearestOf(error, alternatives, wish, { service, clock }, { onTime, onPart }) {
  if (alternatives.some(({ kind }) => kind === "time")) return [];
  const at = NEAREST[error.type]?.(service, clock, wish);
  if (at === "now") return [[t("refusal.now"), () => onTime("now")]];
  if (at) return [[t("refusal.depart", { time: clock.moment(at) }), () => onTime("depart", at)]];
  const { max_party: most } = service.rules;
  if (error.type === "party-too-large" && wish.passengers > 1) return [fewer(wish, Math.min(most, wish.passengers - 1), onPart)];
  return [];
}

const NEAREST = {
  "in-the-past": () => "now",
  "too-late": () => "now",
  "out-of-hours": nextOpening,
  "day-not-open": nextOpening,
  "too-far-ahead": (service, clock, wish) =>
    rfc3339(isoDay(clock.now() + service.rules.prebook_days * DAY_MS, clock.timezone), wish.time, clock.timezone),
};

/** When shuttles next begin to run. */
function nextOpening({ hours }, clock) {
  const opens = [0, 1].map((days) => rfc3339(isoDay(clock.now() + days * DAY_MS, clock.timezone), hours.service_from, clock.timezone));
  return opens.find((at) => Date.parse(at) > clock.now());
}

function fewer(wish, passengers, onPart) {
  const part = { passengers, wheelchairs: Math.min(1, wish.wheelchairs), seniors: Math.min(wish.seniors, passengers), children: 0 };
  return [t("refusal.fewer", { n: passengers }), () => onPart(part)];
}

/** Facts that the words of a refusal may name. */
function factsOf(service, clock) {
  return {
    now: clock.time(clock.now()),
    from: service.hours.service_from, until: service.hours.service_until,
    days: service.rules.prebook_days,
  };
}
