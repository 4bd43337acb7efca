/** Who would be hurt and by how much, before anything is done; done only if that still holds. */
import { useEffect, useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { askAsStaff, postAsStaff } from "../shared/staff.mjs";
import { minutesOf } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";
import { codeOf } from "./desk.mjs";
import { lateText, routeText } from "./words.mjs";

const SHOWN = 30;

/** `act` is `{title, preview: [path, body], act: [path, body], done}`. */
export function Preview({ act, desk, clock, announce, onEnd }) {
  const dialog = useRef();
  const [shown, setShown] = useState(null);
  const [problem, setProblem] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const look = async () => {
    try {
      setShown(await askAsStaff(...act.preview));
      setProblem(null);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  useEffect(() => {
    const node = dialog.current;
    node.showModal();
    look();
    return () => node.close(); // gives the focus back to where it came from
  }, []);
  const go = async () => {
    setBusy(true);
    try {
      await postAsStaff(...act.act, { etag: shown.etag });
      announce(t("preview.done"));
      act.done?.();
      onEnd();
    } catch (error) {
      if (error.type === "stale-version") await look();
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return html`
    <dialog ref=${dialog} class="preview" aria-labelledby="preview-title" onCancel=${(event) => {
      event.preventDefault();
      onEnd();
    }}>
      <h2 id="preview-title">${act.title}</h2>
      ${problem && html`<p class="error" role="alert">${problem.title} ${problem.next}</p>`}
      ${!shown && !problem && html`<p role="status">${t("preview.loading")}</p>`}
      ${shown && html`<${Effects} told=${shown.body} desk=${desk} clock=${clock} />`}
      <div class="actions">
        <button type="button" class=${shown?.body.n_hurt ? "danger" : "primary"} disabled=${!shown || isBusy}
          onClick=${go}>${t("preview.go")}</button>
        <button type="button" class="quiet" onClick=${onEnd}>${t("preview.leave")}</button>
      </div>
    </dialog>`;
}

function Effects({ told, desk, clock }) {
  const { effects, n_hurt: hurt, worst_s: worst } = told;
  const summary = !effects.length ? t("preview.nobody") : !hurt ? t("preview.unhurt", { n: effects.length })
    : t("preview.hurt", { n: hurt, minutes: worst ? minutesOf(worst) : 0 });
  return html`
    <p class=${hurt ? "verdict is-hurt" : "verdict"} role="status">${summary}</p>
    ${effects.length > 0 && html`
      <div class="table-scroll" tabindex="0" role="region" aria-label=${t("preview.table")}>
        <table><thead><tr>${["code", "route", "before", "after", "harm"].map((name) =>
          html`<th key=${name} scope="col">${t(`column.${name}`)}</th>`)}</tr></thead>
        <tbody>${effects.slice(0, SHOWN).map((effect) => html`
          <tr key=${effect.booking_id} class=${effect.is_hurt ? "is-hurt" : ""}>
            <th scope="row">${codeOf(effect.booking_id)}</th>
            <td>${routeOf(effect, desk)}</td>
            <td>${outlookText(effect.before, clock)}</td>
            <td>${outlookText(effect.after, clock)}</td>
            <td>${harmText(effect)}</td></tr>`)}</tbody></table>
      </div>`}`;
}

function routeOf(effect, desk) {
  const booking = desk.bookings.get(effect.booking_id);
  return booking ? routeText(booking) : "";
}

function outlookText(outlook, clock) {
  const times = [outlook.pickup_at, outlook.dropoff_at].filter(Boolean).map((at) => clock.time(at)).join("→");
  return [outlook.vehicle_id ?? t(`state.${outlook.state}`), times, lateText(outlook.late_s)].filter(Boolean).join(" · ");
}

function harmText(effect) {
  if (effect.is_lost) return t("harm.lost");
  if (effect.broken_further_s) return t("harm.broken", { minutes: minutesOf(effect.broken_further_s) });
  if (effect.later_s > 0) return t("harm.later", { minutes: minutesOf(effect.later_s) });
  return effect.later_s < 0 ? t("harm.sooner", { minutes: minutesOf(-effect.later_s) }) : t("harm.none");
}
