/** Draws rows of the timeline on a canvas: visits, what they may still slip, promises, now. */

export const ROW_PX = 40;
const BACK_MS = 10 * 60_000;
const TICK_MS = 15 * 60_000;
const COLOURS = ["pickup", "dropoff", "break", "promise", "slack", "late", "line", "ink-soft", "ink", "card", "now", "paper"];

let palette;

/** Colours of the page's scheme; read once for each. */
export function timelineColours(element, isDark) {
  if (palette?.isDark !== isDark) {
    const style = getComputedStyle(element);
    palette = { isDark, ...Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) };
  }
  return palette;
}

/** Where a moment is, in pixels; `view` is {now, spanMs, width}. */
export const xOf = (at, { now, spanMs, width }) => ((at - now + BACK_MS) / spanMs) * width;

/** Rows of boxes for hit tests and drawing, from what the service tells; computed once a change. */
export function rowOf(manifest, bookings) {
  return {
    id: manifest.vehicle_id,
    duty: manifest.duty,
    visits: manifest.visits.map((visit) => {
      const booking = bookings.get(visit.booking_id);
      const promised = booking && promiseOf(visit, booking);
      const start = Date.parse(visit.starts_at);
      return {
        kind: visit.kind, booking: visit.booking_id, locked: visit.locked, start,
        arrive: Date.parse(visit.arrives_at), end: Date.parse(visit.departs_at),
        latest: Date.parse(visit.window.latest_at),
        promise: promised, isLate: Boolean(promised) && start > promised[1] + 30_000,
      };
    }),
  };
}

function promiseOf({ kind }, { promise }) {
  if (kind === "pickup") return [Date.parse(promise.pickup.earliest_at), Date.parse(promise.pickup.latest_at)];
  const by = Date.parse(promise.dropoff_latest_at);
  return [by - 60_000, by];
}

/** Draw `rows[first..last]`, the first at `top` pixels. */
export function drawRows(context, rows, { view, first, last, top, colours, chosen, clock }) {
  drawGrid(context, view, colours, clock, top, (last - first) * ROW_PX);
  for (let k = first; k < last; k += 1) drawRow(context, rows[k], top + (k - first) * ROW_PX, view, colours, chosen);
  context.fillStyle = colours.now;
  context.fillRect(xOf(view.now, view) - 1, 0, 3, top + (last - first) * ROW_PX);
}

function drawGrid(context, view, colours, clock, top, height) {
  const begin = Math.ceil((view.now - BACK_MS) / TICK_MS) * TICK_MS;
  context.fillStyle = colours.line;
  for (let at = begin; xOf(at, view) < view.width; at += TICK_MS) {
    context.fillRect(Math.round(xOf(at, view)), top, 1, height);
  }
}

function drawRow(context, row, y, view, colours, chosen) {
  context.fillStyle = colours.line;
  context.fillRect(0, y + ROW_PX - 1, view.width, 1);
  drawAboard(context, row, y, view, colours);
  for (const visit of row.visits) drawVisit(context, visit, y, view, colours, chosen === visit.booking);
}

/** A thin line from each pickup to its drop-off would be a tangle: the way between visits is enough. */
function drawAboard(context, row, y, view, colours) {
  context.fillStyle = colours["ink-soft"];
  let from = xOf(view.now, view);
  for (const visit of row.visits) {
    const to = xOf(visit.arrive, view);
    if (to > from) context.fillRect(from, y + ROW_PX / 2 - 1, to - from, 2);
    from = Math.max(from, xOf(visit.end, view));
  }
}

function drawVisit(context, visit, y, view, colours, isChosen) {
  const x = xOf(visit.start, view);
  if (x > view.width + 40) return;
  if (visit.promise) {
    const [from, until] = visit.promise.map((at) => xOf(at, view));
    context.fillStyle = colours.promise;
    context.fillRect(from, y + 5, Math.max(3, until - from), 4);
  }
  const slack = xOf(Math.min(visit.latest, visit.start + 3_600_000), view);
  context.fillStyle = colours.slack;
  if (slack > x) context.fillRect(x, y + ROW_PX - 9, slack - x, 4);
  const width = Math.max(12, xOf(visit.end, view) - x);
  context.fillStyle = visit.isLate ? colours.late : colours[visit.kind];
  context.beginPath();
  if (visit.kind === "dropoff") drop(context, x, y + 12, width, ROW_PX - 24);
  else context.roundRect(x, y + 12, width, ROW_PX - 24, 3);
  context.fill();
  if (isChosen || visit.locked) {
    context.strokeStyle = colours.ink;
    context.lineWidth = isChosen ? 3 : 1.5;
    context.stroke();
  }
}

/** Drop-offs have another shape, not another colour alone. */
function drop(context, x, y, width, height) {
  context.moveTo(x, y);
  context.lineTo(x + width, y);
  context.lineTo(x + width / 2, y + height);
  context.closePath();
}

/** Ticks of the time axis as [left px, moment]. */
export function listTicks(view) {
  const begin = Math.ceil((view.now - BACK_MS) / TICK_MS) * TICK_MS;
  const ticks = [];
  for (let at = begin; xOf(at, view) < view.width - 20; at += TICK_MS) ticks.push([xOf(at, view), at]);
  return ticks;
}

/** The visit at `x`, `y` of a row. */
export function visitAt(row, x, view) {
  return row.visits.find((visit) => {
    const left = xOf(visit.start, view);
    return x >= left - 4 && x <= Math.max(left + 14, xOf(visit.end, view) + 4);
  });
}
