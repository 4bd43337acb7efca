/**
 * The manifest as it will be when the service has heard of what the driver did: what is shown while
 * acts are on their way. Pure functions of a manifest; the service's own answer always wins.
 */

const FIRST = 0;

/** `manifest` with all acts that are waiting done to it. `rules.wait_s` is the promised wait. */
export const withActs = (manifest, acts, rules) =>
  acts.filter((act) => !act.refusal).reduce((known, act) => (STEPS[act.kind] ?? same)(known, act, rules), manifest);

const same = (manifest) => manifest;

const STEPS = { arrive, board, alight, complete: without, "no-show": miss, contact, "walk-up": walkUp };

function arrive(manifest, act, rules) {
  const at = manifest.visits.findIndex((visit) => visit.visit_id === act.visitId);
  if (at < 0 || manifest.standing) return manifest;
  const [first] = manifest.visits.slice(at, at + 1);
  const rest = manifest.visits.filter((visit) => visit !== first);
  const isHere = isTogether(first);
  const n = rest.findIndex((visit) => !isHere(visit));
  const nHere = n < 0 ? rest.length : n;
  const visits = [first, ...rest].map((visit, index) =>
    (index <= nHere ? stood(visit, act.body.at, rules.wait_s) : { ...visit, under_way: false }));
  return { ...manifest, standing: true, visits };
}

const isTogether = (first) => (visit) => visit.stop.stop_id === first.stop.stop_id;

function stood(visit, at, waitS) {
  if (visit.kind !== "pickup") return { ...visit, under_way: true };
  const from = Math.max(Date.parse(at), Date.parse(visit.window.earliest_at)) + waitS * 1000;
  const until = Math.max(from, Date.parse(visit.window.latest_at));
  const text = (ms) => new Date(ms).toISOString();
  return { ...visit, under_way: true, booking_state: "arrived", no_show_from: text(from), waits_until: text(until) };
}

function board(manifest, act) {
  const visit = manifest.visits.find((each) => each.visit_id === act.visitId);
  if (!visit) return manifest;
  const party = act.body.party ?? visit.party;
  const visits = manifest.visits.map((each) =>
    (each.booking_id === visit.booking_id ? { ...each, party: { ...each.party, ...party } } : each));
  return without({ ...manifest, visits, on_board: carried(manifest.on_board, party, 1) }, act);
}

function alight(manifest, act) {
  const visit = manifest.visits.find((each) => each.visit_id === act.visitId);
  if (!visit) return manifest;
  return without({ ...manifest, on_board: carried(manifest.on_board, visit.party, -1) }, act);
}

function carried(onBoard, party, sign) {
  const wheelchairs = party.wheelchairs ?? 0;
  return {
    seats: onBoard.seats + sign * (party.passengers - wheelchairs),
    wheelchairs: onBoard.wheelchairs + sign * wheelchairs,
  };
}

function without(manifest, act) {
  return goOn(manifest, manifest.visits.filter((visit) => visit.visit_id !== act.visitId));
}

function miss(manifest, act) {
  const missed = manifest.visits.find((visit) => visit.visit_id === act.visitId);
  if (!missed) return manifest;
  return goOn(manifest, manifest.visits.filter((visit) => visit.booking_id !== missed.booking_id));
}

/** Stands as long as something is left to be done here, then is on its way to the next visit. */
function goOn(manifest, visits) {
  const isHere = manifest.standing && visits[FIRST]?.under_way;
  if (isHere || !visits.length) return { ...manifest, visits, standing: Boolean(isHere) };
  return { ...manifest, standing: false, visits: visits.map((visit, n) => ({ ...visit, under_way: n === FIRST })) };
}

function contact(manifest, act) {
  const visits = manifest.visits.map((visit) =>
    (visit.visit_id === act.visitId ? { ...visit, contacted: true } : visit));
  return { ...manifest, visits };
}

function walkUp(manifest, act) {
  return { ...manifest, on_board: carried(manifest.on_board, act.body.party, 1) };
}

/** Visits that have to be dealt with where the shuttle stands. */
export const listHere = (manifest) =>
  (manifest.standing ? manifest.visits.filter((visit) => visit.under_way) : []);

/** The visit to go to, or undefined: the vehicle stands, or has nowhere to go but to a break later on. */
export function findNext({ standing, visits: [first] }) {
  const isLater = first?.kind === "break" && !first.under_way;
  return standing || isLater ? undefined : first;
}

/** What is to be done after that. */
export const listLater = (manifest) =>
  manifest.visits.slice(manifest.standing ? listHere(manifest).length : Number(Boolean(findNext(manifest))));

/**
 * What is new in a manifest for its driver: `{kind: "added" | "removed" | "next", visit}`.
 * `mine` are ids of visits that the driver has dealt with.
 */
export function listChanges(before, after, mine) {
  const known = new Set(before.visits.map((visit) => visit.visit_id));
  const now = new Set(after.visits.map((visit) => visit.visit_id));
  const isMine = (visit) => mine.has(visit.visit_id) || mine.has(visit.booking_id);
  const pickups = (visit) => visit.kind !== "dropoff";
  const added = after.visits.filter((v) => pickups(v) && !known.has(v.visit_id) && !isMine(v));
  const removed = before.visits.filter((v) => pickups(v) && !now.has(v.visit_id) && !isMine(v));
  const changes = [
    ...added.map((visit) => ({ kind: "added", visit })), ...removed.map((visit) => ({ kind: "removed", visit })),
  ];
  const [first, next] = [before, after].map((manifest) => findNext(manifest));
  const isTurned = first && next && first.visit_id !== next.visit_id && now.has(first.visit_id);
  return isTurned ? [...changes, { kind: "next", visit: next }] : changes;
}
