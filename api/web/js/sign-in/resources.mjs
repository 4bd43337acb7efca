/** What the sign-in page asks of the service. */
import { read, send } from "../shared/http.mjs";

async function sendJson(path, body, method = "POST") {
  const headers = { "Content-Type": "application/json" };
  return read(await send(path, { method, headers, body: JSON.stringify(body) }));
}

export const signIn = (name, password) => sendJson("/v1/sign-in", { name, password });
export const makeFirstAdmin = (code, name, password) =>
  sendJson("/v1/sign-in/first-admin", { code, name, password });
export const changePassword = (password, newPassword) =>
  sendJson("/v1/session/password", { password, new_password: newPassword });
export const signOut = async () => read(await send("/v1/session", { method: "DELETE" }));
