/** Requests to the service: who we are, what went wrong, and what is safe to repeat. */
import { getLanguage } from "./i18n.mjs";

const STORED_TOKEN = "sokcho.device-token";
const ATTEMPTS = 3;
const PAUSE_MS = 700;
/** What was said longer ago than this was kept; less is a clock that is not quite right. */
const KEPT_MS = 60_000;

/** The service's refusal, as RFC 9457 tells it in the page's language. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title);
    Object.assign(this, { status, body, title: body.title, detail: body.detail });
    this.type = body.code ?? "unexpected";
  }
}

/** The service did not answer at all. */
export class Unreachable extends Error {
  type = "unreachable";
}

/** A fresh Idempotency-Key; `crypto.randomUUID` is missing on plain http origins. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let asking; // one question for a token, however many requests wait for it

async function getToken() {
  const stored = localStorage.getItem(STORED_TOKEN);
  if (stored) return stored;
  asking ??= askForToken().finally(() => (asking = undefined));
  return asking;
}

async function askForToken() {
  const response = await send("/v1/device-tokens", {
    method: "POST", headers: { "Idempotency-Key": newKey() },
  });
  const { token } = await read(response);
  localStorage.setItem(STORED_TOKEN, token);
  return token;
}

/** Be from now on the rider of another token, as of a phone number. */
export function becomeRider(token) {
  localStorage.setItem(STORED_TOKEN, token);
}

let bySession = false;

/** Be from now on who has signed in here: the browser sends the session's cookie by itself. */
export function useSession() {
  bySession = true;
}

/** Headers of a request made as this device's rider. */
async function riderHeaders() {
  if (bySession) return {};
  return { Authorization: `Bearer ${await getToken()}` };
}

/** Response to a request in the page's language; throws `Unreachable` where there is none. */
export async function send(path, init = {}) {
  const headers = { "Accept-Language": getLanguage(), ...init.headers };
  try {
    return await fetch(path, { ...init, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
}

/** Body of an answer; throws its `Problem` where it is a refusal. */
export async function read(response) {
  const body = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

/** What anybody may read. */
export async function getPublic(path) {
  return read(await send(path));
}

/** The same, and how long ago it was said: without a connection what was kept comes instead. */
export async function getAged(path) {
  const response = await send(path);
  const said = Date.parse(response.headers.get("Date") ?? "");
  const ageMs = Date.now() - said;
  return { body: await read(response), ageMs: ageMs > KEPT_MS ? ageMs : 0 };
}

/** What anybody may ask for in a body, because a place is in it. */
export async function postPublic(path, body) {
  const headers = { "Content-Type": "application/json" };
  return read(await send(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Response to a request made as this rider; an expired token is replaced once. */
export async function sendAsRider(path, init = {}) {
  const sendOnce = async () =>
    send(path, { ...init, headers: { ...init.headers, ...(await riderHeaders()) } });
  const response = await sendOnce();
  if (response.status !== 401 || bySession) return response;
  localStorage.removeItem(STORED_TOKEN);
  return sendOnce();
}

/** What this rider may read. */
export async function getAsRider(path) {
  return read(await sendAsRider(path));
}

/** Do something once: the same `key` may be sent again without doing it twice. */
export async function postAsRider(path, body, key = newKey()) {
  const init = {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  };
  return repeat(async () => read(await sendAsRider(path, init)));
}

/** Put or delete something; a repeat does no harm. */
export async function changeAsRider(method, path, body) {
  const init = { method };
  if (body !== undefined) {
    Object.assign(init, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  }
  return repeat(async () => read(await sendAsRider(path, init)));
}

/** Do what is safe to repeat, again where the service was not there. */
export async function repeat(act) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error;
      await sleep(PAUSE_MS * attempt);
    }
  }
}

const isTransient = (error) => error instanceof Unreachable || error.status === 503;
