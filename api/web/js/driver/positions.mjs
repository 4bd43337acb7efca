/** Where the shuttle is: watched on the device, told in batches, kept while there is no connection. */

const SEND_MS = 5000;
const MAX_KEPT = 200;
const LEAST_MOVED = 0.00005; // degrees, some five metres
const SILENT_MS = 30_000;
const FULL_CIRCLE = 360;

/** Watch and report; returns a function that stops. `now` is the service's clock in ms. */
export function reportPositions({ post, now, onState }) {
  if (!navigator.geolocation) {
    onState("missing");
    return () => {};
  }
  let kept = [];
  const take = (found) => {
    onState("ok");
    const report = reportOf(found, now());
    if (isNews(kept.at(-1), report)) kept = [...kept, report].slice(-MAX_KEPT);
  };
  const watch = navigator.geolocation.watchPosition(
    take, (error) => onState(error.code === error.PERMISSION_DENIED ? "denied" : "missing"),
    { enableHighAccuracy: true, maximumAge: 2000 },
  );
  const timer = setInterval(async () => {
    const batch = kept;
    if (!batch.length) return;
    const isSent = await post({ positions: batch }).then(() => true, () => false);
    if (isSent) kept = kept.filter((report) => !batch.includes(report));
  }, SEND_MS);
  return () => {
    clearInterval(timer);
    navigator.geolocation.clearWatch(watch);
  };
}

function reportOf({ coords }, now) {
  const heading = Number.isFinite(coords.heading) ? { heading: coords.heading % FULL_CIRCLE } : {};
  return { at: new Date(now).toISOString(), position: [coords.longitude, coords.latitude], ...heading };
}

function isNews(last, report) {
  if (!last) return true;
  const moved = report.position.some((value, axis) => Math.abs(value - last.position[axis]) > LEAST_MOVED);
  return moved || Date.parse(report.at) - Date.parse(last.at) > SILENT_MS;
}
