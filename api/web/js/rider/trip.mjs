/** From the wish to the booking: form, offers or refusal, booked. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { newKey } from "../shared/http.mjs";
import { t } from "../shared/i18n.mjs";
import { focusOn, html } from "../shared/ui.mjs";
import { EasyForm } from "./easy.mjs";
import { BookingForm } from "./form.mjs";
import { Offers } from "./offers.mjs";
import { bookOnce } from "./pending.mjs";
import { remember } from "./recent.mjs";
import { Refusal } from "./refusal.mjs";
import { amendBooking, requestOffers } from "./resources.mjs";
import { withTime, summary, toRequest } from "./wish.mjs";

const NOTHING = { offers: null, error: null, note: "" };
let serial = 0;

/** An answer to show; its serial number tells it from the one before, so that it is read anew. */
const answerWith = (part) => ({ ...NOTHING, ...part, serial: (serial += 1) });

/** The whole of the view "book"; `amended` is the booking that is being changed, or null. */
export function Trip({ wish, index, known, isEasy, amended, passengers, onChange, onBooked, onKeep, announce }) {
  const { service, clock } = known;
  const [answer, setAnswer] = useState(NOTHING);
  const [busy, setBusy] = useState(null); // "searching" or the offer that is being booked
  const key = useRef({}); // Idempotency-Key of the intent that was last tried

  const edit = () => {
    setAnswer(NOTHING);
    focusOn(isEasy ? "easy-heading" : "place-from");
  };
  const ask = async (asked = wish) => {
    if (busy) return;
    setBusy("searching");
    announce(t("form.searching"));
    setAnswer(await answerTo(asked, clock.timezone));
    announce("");
    setBusy(null);
  };
  const askWith = (part) => {
    const changed = { ...wish, ...part };
    onChange(changed);
    ask(changed);
  };
  const askFor = (when, at) => askWith(withTime(wish, when, at, clock.timezone));
  const keyOf = (intent) => {
    if (key.current.intent !== intent) key.current = { intent, key: newKey() };
    return key.current.key;
  };
  const settle = async (intent, act) => {
    if (busy) return;
    setBusy(intent);
    try {
      const booking = await act(keyOf(intent));
      remember(wish, booking);
      onBooked(booking);
      setAnswer(NOTHING);
    } catch (error) {
      setAnswer(afterFailure(error));
    }
    setBusy(null);
  };
  const take = (offer) => settle(offer, (key_) => (amended
    ? amendBooking(amended.booking_id, offer.offer_id, key_)
    : bookOnce({ key: key_, body: { offer_id: offer.offer_id, ...contactOf(wish) } })));
  const wait = () => settle(wish, (key_) => bookOnce({
    key: key_, body: { request: toRequest(wish, clock.timezone), waitlist: true, ...contactOf(wish) },
  }));
  const isAsking = !answer.offers && !answer.error;
  const forms = { wish, index, service, clock, passengers, isBusy: busy === "searching", onChange };
  return html`
    ${amended && html`<${Changing} booking=${amended} clock=${clock} onKeep=${onKeep} />`}
    ${isAsking && isEasy && html`<${EasyForm} ...${forms} onSubmit=${askWith} />`}
    ${isAsking && !isEasy && html`<${BookingForm} ...${forms} onSubmit=${() => ask()} />`}
    ${!isAsking && html`<${Summary} wish=${wish} isBusy=${busy === "searching"} onEdit=${edit} />`}
    ${answer.offers && html`<${Offers} key=${answer.serial} offers=${answer.offers} note=${answer.note && t(answer.note)}
      clock=${clock} booking=${busy} isEasy=${isEasy} isChange=${Boolean(amended)} onBook=${take} />`}
    ${answer.error && html`<${Refusal} key=${answer.serial} error=${answer.error} wish=${wish} known=${known}
      isBusy=${busy === wish} onTime=${askFor} onPart=${askWith} onWait=${amended ? null : wait}
      onAgain=${() => ask()} onEdit=${edit} />`}`;
}

/** Name and number of whom a representative books for, for the contact vault. */
function contactOf({ passenger }) {
  return passenger ? { contact: { name: passenger.name, phone: passenger.phone } } : {};
}

function Changing({ booking, clock, onKeep }) {
  const time = clock.moment(booking.promise.pickup.earliest_at);
  return html`<div class="notice changing"><p>${t("amend.changing", { time })}</p>
    <button type="button" class="quiet" onClick=${onKeep}>${t("amend.keep")}</button></div>`;
}

function Summary({ wish, isBusy, onEdit }) {
  const { where, how } = summary(wish);
  return html`<div class="summary"><p><strong>${where}</strong><br />${isBusy ? t("form.searching") : how}</p>
    <button type="button" class="quiet" onClick=${onEdit}>${t("form.edit")}</button></div>`;
}

async function answerTo(wish, timezone) {
  try {
    const { offers } = await requestOffers(toRequest(wish, timezone));
    return answerWith({ offers });
  } catch (error) {
    return answerWith({ error });
  }
}

/** A stale offer comes back with fresh ones in the same answer. */
function afterFailure(error) {
  const offers = error.body?.offers;
  return answerWith(offers?.length ? { offers, note: "offer.replaced" } : { error });
}
