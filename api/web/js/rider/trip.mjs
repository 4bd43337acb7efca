/** From the wish to the booking: form, offers or refusal, booked. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { BookingForm } from "./form.mjs";
import { newKey } from "../shared/http.mjs";
import { t } from "../shared/i18n.mjs";
import { Offers } from "./offers.mjs";
import { Refusal } from "./refusal.mjs";
import { bookOffer, requestOffers } from "./resources.mjs";
import { focusOn, html } from "../shared/ui.mjs";
import { withTime, summary, toRequest } from "./wish.mjs";

const NOTHING = { offers: null, error: null, note: "" };
let serial = 0;

/** An answer to show; its serial number tells it from the one before, so that it is read anew. */
const answerWith = (part) => ({ ...NOTHING, ...part, serial: (serial += 1) });

/** The whole of the view "book". */
export function Trip({ wish, index, service, clock, onChange, onBooked, announce }) {
  const [answer, setAnswer] = useState(NOTHING);
  const [busy, setBusy] = useState(null); // "searching" or the offer that is being booked
  const key = useRef({}); // Idempotency-Key of the offer that was last tried

  const edit = () => {
    setAnswer(NOTHING);
    focusOn("place-from");
  };
  const ask = async (asked = wish) => {
    if (busy) return;
    setBusy("searching");
    announce(t("form.searching"));
    setAnswer(await answerTo(asked, clock.timezone));
    announce("");
    setBusy(null);
  };
  const askFor = (when, at) => {
    const changed = withTime(wish, when, at, clock.timezone);
    onChange(changed);
    ask(changed);
  };
  const book = async (offer) => {
    if (busy) return;
    setBusy(offer);
    if (key.current.offer !== offer) key.current = { offer, key: newKey() };
    try {
      onBooked(await bookOffer(offer.offer_id, key.current.key));
      setAnswer(NOTHING);
    } catch (error) {
      setAnswer(afterFailure(error));
    }
    setBusy(null);
  };
  const isAsking = !answer.offers && !answer.error;
  return html`
    ${isAsking ? html`<${BookingForm} wish=${wish} index=${index} service=${service} clock=${clock}
        isBusy=${busy === "searching"} onChange=${onChange} onSubmit=${() => ask()} />`
      : html`<${Summary} wish=${wish} isBusy=${busy === "searching"} onEdit=${edit} />`}
    ${answer.offers && html`<${Offers} key=${answer.serial} offers=${answer.offers} note=${answer.note && t(answer.note)}
      clock=${clock} booking=${busy} onBook=${book} />`}
    ${answer.error && html`<${Refusal} key=${answer.serial} error=${answer.error} facts=${factsOf(service, clock)}
      clock=${clock} onTime=${askFor} onAgain=${() => ask()} onEdit=${edit} />`}`;
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

/** Facts that the words of a refusal may name. */
function factsOf(service, clock) {
  return {
    now: clock.time(clock.now()),
    from: service.hours.service_from, until: service.hours.service_until,
    days: service.rules.prebook_days,
  };
}
