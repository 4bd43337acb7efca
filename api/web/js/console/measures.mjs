/** What is done to many at once: closed roads, suspended service, news for riders. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { featureName, nameOf, t } from "../shared/i18n.mjs";
import { isBookable } from "../shared/places.mjs";
import { explain } from "../shared/problems.mjs";
import { postAsStaff } from "../shared/staff.mjs";
import { isoDay, rfc3339 } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";

const CORNERS = 12;
const METRES = 111_320;

export function Measures(room) {
  return html`
    <section aria-labelledby="close-heading"><h3 id="close-heading">${t("close.heading")}</h3><${Closures} ...${room} /></section>
    <section aria-labelledby="suspend-heading"><h3 id="suspend-heading">${t("suspend.heading")}</h3><${Suspensions} ...${room} /></section>
    <section aria-labelledby="news-heading"><h3 id="news-heading">${t("news.heading")}</h3><${News} ...${room} /></section>`;
}

/** RFC 3339 of a time of today, or nothing. */
const todayAt = (time, clock) => time ? rfc3339(isoDay(clock.now(), clock.timezone), time, clock.timezone) : undefined;

function Closures({ desk, known, clock, drawing, onDraw, mayAct, ask, announce }) {
  const [stopId, setStop] = useState("");
  const [metres, setMetres] = useState(150);
  const stops = known.stops.filter(isBookable);
  const stop = stops.find((each) => each.stop_id === stopId);
  const ring = drawing?.length > 2 ? drawing : stop ? circle(stop.position, metres) : null;
  const preview = (event) => {
    event.preventDefault();
    const { from, until, reason } = Object.fromEntries(new FormData(event.target));
    const body = { ring, from_at: todayAt(from, clock), until_at: todayAt(until, clock), reason };
    ask({
      title: t("close.title"), preview: ["/v1/closures/preview", body], act: ["/v1/closures", body],
      done: () => { onDraw(null); setStop(""); },
    });
  };
  return html`
    <${Standing} rows=${desk.day.closures} idOf=${(row) => row.closure_id} path="/v1/closures" verb="reopen" lift="close.lift"
      text=${(row) => t("close.row", { from: clock.time(row.period.earliest_at), until: clock.time(row.period.latest_at), roads: row.road_ids.length })}
      mayAct=${mayAct} announce=${announce} />
    <form onSubmit=${preview}>
      <p class="hint">${t("close.hint")}</p>
      <div class="row">
        <button type="button" class="quiet" aria-pressed=${drawing ? "true" : "false"}
          onClick=${() => onDraw(drawing ? null : [])}>${t(drawing ? "close.stop" : "close.draw")}</button>
        ${drawing && html`<p role="status">${t("close.corners", { n: drawing.length })}</p>`}
      </div>
      <div class="row">
        <label>${t("close.stop-label")}<select value=${stopId} onChange=${(event) => setStop(event.target.value)}>
          <option value="">${t("close.none")}</option>
          ${stops.map((each) => html`<option key=${each.stop_id} value=${each.stop_id}>${nameOf(each)}</option>`)}</select></label>
        <label>${t("close.metres")}<input type="number" min="50" max="2000" step="50" value=${metres}
          onInput=${(event) => setMetres(Number(event.target.value))} /></label>
      </div>
      <${Period} reasons=${["works", "accident", "flood", "snow", "event"]} />
      <button type="submit" class="primary" disabled=${!mayAct || !ring}>${t("preview.ask")}</button>
    </form>`;
}

/** Corners around a place. */
function circle([lon, lat], metres) {
  return Array.from({ length: CORNERS }, (_, k) => {
    const angle = (2 * Math.PI * k) / CORNERS;
    const dx = (metres / METRES / Math.cos((lat * Math.PI) / 180)) * Math.cos(angle);
    return [lon + dx, lat + (metres / METRES) * Math.sin(angle)];
  });
}

function Period({ reasons }) {
  return html`<div class="row">
    <label>${t("period.from")}<input type="time" name="from" /></label>
    <label>${t("period.until")}<input type="time" name="until" /></label>
    <label>${t("period.reason")}<select name="reason">${reasons.map((reason) =>
      html`<option key=${reason} value=${reason}>${t(`reason.${reason}`)}</option>`)}</select></label>
  </div><p class="hint">${t("period.hint")}</p>`;
}

/** What stands already, each with a button that lifts it. */
function Standing({ rows, idOf, path, verb, lift, text, mayAct, announce }) {
  const [problem, setProblem] = useState("");
  const end = (id) => postAsStaff(`${path}/${id}/${verb}`)
    .then(() => announce(t("measures.lifted")), (error) => setProblem(explain(error).next));
  if (!rows.length) return html`<p class="calm">${t("measures.none")}</p>`;
  return html`<ul class="standing">${rows.map((row) => html`
    <li key=${idOf(row)}><span>${text(row)} ${row.reason ? t(`reason.${row.reason}`) : ""}</span>
      <button type="button" class="quiet" disabled=${!mayAct} onClick=${() => end(idOf(row))}>${t(lift)}</button></li>`)}</ul>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}`;
}

function Suspensions({ desk, known, clock, mayAct, ask, announce }) {
  const preview = (event) => {
    event.preventDefault();
    const { zone, from, until, reason } = Object.fromEntries(new FormData(event.target));
    const body = { zone_id: zone || null, from_at: todayAt(from, clock), until_at: todayAt(until, clock), reason };
    ask({ title: t("suspend.title"), preview: ["/v1/suspensions/preview", body], act: ["/v1/suspensions", body] });
  };
  const where = (row) => row.zone_id ? zoneName(known.zones, row.zone_id) : t("zone.all");
  return html`
    <${Standing} rows=${desk.day.suspensions} idOf=${(row) => row.suspension_id} path="/v1/suspensions" verb="resume" lift="suspend.lift"
      text=${(row) => t("suspend.row", { where: where(row), from: clock.time(row.period.earliest_at), until: clock.time(row.period.latest_at) })}
      mayAct=${mayAct} announce=${announce} />
    <form onSubmit=${preview}>
      <p class="hint">${t("suspend.hint")}</p>
      <${Zones} zones=${known.zones} />
      <${Period} reasons=${["snow", "flood", "storm", "event", "strike"]} />
      <button type="submit" class="primary" disabled=${!mayAct}>${t("preview.ask")}</button>
    </form>`;
}

function Zones({ zones }) {
  return html`<label>${t("zone.label")}<select name="zone"><option value="">${t("zone.all")}</option>
    ${zones.features.map(({ properties }) => html`
      <option key=${properties.zone_id} value=${properties.zone_id}>${featureName(properties)}</option>`)}</select></label>`;
}

function zoneName(zones, id) {
  const found = zones.features.find(({ properties }) => properties.zone_id === id);
  return found ? featureName(found.properties) : id;
}

function News({ desk, known, mayAct, announce }) {
  const [told, setTold] = useState("");
  const [problem, setProblem] = useState("");
  const send = async (event) => {
    event.preventDefault();
    const form = event.target;
    const { ko, en, zone, vehicle } = Object.fromEntries(new FormData(form));
    try {
      const sent = await postAsStaff("/v1/broadcasts", {
        text_ko: ko, text_en: en, zone_id: vehicle ? null : zone || null, vehicle_id: vehicle || null,
      });
      form.reset();
      setProblem("");
      setTold(t("news.told", { n: sent.n_told }));
      announce(t("news.told", { n: sent.n_told }));
    } catch (error) {
      setProblem(explain(error).next);
    }
  };
  return html`
    <form onSubmit=${send}>
      <label>${t("news.ko")}<textarea name="ko" lang="ko" required maxlength="400" rows="2"></textarea></label>
      <label>${t("news.en")}<textarea name="en" lang="en" required maxlength="400" rows="2"></textarea></label>
      <div class="row"><${Zones} zones=${known.zones} />
        <label>${t("news.vehicle")}<select name="vehicle"><option value="">${t("news.any")}</option>
          ${desk.listManifests().map(({ vehicle_id: id }) => html`<option key=${id} value=${id}>${id}</option>`)}</select></label></div>
      <p class="hint">${t("news.hint")}</p>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${told && html`<p class="notice" role="status">${told}</p>`}
      <button type="submit" class="primary" disabled=${!mayAct}>${t("news.send")}</button>
    </form>`;
}
