/** Offers as cards that say in words what will happen. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { minutesOf, toMs } from "../shared/time.mjs";
import { FocusHeading, html } from "../shared/ui.mjs";

/** The answer to a wish: cards to choose from, `booking` being the one that is being booked. */
export function Offers({ offers, clock, note, booking, isEasy, isChange, onBook }) {
  const [isWhole, showWhole] = useState(!isEasy);
  const shown = isWhole ? offers : offers.slice(0, 1); // the best one comes first
  return html`
    <section class="offers" aria-labelledby="offers-heading">
      <${FocusHeading} id="offers-heading">${t(offers.length ? "offers.heading" : "offers.none")}<//>
      ${note && html`<p class="notice" role="status">${note}</p>`}
      <ul>${shown.map((offer, at) => html`
        <li key=${offer.offer_id ?? at}><${Offer} offer=${offer} clock=${clock}
          isBooking=${booking === offer} isChange=${isChange} onBook=${onBook} /></li>`)}</ul>
      ${shown.length < offers.length && html`<button type="button" class="quiet wide big" onClick=${() => showWhole(true)}>
        ${t("offers.more")}</button>`}
    </section>`;
}

/** One way to make the trip. */
export function Offer({ offer, clock, isBooking, isChange, onBook }) {
  return html`
    <article class="card offer offer-${offer.kind}">
      <p class="kind">${t(`offer.${offer.kind}`)}${offer.estimated && html` <span class="tag">${t("page.estimated.label")}</span>`}</p>
      <h3>${offer.promise ? promised(offer, clock) : planned(offer, clock)}</h3>
      <p class="story">${story(offer, clock)}</p>
      <ol class="legs">${offer.legs.map((leg, at) => html`
        <li key=${at} class="leg-${leg.mode}">${LEG_TEXTS[leg.mode](leg, offer, clock)}</li>`)}</ol>
      <p class="foot"><span class="fare">${offer.fare && fareText(offer.fare)}</span>
        <span>${offer.offer_id ? t("offer.valid", { time: clock.time(offer.valid_until) }) : t("offer.information")}</span></p>
      ${offer.offer_id && html`<${Book} offer=${offer} clock=${clock} isBooking=${isBooking} isChange=${isChange} onBook=${onBook} />`}
    </article>`;
}

function Book({ offer, clock, isBooking, isChange, onBook }) {
  const { earliest_at: from, latest_at: to } = offer.promise.pickup;
  return html`
    <button type="button" class="primary wide" aria-disabled=${isBooking ? "true" : "false"}
      onClick=${() => onBook(offer)}>${t(isBooking ? "offer.booking" : isChange ? "offer.change" : "offer.book")}
      <span class="sr-only"> ${clock.moment(from)}–${clock.time(to)}</span></button>`;
}

/** The trip in one sentence: what one does, one after the other, and when one is there. */
function story(offer, clock) {
  const parts = offer.legs.map((leg) => STORIES[leg.mode](leg, offer, clock));
  const end = offer.promise ? "story.latest" : "story.due";
  return [...parts, t(end, { time: clock.time(offer.arrives_latest_at) })].join(", ");
}

const STORIES = {
  walk: (leg) => t("story.walk", { minutes: minutesOf((toMs(leg.arrives_at) - toMs(leg.departs_at)) / 1000) }),
  shuttle: (_, { promise }, clock) => t("story.shuttle", {
    from: clock.time(promise.pickup.earliest_at), until: clock.time(promise.pickup.latest_at),
  }),
  bus: (leg, _, clock) => t("story.bus", { route: leg.route.short_name, time: clock.time(leg.departs_at) }),
};

/** "1,530원" or "₩1,530". */
export const fareText = (fare) => t("offer.fare", { amount: fare.amount.toLocaleString("en") });

function promised({ promise }, clock) {
  const { earliest_at: from, latest_at: to } = promise.pickup;
  const window = { from: clock.moment(from), to: clock.time(to) };
  return t("offer.pickup", window);
}

function planned(offer, clock) {
  return t("offer.bus.depart", { time: clock.moment(offer.departs_at) });
}

/** " (210 m)", or nothing where it is not known. */
export const metresText = (metres) => (metres === null ? "" : t("leg.metres", { metres }));

const LEG_TEXTS = { walk: walkText, shuttle: shuttleText, bus: busText };

function walkText(leg) {
  const seconds = (toMs(leg.arrives_at) - toMs(leg.departs_at)) / 1000;
  const walk = { minutes: minutesOf(seconds), metres: metresText(leg.walk_m) };
  if (!leg.destination.name) return t("leg.walk.end", walk);
  return t("leg.walk", { ...walk, to: nameOf(leg.destination) });
}

function shuttleText(leg, offer, clock) {
  const { pickup, dropoff_latest_at: latest } = offer.promise;
  const ends = { stop: nameOf(leg.origin), to: nameOf(leg.destination) };
  const window = { from: clock.time(pickup.earliest_at), until: clock.time(pickup.latest_at) };
  return html`${t("leg.shuttle", { ...ends, ...window })}<br />
    <small>${t("leg.shuttle.promise", { ...ends, time: clock.time(latest) })}</small>`;
}

function busText(leg, offer, clock) {
  return html`${t("leg.bus", {
    route: leg.route.short_name, time: clock.time(leg.departs_at), arrive: clock.time(leg.arrives_at),
    stop: nameOf(leg.origin), to: nameOf(leg.destination),
  })} <small>${t("page.estimated.label")}</small>`;
}
