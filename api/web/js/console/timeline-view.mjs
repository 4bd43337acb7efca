/** The timeline of all vehicles: a canvas to look at, rows to move through, and the same as a table. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { nameOf, t } from "../shared/i18n.mjs";
import { html } from "../shared/ui.mjs";
import { codeOf } from "./desk.mjs";
import { moveRows } from "./roving.mjs";
import { drawRows, listTicks, ROW_PX, rowOf, timelineColours, visitAt } from "./timeline.mjs";

const SPANS = [60, 90, 180, 360];
const MINUTE_MS = 60_000;
const TABLE_VISITS = 8;
const darkness = matchMedia("(prefers-color-scheme: dark)");

export function TimelineView({ desk, clock, show, chosen }) {
  const [span, setSpan] = useState(90);
  const [isTable, setTable] = useState(false);
  const manifests = desk.listManifests();
  return html`
    <div class="timeline-head">
      <h2 id="timeline-heading">${t("timeline.heading")}</h2>
      <ul class="timeline-legend" aria-hidden="true">${["pickup", "dropoff", "promise", "slack", "late"].map((name) =>
        html`<li key=${name} class="is-${name}">${t(`timeline.${name}`)}</li>`)}</ul>
      <label>${t("timeline.span")}<select value=${span} onChange=${(event) => setSpan(Number(event.target.value))}>
        ${SPANS.map((each) => html`<option key=${each} value=${each}>${t("unit.min", { minutes: each })}</option>`)}</select></label>
      <button type="button" class="quiet" aria-pressed=${isTable ? "true" : "false"}
        onClick=${() => setTable(!isTable)}>${t("timeline.table")}</button>
    </div>
    ${isTable ? html`<${VisitTable} manifests=${manifests} clock=${clock} show=${show} />`
      : html`<${Chart} manifests=${manifests} desk=${desk} clock=${clock} span=${span} show=${show} chosen=${chosen} />`}`;
}

function Chart({ manifests, desk, clock, span, show, chosen }) {
  const scroller = useRef();
  const canvas = useRef();
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [, again] = useState(0);
  const cache = useRef(new Map());
  const rows = manifests.map((manifest) => cachedRow(cache.current, manifest, desk.bookings));
  useEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => setSize({ width: contentRect.width, height: contentRect.height }));
    watch.observe(scroller.current);
    const timer = setInterval(() => again((n) => n + 1), 1000);
    return () => { watch.disconnect(); clearInterval(timer); };
  }, []);
  const names = 104;
  const view = { now: clock.now(), spanMs: span * MINUTE_MS, width: Math.max(0, size.width - names) };
  const draw = () => paint(canvas.current, scroller.current, rows, { view, clock, chosen: chosen?.booking });
  useLayoutEffect(draw);
  const pick = (event) => {
    const { left, top } = canvas.current.getBoundingClientRect();
    const row = rows[Math.floor((event.clientY - top + scroller.current.scrollTop) / ROW_PX)];
    if (!row) return;
    const visit = visitAt(row, event.clientX - left, view);
    show(visit?.booking ? { booking: visit.booking } : { vehicle: row.id });
  };
  return html`
    <div class="axis" aria-hidden="true">${listTicks(view).map(([left, at]) =>
      html`<span key=${at} style=${{ left: `${left + names}px` }}>${clock.time(at)}</span>`)}</div>
    <div class="timeline-scroll" ref=${scroller} onScroll=${draw}>
      <div class="timeline-body" style=${{ height: `${rows.length * ROW_PX}px` }}>
        <div class="timeline-rows" role="group" aria-label=${t("timeline.rows")} onKeyDown=${moveRows}>
          ${manifests.map((manifest, at) => html`<${RowName} key=${manifest.vehicle_id} manifest=${manifest} clock=${clock}
            id=${at === 0 ? "timeline-rows" : undefined} isFirst=${at === 0} isChosen=${chosen?.vehicle === manifest.vehicle_id} show=${show} />`)}
        </div>
        <canvas ref=${canvas} onClick=${pick} role="img" aria-label=${t("timeline.words", { n: rows.length })}></canvas>
      </div>
    </div>`;
}

/** A row is computed anew only where its manifest or a booking of it is another object. */
function cachedRow(cache, manifest, bookings) {
  const known = cache.get(manifest.vehicle_id);
  const own = manifest.visits.map((visit) => bookings.get(visit.booking_id));
  if (known?.manifest === manifest && known.own.every((booking, k) => booking === own[k])) return known.row;
  const row = rowOf(manifest, bookings);
  cache.set(manifest.vehicle_id, { manifest, own, row });
  return row;
}

function RowName({ manifest, clock, id, isFirst, isChosen, show }) {
  return useMemo(() => {
    const [next] = manifest.visits;
    const words = next ? t("timeline.next", { time: clock.time(next.arrives_at), stop: nameOf(next.stop) }) : t("shuttle.idle");
    return html`<button id=${id} type="button" data-row tabindex=${isFirst ? 0 : -1}
      class=${`${isChosen ? "is-chosen " : ""}is-${manifest.duty}`} onClick=${() => show({ vehicle: manifest.vehicle_id })}
      ><strong>${manifest.vehicle_id}</strong> <small>${manifest.on_board.seats + manifest.on_board.wheelchairs}/${manifest.layouts[0].seats}</small>
      <span class="sr-only">${words}</span></button>`;
  }, [manifest, isFirst, isChosen]);
}

function paint(canvas, scroller, rows, { view, clock, chosen }) {
  if (!canvas || !view.width) return;
  const height = Math.min(scroller.clientHeight, rows.length * ROW_PX);
  const scale = Math.min(2, devicePixelRatio);
  if (canvas.width !== Math.round(view.width * scale) || canvas.height !== Math.round(height * scale)) {
    Object.assign(canvas, { width: Math.round(view.width * scale), height: Math.round(height * scale) });
    Object.assign(canvas.style, { width: `${view.width}px`, height: `${height}px` });
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, view.width, height);
  const first = Math.floor(scroller.scrollTop / ROW_PX);
  const last = Math.min(rows.length, first + Math.ceil(height / ROW_PX) + 1);
  const colours = timelineColours(canvas, darkness.matches);
  drawRows(context, rows, { view, first, last, top: first * ROW_PX - scroller.scrollTop, colours, chosen, clock });
}

/** The same for who reads instead of looks. */
function VisitTable({ manifests, clock, show }) {
  return html`
    <div class="table-scroll timeline-table" tabindex="0" role="region" aria-label=${t("timeline.list")}>
      <table><thead><tr>${["vehicle", "visit", "planned", "latest", "slack", "code"].map((name) =>
        html`<th key=${name} scope="col">${t(`column.${name}`)}</th>`)}</tr></thead>
      <tbody>${manifests.flatMap((manifest) => manifest.visits.slice(0, TABLE_VISITS).map((visit) => html`
        <tr key=${visit.visit_id}><th scope="row">${manifest.vehicle_id}</th>
          <td>${t(`visit.${visit.kind}`, { stop: nameOf(visit.stop) })}</td>
          <td class="time">${clock.time(visit.starts_at)}</td><td class="time">${clock.time(visit.window.latest_at)}</td>
          <td>${t("unit.min", { minutes: slackOf(visit) })}</td>
          <td>${visit.booking_id && html`<button type="button" class="link"
            onClick=${() => show({ booking: visit.booking_id })}>${codeOf(visit.booking_id)}</button>`}</td></tr>`))}</tbody></table>
      ${manifests.every(({ visits }) => !visits.length) && html`<p class="calm">${t("timeline.empty")}</p>`}
    </div>`;
}

const slackOf = ({ window: { latest_at: latest }, starts_at: start }) =>
  Math.max(0, Math.round((Date.parse(latest) - Date.parse(start)) / MINUTE_MS));
