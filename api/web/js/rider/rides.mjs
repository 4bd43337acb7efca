/** My rides: those to come first, each live, then those of before. */
import { useEffect, useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { toMs } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { bookOnce, dropPending, findPending, Pending } from "./pending.mjs";
import { PhoneBookings } from "./phone-bookings.mjs";
import { isEnded, Ride, status } from "./ride.mjs";

const RETRY_MS = 10_000;

// a browser opens six connections to a host: streams must leave some for everything else
const MAX_STREAMS = 3;


/** Rides that are still to come or under way, next one first. */
export const listComing = (bookings) => bookings
  .filter((booking) => !isEnded(booking))
  .sort((a, b) => toMs(a.promise.pickup.earliest_at) - toMs(b.promise.pickup.earliest_at));

/** All bookings, those still to come first; `onChange(booking)` takes what has become of one. */
export function Rides({ bookings, known, acts, isFresh, isCarer, announce }) {
  const { clock } = known;
  useAnnouncements(bookings, clock, announce);
  const live = listComing(bookings);
  const past = bookings.filter(isEnded);
  const ride = (booking, at) => html`<${Ride} key=${booking.booking_id} booking=${booking} known=${known}
    byStream=${at < MAX_STREAMS} acts=${acts} isCarer=${isCarer} />`;
  return html`
    <section class="rides" aria-labelledby="rides-heading">
      <h2 id="rides-heading" tabindex="-1">${t("rides.heading")}</h2>
      ${!isFresh && bookings.length > 0 && html`<p class="notice" role="status">${t("rides.stale")}</p>`}
      <${Waiting} acts=${acts} announce=${announce} />
      ${!bookings.length && html`<div class="empty"><p>${t("rides.none")}</p><p>${t("rides.none.hint")}</p></div>
        ${!isCarer && html`<${PhoneBookings} onFound=${acts.reread} />`}`}
      ${live.map(ride)}
      ${past.length > 0 && html`<h3 class="past">${t("rides.past")}</h3>`}
      ${past.map(ride)}
      ${!live.length && html`<button type="button" class="quiet wide" onClick=${acts.begin}>${t("ride.again")}</button>`}
    </section>`;
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

/** A booking that was sent over a poor connection, until its answer comes. */
function Waiting({ acts }) {
  const [waiting, setWaiting] = useState(findPending());
  const [problem, setProblem] = useState("");
  const send = async () => {
    const intent = findPending();
    if (!intent) return setWaiting(null);
    try {
      acts.put(await bookOnce(intent));
      setProblem("");
    } catch (error) {
      if (!(error instanceof Pending)) setProblem(explain(error).title);
    }
    return setWaiting(findPending());
  };
  useEffect(() => {
    send();
    const timer = setInterval(send, RETRY_MS);
    addEventListener("online", send);
    return () => {
      clearInterval(timer);
      removeEventListener("online", send);
    };
  }, []);
  const drop = () => {
    dropPending();
    setWaiting(null);
  };
  if (problem) return html`<p class="notice" role="alert">${t("pending.refused", { why: problem })}</p>`;
  return waiting && html`<div class="notice changing"><p role="status">${t("pending.waiting")}</p>
    <button type="button" class="quiet" onClick=${drop}>${t("pending.drop")}</button></div>`;
}
