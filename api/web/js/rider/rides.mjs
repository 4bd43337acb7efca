/** My rides: each booking live, from the promise to the arrival. */
import { useEffect, useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { t, nameOf } from "../shared/i18n.mjs";
import { newKey } from "../shared/http.mjs";
import { fareText, metresText } from "./offers.mjs";
import { explain } from "../shared/problems.mjs";
import { cancelBooking, followBooking, getBooking } from "./resources.mjs";
import { minutesOf, minutesUntil, toMs } from "../shared/time.mjs";
import { Confirm, focusOn, html } from "../shared/ui.mjs";

const ENDED = new Set(["completed", "cancelled", "no_show", "rejected"]);
const CANCELLABLE = new Set(["waitlisted", "booked", "scheduled", "approaching", "arrived"]);
const STEPS = ["booked", "approaching", "arrived", "on_board", "completed"];

// a browser opens six connections to a host: streams must leave some for everything else
const MAX_STREAMS = 3;
const POLL_MS = 15_000;

const isEnded = (booking) => ENDED.has(booking.state);

/** Rides that are still to come or under way, next one first. */
export const listComing = (bookings) => bookings
  .filter((booking) => !isEnded(booking))
  .sort((a, b) => toMs(a.promise.pickup.earliest_at) - toMs(b.promise.pickup.earliest_at));

/** All bookings, those still to come first; `onChange(booking)` takes what has become of one. */
export function Rides({ bookings, stops, clock, onChange, onBook, announce }) {
  useAnnouncements(bookings, clock, announce);
  const live = listComing(bookings);
  const past = bookings.filter(isEnded);
  const ride = (booking, at) => html`<${Ride} key=${booking.booking_id} booking=${booking} stops=${stops}
    clock=${clock} byStream=${at < MAX_STREAMS} onChange=${onChange} />`;
  return html`
    <section class="rides" aria-labelledby="rides-heading">
      <h2 id="rides-heading" tabindex="-1">${t("rides.heading")}</h2>
      ${!bookings.length && html`<div class="empty"><p>${t("rides.none")}</p><p>${t("rides.none.hint")}</p></div>`}
      ${live.map(ride)}
      ${past.length > 0 && html`<h3 class="past">${t("rides.past")}</h3>`}
      ${past.map(ride)}
      ${!live.length && html`<button type="button" class="quiet wide" onClick=${onBook}>${t("ride.again")}</button>`}
    </section>`;
}

function Ride({ booking, stops, clock, byStream, onChange }) {
  const isLive = useFollowing(booking, byStream, onChange);
  const { title, next } = status(booking, clock);
  return html`
    <article class="card ride ride-${booking.state}" data-state=${booking.state}>
      <p class="connection">${!isEnded(booking) && t(isLive ? "rides.live" : "rides.offline")}</p>
      <h3 id="ride-${booking.booking_id}" tabindex="-1">${title}</h3>
      <p class="next">${next}</p>
      ${!isEnded(booking) && html`<${Late} breaches=${booking.breaches} />`}
      ${!isEnded(booking) && html`<${Steps} state=${booking.state} />`}
      <${Facts} booking=${booking} stops=${stops} clock=${clock} />
      ${CANCELLABLE.has(booking.state) && html`<${Cancel} booking=${booking} clock=${clock} onChange=${onChange} />`}
    </article>`;
}

/** Follow a booking until it ends; whether the stream is connected. */
function useFollowing(booking, byStream, onChange) {
  const [isLive, setLive] = useState(true);
  const { booking_id: id } = booking;
  const ended = isEnded(booking);
  useEffect(() => {
    if (ended) return undefined;
    if (!byStream) return poll(id, onChange, setLive);
    const take = ({ type, data }) => {
      if (type === "booking") onChange(JSON.parse(data));
    };
    return followBooking(id, take, setLive);
  }, [id, ended, byStream]);
  return isLive;
}

/** Read a booking now and then; returns a function that stops. */
function poll(id, onChange, onState) {
  const reread = async () => {
    const booking = await getBooking(id).catch(() => null);
    onState(booking !== null);
    if (booking) onChange(booking);
  };
  const timer = setInterval(reread, POLL_MS);
  return () => clearInterval(timer);
}

/** Tell screen readers when a state changes, not when the page is loaded. */
function useAnnouncements(bookings, clock, announce) {
  const told = useRef(new Map());
  useEffect(() => {
    for (const booking of bookings) {
      const before = told.current.get(booking.booking_id);
      told.current.set(booking.booking_id, booking.state);
      if (before && before !== booking.state) announce(announcement(booking, clock));
    }
  }, [bookings]);
}

function announcement(booking, clock) {
  const { title: state, next } = status(booking, clock);
  return t("ride.announce", { state, next });
}

const pickupTime = ({ expected, promise }) => expected?.pickup_at ?? promise.pickup.latest_at;
const dropoffTime = ({ expected, promise }) => expected?.dropoff_at ?? promise.dropoff_latest_at;

/** The state of a booking in words, and what comes next. */
function status(booking, clock) {
  const isAboard = booking.state === "on_board";
  const end = isAboard ? booking.destination : booking.origin;
  const at = isAboard ? dropoffTime(booking) : pickupTime(booking);
  const minutes = minutesUntil(at, clock.now());
  const isNear = booking.state === "approaching" && minutes === 0;
  const facts = { stop: nameOf(end.stop), time: clock.moment(at), minutes, vehicle: booking.vehicle_id };
  return {
    title: t(`ride.${booking.state}`),
    next: t(isNear ? "ride.next.near" : `ride.next.${booking.state}`, facts),
  };
}

function Late({ breaches }) {
  if (!breaches.length) return null;
  const late = Math.max(...breaches.map((breach) => breach.late_s));
  return html`<p class="notice late">${t("ride.late", { minutes: minutesOf(late) })}</p>`;
}

function Steps({ state }) {
  const reached = STEPS.indexOf(state === "scheduled" ? "booked" : state);
  const step = (name, at) => html`
    <li key=${name} class=${at <= reached ? "done" : ""} aria-current=${at === reached ? "step" : undefined}>
      ${t(`ride.step.${name}`)}</li>`;
  return html`<ol class="steps" aria-label=${t("ride.steps")}>${STEPS.map(step)}</ol>`;
}

function Facts({ booking, stops, clock }) {
  const { origin, destination, promise, expected, party, fare, vehicle_id: vehicle } = booking;
  const pickupAt = booking.boarded_at ?? expected?.pickup_at;
  const dropoffAt = booking.alighted_at ?? expected?.dropoff_at;
  const rows = [
    ["ride.pickup", endText(origin, pickupAt && clock.moment(pickupAt))],
    ["ride.dropoff", endText(destination, dropoffAt && clock.moment(dropoffAt))],
    ["ride.promise", t("ride.promise.text", {
      from: clock.moment(promise.pickup.earliest_at), to: clock.time(promise.pickup.latest_at),
      time: clock.time(promise.dropoff_latest_at),
    })],
    ["ride.vehicle", vehicle ? t("ride.vehicle.name", { id: vehicle }) : t("ride.vehicle.none")],
    ["ride.connection", connectionText(booking.connection, stops, clock)],
    ["ride.party", t("party.people", { n: party.passengers })],
    ["ride.fare", fareText(fare)],
  ];
  return html`<dl class="facts">${rows.filter(([, text]) => text).map(([key, text]) => html`
    <div key=${key}><dt>${t(key)}</dt><dd>${text}</dd></div>`)}</dl>`;
}

/** The bus before or after the shuttle, "" where there is none. */
function connectionText(connection, stops, clock) {
  const stop = connection && stops.find((known) => known.stop_id === connection.stop_id);
  if (!stop) return "";
  const key = connection.feeds ? "ride.connection.to" : "ride.connection.from";
  return t(key, { time: clock.moment(connection.at), stop: nameOf(stop) });
}

function endText({ stop, walk_m: metres, walk_s: seconds }, time) {
  const walk = metres > 0 && t("ride.walk", { minutes: minutesOf(seconds), metres: metresText(metres) });
  return [[time, nameOf(stop)].filter(Boolean).join(" "), walk].filter(Boolean).join(" · ");
}

function Cancel({ booking, clock, onChange }) {
  const [stage, setStage] = useState("idle"); // idle, asking, cancelling
  const [error, setError] = useState(null);
  const key = useRef(newKey());
  const cancel = async () => {
    setStage("cancelling");
    try {
      onChange(await cancelBooking(booking.booking_id, key.current));
      focusOn(`ride-${booking.booking_id}`);
    } catch (failure) {
      setError(failure);
      key.current = newKey();
    }
    setStage("idle");
  };
  const text = t("ride.cancel.text", {
    from: nameOf(booking.origin.stop), to: nameOf(booking.destination.stop),
    time: clock.moment(booking.promise.pickup.earliest_at),
  });
  const failed = error && explain(error);
  return html`
    ${failed && html`<p class="note error" role="alert">${failed.title}. ${failed.next}</p>`}
    <button type="button" class="danger-quiet wide" onClick=${() => setStage("asking")}>
      ${stage === "cancelling" ? t("ride.cancelling") : t("ride.cancel")}</button>
    ${stage === "asking" && html`<${Confirm} title=${t("ride.cancel.title")} text=${text}
      yes=${t("ride.cancel.yes")} no=${t("ride.cancel.no")} onYes=${cancel} onNo=${() => setStage("idle")} />`}`;
}
