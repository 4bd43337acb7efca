/** Who drives which vehicle when, by day. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { getAsStaff } from "../shared/staff.mjs";
import { bookableDays, rfc3339 } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";

export function Roster({ known, desk, clock, mayAct, ask, isShown }) {
  const days = bookableDays(clock.now(), clock.timezone, known.service.rules.prebook_days);
  const [day, setDay] = useState(days[0].day);
  const [told, setTold] = useState(null);
  const [problem, setProblem] = useState("");
  const [edited, edit] = useState(null);
  const look = () => getAsStaff(`/v1/duties?date=${day}`).then(
    (body) => { setTold(body); setProblem(""); },
    (error) => { setTold(null); setProblem(explain(error).next); });
  useEffect(() => { if (isShown) look(); }, [day, isShown, desk.day]);
  return html`
    <label>${t("roster.day")}<select value=${day} onChange=${(event) => { setDay(event.target.value); edit(null); }}>
      ${days.map(({ day: each, label }) => html`<option key=${each} value=${each}>${label}</option>`)}</select></label>
    ${problem && html`<p class="notice" role="status">${t("roster.unopened")} ${problem}</p>`}
    ${told && html`
      <div class="table-scroll" tabindex="0" role="region" aria-label=${t("roster.table")}>
        <table><thead><tr>${["vehicle", "duty", "shift", "drivers", "edit"].map((name) =>
          html`<th key=${name} scope="col">${t(`column.${name}`)}</th>`)}</tr></thead>
        <tbody>${told.duties.map((duty) => html`
          <tr key=${duty.vehicle_id}><th scope="row">${duty.vehicle_id}</th><td>${t(`duty.${duty.duty}`)}</td>
            <td class="time">${clock.time(duty.shift.earliest_at)}–${clock.time(duty.shift.latest_at)}</td>
            <td>${duty.drivers.map((span) => html`<div key=${span.from_at}>${span.driver}
              ${clock.time(span.from_at)}–${clock.time(span.until_at)}</div>`)}${duty.drivers.length ? "" : "–"}</td>
            <td>${mayAct && html`<button type="button" class="link" aria-label=${t("roster.edit.of", { id: duty.vehicle_id })}
              onClick=${() => edit(duty)}>${t("roster.edit")}</button>`}</td></tr>`)}</tbody></table>
      </div>`}
    ${edited && html`<${Edit} key=${edited.vehicle_id} duty=${edited} day=${day} clock=${clock} ask=${ask}
      onEnd=${() => { edit(null); look(); }} />`}`;
}

function Edit({ duty, day, clock, ask, onEnd }) {
  const at = (time) => rfc3339(day, time, clock.timezone);
  const [rows, setRows] = useState(duty.drivers.map((span) => ({
    driver: span.driver, from: clock.time(span.from_at), until: clock.time(span.until_at),
  })));
  const change = (k, part) => setRows(rows.map((row, i) => (i === k ? { ...row, ...part } : row)));
  const preview = (event) => {
    event.preventDefault();
    const { from, until } = Object.fromEntries(new FormData(event.target));
    const body = {
      shift_from: at(from), shift_until: at(until),
      drivers: rows.filter((row) => row.driver).map((row) => ({ driver: row.driver, from_at: at(row.from), until_at: at(row.until) })),
    };
    const path = `/v1/duties/${duty.vehicle_id}`;
    ask({ title: t("roster.title", { id: duty.vehicle_id }), preview: [`${path}/preview`, body], act: [path, body], done: onEnd });
  };
  return html`
    <form class="card" onSubmit=${preview} aria-label=${t("roster.edit.of", { id: duty.vehicle_id })}>
      <h3>${t("alert.vehicle", { id: duty.vehicle_id })}</h3>
      <div class="row">
        <label>${t("period.from")}<input type="time" name="from" required value=${clock.time(duty.shift.earliest_at)} /></label>
        <label>${t("period.until")}<input type="time" name="until" required value=${clock.time(duty.shift.latest_at)} /></label></div>
      ${rows.map((row, k) => html`
        <fieldset key=${k} class="row"><legend>${t("roster.driver.n", { n: k + 1 })}</legend>
          <label>${t("vehicle.driver")}<input value=${row.driver} pattern="[A-Za-z0-9:._@\\-]+" maxlength="64"
            onInput=${(event) => change(k, { driver: event.target.value })} /></label>
          <label>${t("period.from")}<input type="time" required value=${row.from} onInput=${(event) => change(k, { from: event.target.value })} /></label>
          <label>${t("period.until")}<input type="time" required value=${row.until} onInput=${(event) => change(k, { until: event.target.value })} /></label>
        </fieldset>`)}
      <div class="actions">
        <button type="button" class="quiet" onClick=${() => setRows([...rows, {
          driver: "", from: rows.at(-1)?.until ?? clock.time(duty.shift.earliest_at), until: clock.time(duty.shift.latest_at) }])}>${t("roster.add")}</button>
        <button type="submit" class="primary">${t("preview.ask")}</button>
        <button type="button" onClick=${onEnd}>${t("preview.leave")}</button></div>
    </form>`;
}
