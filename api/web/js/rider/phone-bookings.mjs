/** Rides that were booked by phone: whoever proves to have the number finds, changes and cancels them. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { becomeRider } from "../shared/http.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { html } from "../shared/ui.mjs";
import { redeemCode, sendCode } from "./resources.mjs";

/** Form for number and code; `onFound` reads the bookings anew. */
export function PhoneBookings({ onFound }) {
  const [phone, setPhone] = useState("");
  const [code, setCode] = useState("");
  const [isSent, setSent] = useState(false);
  const [problem, setProblem] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    setProblem("");
    try {
      if (isSent) {
        becomeRider(await redeemCode(phone, code.trim()));
        await onFound();
      } else {
        await sendCode(phone);
        setSent(true);
      }
    } catch (error) {
      const { title, next } = explain(error);
      setProblem(`${title}. ${next}`);
    }
  };
  return html`
    <form class="form card" novalidate onSubmit=${submit}>
      <h3>${t("phone.heading")}</h3>
      <label>${t("phone.number")}<input type="tel" autocomplete="tel" maxlength="20" value=${phone} disabled=${isSent}
        onInput=${(event) => setPhone(event.target.value)} /></label>
      ${isSent && html`<label>${t("phone.code")}<input type="text" inputmode="numeric" autocomplete="one-time-code"
        maxlength="8" value=${code} onInput=${(event) => setCode(event.target.value)} /></label>`}
      <p class="note error" role="alert">${problem}</p>
      <button type="submit" class="quiet wide">${t(isSent ? "phone.show" : "phone.send")}</button>
    </form>`;
}
