/** Start of the sign-in page: how one can come in here, and who is in already. */
import { render } from "../../vendor/preact/htm-preact.mjs";
import { getPublic } from "../shared/http.mjs";
import { startWords, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { findSession } from "../shared/staff.mjs";
import { html } from "../shared/ui.mjs";
import { App } from "./app.mjs";

const root = document.getElementById("app");

async function start() {
  root.replaceChildren();
  render(html`<main class="boot"><p role="status">${t("page.loading")}</p></main>`, root);
  try {
    const [ways, session] = await Promise.all([getPublic("/v1/sign-in"), findSession()]);
    render(html`<${App} ways=${ways} known=${session} />`, root);
  } catch (error) {
    render(html`
      <main class="boot"><h1>${t("page.load-failed")}</h1><p role="alert">${explain(error).next}</p>
        <button type="button" class="primary" onClick=${start}>${t("page.retry")}</button></main>`, root);
  }
}

await startWords("sign-in", ["ko", "en"]);
start();
