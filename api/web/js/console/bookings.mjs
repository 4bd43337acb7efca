/** All bookings of today, with a search that may name a person and is therefore never in an address. */
import { useMemo, useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { askAsStaff } from "../shared/staff.mjs";
import { html } from "../shared/ui.mjs";
import { codeOf, isEnded, pickupOf } from "./desk.mjs";
import { moveRows } from "./roving.mjs";
import { lateBy, lateText, partyText, routeText } from "./words.mjs";

const SHOWN = 60;
const FILTERS = ["open", "unmatched", "late", "ended", "all"];

export function Bookings({ desk, clock, show, chosen, announce }) {
  const [filter, setFilter] = useState("open");
  const [found, setFound] = useState(null); // ids that a search found, or null
  const [problem, setProblem] = useState("");
  const bookings = [...desk.bookings.values()].filter((booking) =>
    found ? found.has(booking.booking_id) : fits(booking, filter));
  bookings.sort((a, b) => pickupOf(a) - pickupOf(b));
  const look = async (event) => {
    event.preventDefault();
    const { text, contact } = Object.fromEntries(new FormData(event.target));
    if (!text && !contact) return setFound(null);
    try {
      const { body } = await askAsStaff("/v1/bookings/search", { text, contact, limit: 500 });
      setFound(new Set(body.bookings.map((booking) => booking.booking_id)));
      setProblem("");
      announce(t("bookings.found", { n: body.bookings.length }));
    } catch (error) {
      setProblem(explain(error).next);
    }
    return undefined;
  };
  return html`
    <form class="search" role="search" onSubmit=${look}>
      <label>${t("search.text")}<input id="search-text" name="text" autocomplete="off" maxlength="80" /></label>
      <label>${t("search.contact")}<input name="contact" autocomplete="off" maxlength="80" /></label>
      <button type="submit" class="quiet">${t("search.go")}</button>
      ${found && html`<button type="reset" onClick=${() => setFound(null)}>${t("search.clear")}</button>`}
    </form>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    ${!found && html`
      <div class="filters" role="group" aria-label=${t("bookings.filter")}>${FILTERS.map((name) => html`
        <button key=${name} type="button" aria-pressed=${name === filter ? "true" : "false"}
          onClick=${() => setFilter(name)}>${t(`filter.${name}`)}</button>`)}</div>`}
    <div class="table-scroll" tabindex="0" role="region" aria-label=${t("bookings.table")}>
      <table onKeyDown=${moveRows}>
        <thead><tr>${["code", "when", "route", "party", "vehicle", "state"].map((name) =>
          html`<th key=${name} scope="col">${t(`column.${name}`)}</th>`)}</tr></thead>
        <tbody>${bookings.slice(0, SHOWN).map((booking, at) => html`
          <${Row} key=${booking.booking_id} booking=${booking} clock=${clock} isFirst=${at === 0} show=${show}
            isChosen=${chosen?.booking === booking.booking_id} />`)}</tbody>
      </table>
    </div>
    <p class="hint">${t("bookings.count", { n: bookings.length })}
      ${bookings.length > SHOWN ? ` ${t("bookings.cut", { count: SHOWN })}` : ""}</p>`;
}

function fits(booking, filter) {
  if (filter === "all") return true;
  if (filter === "ended") return isEnded(booking);
  if (isEnded(booking)) return false;
  if (filter === "unmatched") return !booking.vehicle_id;
  return filter === "open" || lateBy(booking) >= 60;
}

/** Drawn anew only where the booking itself is another one. */
function Row({ booking, clock, isFirst, isChosen, show }) {
  return useMemo(() => {
    const late = lateText(lateBy(booking));
    return html`
      <tr class=${isChosen ? "is-chosen" : ""}>
        <th scope="row"><button type="button" data-row tabindex=${isFirst ? 0 : -1}
          onClick=${() => show({ booking: booking.booking_id })}>${codeOf(booking.booking_id)}</button></th>
        <td class="time">${clock.time(pickupOf(booking))}</td>
        <td>${routeText(booking)}</td>
        <td class="tight">${partyText(booking.party)}</td>
        <td class="tight">${booking.vehicle_id ?? "–"}${booking.dispatch_status === "locked" ? ` ${t("bookings.locked")}` : ""}</td>
        <td>${t(`state.${booking.state}`)}${late && html` <strong class="late">${late}</strong>`}</td>
      </tr>`;
  }, [booking, isFirst, isChosen]);
}
