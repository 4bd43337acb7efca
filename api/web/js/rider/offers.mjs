/** Offers as cards that say in words what will happen. */
import { nameOf, t } from "../shared/i18n.mjs";
import { minutesOf, toMs } from "../shared/time.mjs";
import { FocusHeading, html } from "../shared/ui.mjs";

/** The answer to a wish: cards to choose from, `booking` being the one that is being booked. */
export function Offers({ offers, clock, note, booking, onBook }) {
  return html`
    <section class="offers" aria-labelledby="offers-heading">
      <${FocusHeading} id="offers-heading">${t(offers.length ? "offers.heading" : "offers.none")}<//>
      ${note && html`<p class="notice" role="status">${note}</p>`}
      <ul>${offers.map((offer, at) => html`
        <li key=${offer.offer_id ?? at}><${Offer} offer=${offer} clock=${clock}
          isBooking=${booking === offer} onBook=${onBook} /></li>`)}</ul>
    </section>`;
}

/** One way to make the trip. */
export function Offer({ offer, clock, isBooking, onBook }) {
  return html`
    <article class="card offer offer-${offer.kind}">
      <p class="kind">${t(`offer.${offer.kind}`)}</p>
      <h3>${offer.promise ? promised(offer, clock) : planned(offer, clock)}</h3>
      <ol class="legs">${offer.legs.map((leg, at) => html`
        <li key=${at} class="leg-${leg.mode}">${LEG_TEXTS[leg.mode](leg, offer, clock)}</li>`)}</ol>
      <p class="foot"><span class="fare">${offer.fare && fareText(offer.fare)}</span>
        <span>${offer.offer_id ? t("offer.valid", { time: clock.time(offer.valid_until) }) : t("offer.information")}</span></p>
      ${offer.offer_id && html`<${Book} offer=${offer} clock=${clock} isBooking=${isBooking} onBook=${onBook} />`}
    </article>`;
}

function Book({ offer, clock, isBooking, onBook }) {
  const { earliest_at: from, latest_at: to } = offer.promise.pickup;
  return html`
    <button type="button" class="primary wide" aria-disabled=${isBooking ? "true" : "false"}
      onClick=${() => onBook(offer)}>${t(isBooking ? "offer.booking" : "offer.book")}
      <span class="sr-only"> ${clock.moment(from)}–${clock.time(to)}</span></button>`;
}

/** "1,530원" or "₩1,530". */
export const fareText = (fare) => t("offer.fare", { amount: fare.amount.toLocaleString("en") });

function promised({ promise, arrives_latest_at: latest }, clock) {
  const { earliest_at: from, latest_at: to } = promise.pickup;
  const window = { from: clock.moment(from), to: clock.time(to) };
  return html`${t("offer.pickup", window)}<br />
    <span>${t("offer.arrive", { time: clock.time(latest) })}</span>`;
}

function planned(offer, clock) {
  return html`${t("offer.bus.depart", { time: clock.moment(offer.departs_at) })}<br />
    <span>${t("offer.bus.arrive", { time: clock.time(offer.arrives_at) })}</span>`;
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
