/** Requests of staff: who they are is in the session's cookie, which no script reads. */
import { newKey, read, repeat, send } from "./http.mjs";

const SIGN_IN = "/sign-in";

/** Who is signed in as `{role, vehicle_id, ...}`, or null. */
export async function findSession() {
  const response = await send("/v1/session");
  return response.status === 401 ? null : read(response);
}

/** Go and sign in, and come back to this page. */
export const goSignIn = () => location.assign(`${SIGN_IN}?page=${encodeURIComponent(location.pathname)}`);

/** What this member of staff may read. */
export const getAsStaff = async (path) => read(await send(path));

/** Ask something that changes nothing; answers `{body, etag}`. */
export async function askAsStaff(path, body = {}) {
  const response = await send(path, post(body));
  return { body: await read(response), etag: response.headers.get("ETag") };
}

/** Do something once, and with `etag` only if that still holds. */
export async function postAsStaff(path, body = {}, { etag, key = newKey() } = {}) {
  const headers = { "Idempotency-Key": key, ...(etag && { "If-Match": etag }) };
  return repeat(async () => read(await send(path, post(body, headers))));
}

/** Response of a stream, for `follow`. */
export const openAsStaff = (path) => (headers, signal) => send(path, { headers, signal });

const post = (body, headers = {}) => ({
  method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers },
});
