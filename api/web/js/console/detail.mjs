/** The booking or the vehicle that is looked at, and what can be done about it. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { getAsStaff, postAsStaff } from "../shared/staff.mjs";
import { html } from "../shared/ui.mjs";
import { codeOf, isEnded } from "./desk.mjs";
import { lateBy, lateText, partyText, routeText } from "./words.mjs";

const MOVABLE = new Set(["booked", "scheduled", "approaching"]);
const VISITS = 6;

export function Detail(room) {
  const { chosen, desk, onClose } = room;
  const booking = chosen.booking && desk.bookings.get(chosen.booking);
  const manifest = chosen.vehicle && desk.manifests.get(chosen.vehicle);
  if (!booking && !manifest) return null;
  return html`
    <article class="card detail" aria-labelledby="detail-heading">
      <button type="button" class="detail-close" aria-label=${t("detail.close")} onClick=${onClose}>
        <span aria-hidden="true">✕</span></button>
      ${booking ? html`<${Booking} ...${room} booking=${booking} />`
        : html`<${Vehicle} ...${room} manifest=${manifest} />`}
    </article>`;
}

/** Runs an act; says what went wrong, or that it was done. */
function useAct(announce) {
  const [problem, setProblem] = useState("");
  const act = async (work, done) => {
    try {
      await work();
      setProblem("");
      announce(done);
    } catch (error) {
      const { title, next } = explain(error);
      setProblem(`${title} ${next}`);
    }
  };
  return [problem, act];
}

function Booking({ booking, desk, clock, mayAct, announce, ask, show, offerAgain }) {
  const [problem, act] = useAct(announce);
  const late = lateText(lateBy(booking));
  const { promise, expected } = booking;
  const path = `/v1/assignments/${booking.booking_id}`;
  const isLocked = booking.dispatch_status === "locked";
  const undo = booking.state === "cancelled" || booking.state === "no_show";
  const rows = [
    ["detail.route", routeText(booking)],
    ["detail.promise", t("detail.promise.text", {
      from: clock.time(promise.pickup.earliest_at), to: clock.time(promise.pickup.latest_at),
      by: clock.time(promise.dropoff_latest_at),
    })],
    ["detail.expected", expectedText(expected, clock)],
    ["column.party", partyText(booking.party)],
    ["detail.channel", t(`channel.${booking.channel}`)],
  ];
  return html`
    <h2 id="detail-heading">${t("alert.booking", { code: codeOf(booking.booking_id) })}
      <span class="badge">${t(`state.${booking.state}`)}</span> ${late && html`<span class="badge is-late">${late}</span>`}</h2>
    <dl class="facts">${rows.map(([name, value]) => html`<div key=${name}><dt>${t(name)}</dt><dd>${value}</dd></div>`)}
      <div><dt>${t("column.vehicle")}</dt><dd>${booking.vehicle_id
        ? html`<button type="button" class="link" onClick=${() => show({ vehicle: booking.vehicle_id })}>${booking.vehicle_id}</button>`
        : t("detail.nobody")}</dd></div></dl>
    ${booking.breaches.map((breach) => html`<p key=${breach.rule} class="notice">
      ${t(`breach.${breach.rule}`)} ${lateText(breach.late_s)} · ${t("detail.known", { time: clock.time(breach.known_at) })}</p>`)}
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    <${Contact} booking=${booking} />
    ${mayAct && html`<div class="actions">
      ${MOVABLE.has(booking.state) && html`<${Move} booking=${booking} desk=${desk} ask=${ask} />`}
      ${booking.vehicle_id && !isEnded(booking) && html`
        <button type="button" class="quiet" onClick=${() => act(
          () => postAsStaff(`${path}/${isLocked ? "unlock" : "lock"}`), t(isLocked ? "detail.unlocked" : "detail.locked"))}>
          ${t(isLocked ? "detail.unlock" : "detail.lock")}</button>`}
      ${undo && html`
        <button type="button" class="quiet" onClick=${() => act(
          () => postAsStaff(`/v1/bookings/${booking.booking_id}/reversal`), t("detail.undone"))}>${t("detail.undo")}</button>`}
      ${(undo || booking.breaches.length > 0 || !booking.vehicle_id) && html`
        <button type="button" class="quiet" onClick=${() => offerAgain(booking)}>${t("detail.again")}</button>`}
      ${!isEnded(booking) && booking.state !== "on_board" && html`
        <button type="button" class="danger-quiet" onClick=${() => act(
          () => postAsStaff(`/v1/bookings/${booking.booking_id}/cancel`, { reason: "operator" }), t("detail.cancelled"))}>
          ${t("detail.cancel")}</button>`}
    </div>`}`;
}

const expectedText = (expected, clock) => expected
  ? [expected.pickup_at, expected.dropoff_at].filter(Boolean).map((at) => clock.time(at)).join(" → ") : "–";

/** Choose another vehicle; what that does is shown before it is done. */
function Move({ booking, desk, ask }) {
  const [target, setTarget] = useState("");
  const others = desk.listManifests().filter(({ vehicle_id: id, duty }) => duty === "on_duty" && id !== booking.vehicle_id);
  const preview = () => ask({
    title: t("move.title", { code: codeOf(booking.booking_id), vehicle: target }),
    preview: ["/v1/assignments/preview", { booking_id: booking.booking_id, vehicle_id: target }],
    act: [`/v1/assignments/${booking.booking_id}/move`, { vehicle_id: target }],
  });
  return html`
    <label class="move">${t("move.label")}
      <select value=${target} onChange=${(event) => setTarget(event.target.value)}>
        <option value="">${t("move.choose")}</option>
        ${others.map(({ vehicle_id: id }) => html`<option key=${id} value=${id}>${id}</option>`)}
      </select></label>
    <button type="button" class="primary" disabled=${!target} onClick=${preview}>${t("preview.ask")}</button>`;
}

/** The vault is asked on demand only. */
function Contact({ booking }) {
  const [shown, setShown] = useState(null);
  useEffect(() => setShown(null), [booking.booking_id]);
  const look = () => getAsStaff(`/v1/bookings/${booking.booking_id}/contact`)
    .then(setShown, () => setShown({ name: "", phone: "" }));
  if (!shown) return html`<p><button type="button" class="link" onClick=${look}>${t("contact.show")}</button></p>`;
  const text = [shown.name, shown.phone].filter(Boolean).join(" · ");
  return html`<p role="status"><strong>${text || t("contact.none")}</strong></p>`;
}

function Vehicle({ manifest, desk, clock, mayAct, ask, show }) {
  const { vehicle_id: id, duty, on_board: aboard, layouts, visits } = manifest;
  const roster = desk.day.duties.find((each) => each.vehicle_id === id);
  const act = (name, key) => ask({
    title: t(key, { id }),
    preview: [`/v1/vehicles/${id}/preview`, { act: name }],
    act: [`/v1/vehicles/${id}/${name}`, {}],
  });
  return html`
    <h2 id="detail-heading">${t("alert.vehicle", { id })} <span class="badge">${t(`duty.${duty}`)}</span></h2>
    <dl class="facts">
      <div><dt>${t("vehicle.aboard")}</dt><dd>${t("vehicle.seats", { taken: aboard.seats, seats: layouts[0].seats })}
        ${aboard.wheelchairs ? ` · ${t("vehicle.wheelchairs", { n: aboard.wheelchairs })}` : ""}</dd></div>
      <div><dt>${t("vehicle.shift")}</dt><dd>${clock.time(manifest.shift.earliest_at)}–${clock.time(manifest.shift.latest_at)}</dd></div>
      <div><dt>${t("vehicle.driver")}</dt><dd>${driversText(roster, clock)}</dd></div>
    </dl>
    <ol class="next-visits">${visits.slice(0, VISITS).map((visit) => html`
      <li key=${visit.visit_id}><span class="time">${clock.time(visit.arrives_at)}</span>
        ${t(`visit.${visit.kind}`, { stop: nameOf(visit.stop) })}
        ${visit.booking_id && html` <button type="button" class="link"
          onClick=${() => show({ booking: visit.booking_id })}>${codeOf(visit.booking_id)}</button>`}</li>`)}</ol>
    ${!visits.length && html`<p class="hint">${t("shuttle.idle")}</p>`}
    ${visits.length > VISITS && html`<p class="hint">${t("vehicle.more", { n: visits.length - VISITS })}</p>`}
    ${mayAct && html`<div class="actions">${duty === "on_duty" ? html`
      <button type="button" class="quiet" onClick=${() => act("off", "vehicle.off.title")}>${t("vehicle.off")}</button>
      <button type="button" class="danger-quiet" onClick=${() => act("breakdown", "vehicle.breakdown.title")}>${t("vehicle.breakdown")}</button>`
      : html`<button type="button" class="primary" onClick=${() => act("on", "vehicle.on.title")}>${t("vehicle.on")}</button>`}
    </div>`}`;
}

function driversText(roster, clock) {
  if (!roster?.drivers.length) return t("vehicle.nobody");
  return roster.drivers.map(({ driver, from_at: from, until_at: until }) =>
    `${driver} ${clock.time(from)}–${clock.time(until)}`).join(", ");
}
