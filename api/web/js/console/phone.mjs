/** Booking for somebody on the phone: the same offers as for everybody, the contact to the vault. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { PlaceField } from "../shared/combobox.mjs";
import { t } from "../shared/i18n.mjs";
import { isSamePlace, placeQuery } from "../shared/places.mjs";
import { explain } from "../shared/problems.mjs";
import { askAsStaff, postAsStaff } from "../shared/staff.mjs";
import { isoDay, rfc3339 } from "../shared/time.mjs";
import { focusOn, html, Stepper } from "../shared/ui.mjs";
import { codeOf } from "./desk.mjs";

export const EMPTY_CALL = {
  from: null, to: null, time: "", passengers: 1, wheelchairs: 0, seniors: 0, name: "", phone: "",
};

export function Phone({ call, index, clock, mayAct, onChange, onClear, show, announce }) {
  const [offers, setOffers] = useState(null);
  const [problem, setProblem] = useState(null);
  const [booked, setBooked] = useState(null);
  const missing = ["from", "to"].filter((end) => !call[end]);
  const isSame = isSamePlace(call.from, call.to);
  const look = async (event) => {
    event.preventDefault();
    setBooked(null);
    if (missing.length || isSame) return setProblem({ title: "", next: t(isSame ? "place.same" : "phone.missing") });
    try {
      const { body } = await askAsStaff("/v1/trip-requests", wishOf(call, clock));
      setOffers(body.offers.filter((offer) => offer.offer_id));
      setProblem(null);
      focusOn("offers-heading");
    } catch (error) {
      setOffers(null);
      setProblem(explain(error));
    }
    return undefined;
  };
  const take = async (offer) => {
    try {
      const booking = await postAsStaff("/v1/bookings", {
        offer_id: offer.offer_id, channel: "phone", contact: { name: call.name, phone: call.phone },
      });
      setOffers(null);
      setBooked(booking);
      onClear();
      announce(t("phone.booked", { code: codeOf(booking.booking_id) }));
      show({ booking: booking.booking_id });
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const set = (name) => (event) => onChange({ [name]: event.target.value });
  return html`
    <form class="phone" onSubmit=${look}>
      <${PlaceField} end="from" place=${call.from} index=${index} onChange=${(place) => onChange({ from: place })} />
      <${PlaceField} end="to" place=${call.to} index=${index} onChange=${(place) => onChange({ to: place })} />
      <p class="hint">${t("phone.map")}</p>
      <label>${t("phone.time")}<input type="time" value=${call.time} onInput=${set("time")} aria-describedby="phone-now" /></label>
      <p id="phone-now" class="hint">${t("phone.now")}</p>
      <div class="steppers">${["passengers", "wheelchairs", "seniors"].map((name) => html`
        <${Stepper} key=${name} label=${t(`phone.${name}`)} value=${call[name]} min=${name === "passengers" ? 1 : 0}
          max=${name === "passengers" ? 8 : call.passengers} onChange=${(n) => onChange({ [name]: n })} />`)}</div>
      <label>${t("phone.name")}<input autocomplete="off" maxlength="80" value=${call.name} onInput=${set("name")} /></label>
      <label>${t("phone.number")}<input type="tel" autocomplete="off" maxlength="20" pattern="\\+?[0-9][0-9 \\-]{3,18}"
        value=${call.phone} onInput=${set("phone")} /></label>
      <p class="hint">${t("phone.vault")}</p>
      <button type="submit" class="primary wide" disabled=${!mayAct}>${t("phone.look")}</button>
    </form>
    ${problem && html`<p class="error" role="alert">${problem.title} ${problem.next}</p>`}
    ${booked && html`<p class="notice" role="status">${t("phone.booked", { code: codeOf(booked.booking_id) })}</p>`}
    ${offers && html`<h3 id="offers-heading" tabindex="-1">${t("phone.offers", { n: offers.length })}</h3>
      <ul class="offers">${offers.map((offer) => html`<${Offer} key=${offer.offer_id} offer=${offer} clock=${clock} onTake=${() => take(offer)} />`)}</ul>`}`;
}

function wishOf(call, clock) {
  const { passengers, wheelchairs, seniors } = call;
  const at = call.time && rfc3339(isoDay(clock.now(), clock.timezone), call.time, clock.timezone);
  return {
    origin: placeQuery(call.from), destination: placeQuery(call.to),
    party: { passengers, wheelchairs, seniors }, ...(at && { depart_at: at }),
  };
}

function Offer({ offer, clock, onTake }) {
  const { promise } = offer;
  return html`
    <li class="card"><p><strong class="time">${t("phone.pickup", {
      from: clock.time(promise.pickup.earliest_at), to: clock.time(promise.pickup.latest_at) })}</strong></p>
      <p>${t("phone.there", { time: clock.time(promise.dropoff_latest_at) })}</p>
      <button type="button" class="primary" onClick=${onTake}>${t("phone.take")}</button></li>`;
}
