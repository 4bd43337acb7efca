/** One ride: from the promise to the arrival. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { compassPoint, straightM } from "../shared/directions.mjs";
import { t, nameOf, textOf } from "../shared/i18n.mjs";
import { placePosition } from "../shared/places.mjs";
import { minutesOf, minutesUntil } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { fareText, metresText } from "./offers.mjs";
import { placesOf } from "./recent.mjs";
import { findContact, followBooking, getBooking } from "./resources.mjs";
import { RideActions } from "./ride-actions.mjs";

const ENDED = new Set(["completed", "cancelled", "no_show", "rejected"]);
const BOARDING = new Set(["booked", "scheduled", "approaching", "arrived"]);
const STEPS = ["booked", "approaching", "arrived", "on_board", "completed"];
const POLL_MS = 15_000;
/** A walk so much longer than the straight line leads around something, such as water. */
const ROUNDABOUT = 1.6;

/** Whether nothing more will become of a booking. */
export const isEnded = (booking) => ENDED.has(booking.state);

/** One booking, live; `acts` are what one can do with it. */
export function Ride({ booking, known, byStream, acts, isCarer }) {
  const { clock, stops } = known;
  const [isLive, news] = useFollowing(booking, byStream, acts.put);
  const { title, next } = status(booking, clock);
  return html`
    <article class="card ride ride-${booking.state}" data-state=${booking.state}>
      <p class="connection">${!isEnded(booking) && t(isLive ? "rides.live" : "rides.offline")}</p>
      <h3 id="ride-${booking.booking_id}" tabindex="-1">${title}</h3>
      <p class="next">${next}</p>
      ${!isEnded(booking) && html`<${Late} breaches=${booking.breaches} />`}
      <p class=${news ? "notice" : "sr-only"} role="status">${news && textOf({ ko: news.text_ko, en: news.text_en })}</p>
      ${!isEnded(booking) && html`<${Steps} state=${booking.state} />`}
      ${BOARDING.has(booking.state) && html`<p class="code"><span>${t("ride.code")}</span> <strong>${booking.boarding_code}</strong></p>`}
      ${BOARDING.has(booking.state) && html`<${WayThere} booking=${booking} />`}
      ${isCarer && html`<${ForWhom} booking=${booking} />`}
      <${Facts} booking=${booking} stops=${stops} clock=${clock} />
      <${RideActions} booking=${booking} known=${known} acts=${acts} />
    </article>`;
}

/** Follow a booking until it ends; whether the stream is connected, and what the operator last told. */
function useFollowing(booking, byStream, onChange) {
  const [isLive, setLive] = useState(true);
  const [news, setNews] = useState(null);
  const { booking_id: id } = booking;
  const ended = isEnded(booking);
  useEffect(() => {
    if (ended) return undefined;
    if (!byStream) return poll(id, onChange, setLive);
    const take = ({ type, data }) => {
      if (type === "booking") onChange(JSON.parse(data));
      if (type === "BroadcastSent") setNews(JSON.parse(data).facts);
    };
    return followBooking(id, take, setLive);
  }, [id, ended, byStream]);
  return [isLive, news];
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

const pickupTime = ({ expected, promise }) => expected?.pickup_at ?? promise.pickup.latest_at;
const dropoffTime = ({ expected, promise }) => expected?.dropoff_at ?? promise.dropoff_latest_at;

/** The state of a booking in words, and what comes next. */
export function status(booking, clock) {
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
    ["ride.party", partyText(party)],
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

function partyText({ passengers, wheelchairs, seniors, children }) {
  const others = [["party.wheelchairs", wheelchairs], ["party.seniors", seniors], ["party.children", children]];
  const told = others.filter(([, n]) => n > 0).map(([key, n]) => `${t(key)} ${n}`);
  return [t("party.people", { n: passengers }), ...told].join(" · ");
}

/** How to walk to the stop, where this device knows from where. */
function WayThere({ booking }) {
  const { stop, walk_m: metres, walk_s: seconds } = booking.origin;
  const from = placePosition(placesOf(booking)?.from);
  if (!from || metres === 0) return html`<p class="hint way-there">${t("walk.sign", { stop: nameOf(stop) })}</p>`;
  const way = t(`walk.way.${compassPoint(from, stop.position)}`);
  const isRoundabout = metres > ROUNDABOUT * straightM(from, stop.position);
  return html`
    <ol class="way-there" aria-label=${t("walk.label")}>
      <li>${t("walk.go", { way, metres, minutes: minutesOf(seconds) })}</li>
      ${isRoundabout && html`<li>${t("walk.roundabout")}</li>`}
      <li>${t("walk.sign", { stop: nameOf(stop) })}</li>
    </ol>`;
}

/** Whom a representative booked for; read from the vault, kept nowhere. */
function ForWhom({ booking }) {
  const [contact, setContact] = useState(null);
  useEffect(() => {
    findContact(booking.booking_id).then(setContact);
  }, [booking.booking_id]);
  return contact && html`<p class="for-whom">${t("people.of", { name: contact.name })}</p>`;
}
