/** What one can do with a ride: change, cancel, go back, go again, go every week. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { newKey } from "../shared/http.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { Confirm, focusOn, html } from "../shared/ui.mjs";
import { placesOf } from "./recent.mjs";
import { cancelBooking } from "./resources.mjs";
import { Weekly } from "./weekly.mjs";
import { returnOf, wishOf } from "./wish.mjs";

const CANCELLABLE = new Set(["waitlisted", "booked", "scheduled", "approaching", "arrived"]);
const CHANGEABLE = new Set(["booked", "scheduled"]);
const REPEATABLE = new Set(["booked", "scheduled", "completed"]);

export function RideActions({ booking, known, acts }) {
  const [isPlanning, plan] = useState(false);
  const { clock } = known;
  const { state } = booking;
  const places = placesOf(booking);
  const button = (key, act, isShown = true) => isShown && html`
    <button type="button" class="quiet" onClick=${act}>${t(key)}</button>`;
  return html`
    <div class="actions ride-actions">
      ${button("ride.change", () => acts.amend(booking, wishOf(booking, places, clock.timezone)), CHANGEABLE.has(state))}
      ${button("ride.return", () => acts.ask(returnOf(booking, places, clock.timezone)), state !== "waitlisted")}
      ${button("ride.weekly", () => plan(true), REPEATABLE.has(state))}
    </div>
    ${isPlanning && html`<${Weekly} booking=${booking} known=${known} onDone=${acts.planned} onClose=${() => plan(false)} />`}
    ${CANCELLABLE.has(state) && html`<${Cancel} booking=${booking} clock=${clock} onChange=${acts.put} />`}`;
}

/** Asks whether to cancel, and does. */
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
