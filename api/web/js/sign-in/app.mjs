/** The sign-in page: come in by name and password or by the provider, or go out again. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { getLanguage, listLanguages, setLanguage, t } from "../shared/i18n.mjs";
import { html } from "../shared/ui.mjs";
import { Form, TextField } from "./form.mjs";
import { changePassword, makeFirstAdmin, signIn, signOut } from "./resources.mjs";
import { homeOf, refusedWith, wantedPage } from "./where.mjs";

const MIN_PASSWORD = 10;

/** `ways` is what the service offers, `known` who is signed in already, or null. */
export function App({ ways, known }) {
  const [session, setSession] = useState(known);
  const [language, speak] = useState(getLanguage());
  const change = async (code) => {
    await setLanguage(code);
    speak(code);
  };
  const enter = (found) => location.assign(homeOf(found.role));
  return html`
    <header key=${language}>
      <div class="brand"><img src="/icon.svg" alt="" width="40" height="40" />
        <h1>${t("page.brand")} <small>${t("page.tagline")}</small></h1></div>
      <nav class="languages" aria-label=${t("page.language")}>
        ${listLanguages().map(([code, name]) => html`
          <button key=${code} type="button" lang=${code} aria-pressed=${code === language ? "true" : "false"}
            onClick=${() => change(code)}>${name}</button>`)}
      </nav>
    </header>
    <main class="sign-in">
      ${session
        ? html`<${Inside} session=${session} onOut=${() => setSession(null)} />`
        : html`<${Outside} ways=${ways} onIn=${enter} />`}
    </main>`;
}

function Outside({ ways, onIn }) {
  return html`
    ${refusedWith() && html`<p class="notice" role="alert">${refusal(refusedWith())}</p>`}
    ${ways.needs_first_admin && html`<${FirstAdmin} onIn=${onIn} />`}
    <${ByPassword} onIn=${onIn} />
    ${ways.provider && html`
      <section class="card"><h2>${t("provider.heading")}</h2>
        <a class="button quiet wide" href=${`/v1/sign-in/provider?page=${encodeURIComponent(wantedPage())}`}>
          ${t("provider.go")}</a></section>`}
    ${ways.demo_accounts.length > 0 && html`<${Demo} accounts=${ways.demo_accounts} onIn=${onIn} />`}
    <p class="note"><a href="/">${t("rider.link")}</a></p>`;
}

function refusal(code) {
  const known = ["no-role", "provider-unavailable"];
  return t(`refused.${known.includes(code) ? code : "failed"}`);
}

function ByPassword({ onIn }) {
  const act = async ({ name, password }) => onIn(await signIn(name, password));
  return html`
    <section class="card"><h2>${t("form.heading")}</h2>
      <${Form} name="sign-in" submit=${t("form.submit")} act=${act}>
        <${TextField} name="name" label=${t("form.name")} autocomplete="username" />
        <${TextField} name="password" type="password" label=${t("form.password")} autocomplete="current-password" />
      <//>
      <p class="note">${t("form.help")}</p></section>`;
}

function FirstAdmin({ onIn }) {
  const act = async ({ code, name, password }) => onIn(await makeFirstAdmin(code, name, password));
  return html`
    <section class="card first"><h2>${t("first.heading")}</h2><p>${t("first.text")}</p>
      <${Form} name="first-admin" submit=${t("first.submit")} act=${act}>
        <${TextField} name="code" label=${t("first.code")} autocomplete="one-time-code" />
        <${TextField} name="name" label=${t("form.name")} autocomplete="username" />
        <${TextField} name="password" type="password" label=${t("first.password")} minlength=${MIN_PASSWORD}
          autocomplete="new-password" hint=${t("password.hint")} />
      <//></section>`;
}

function Demo({ accounts, onIn }) {
  const [error, setError] = useState("");
  const come = (account) => signIn(account.name, account.password)
    .then(onIn, (problem) => setError(problem.message || t("problem.unreachable.next")));
  return html`
    <section class="card demo-accounts"><h2><strong class="badge">${t("demo.badge")}</strong> ${t("demo.heading")}</h2>
      <p>${t("demo.text", { password: accounts[0].password })}</p>
      <ul>${accounts.map((account) => html`
        <li key=${account.name}><button type="button" class="quiet wide" onClick=${() => come(account)}>
          <span>${t(`role.${account.role}`)} ${account.vehicle_id}</span> <code>${account.name}</code></button></li>`)}
      </ul>
      <p class="error" role="alert">${error}</p></section>`;
}

function Inside({ session, onOut }) {
  const [changed, setChanged] = useState(false);
  const leave = () => signOut().then(onOut, onOut);
  const act = async ({ password, next }) => {
    await changePassword(password, next);
    setChanged(true);
  };
  return html`
    <section class="card"><h2>${t("inside.heading")}</h2>
      <p>${session.name} · ${t(`role.${session.role}`)} ${session.vehicle_id}</p>
      <div class="actions"><a class="button primary" href=${homeOf(session.role)}>${t("inside.go")}</a>
        <button type="button" class="quiet" onClick=${leave}>${t("inside.out")}</button></div></section>
    ${session.name && html`
      <section class="card"><h2>${t("password.heading")}</h2>
        <${Form} name="password-change" submit=${t("password.submit")} act=${act}>
          <${TextField} name="password" type="password" label=${t("password.old")} autocomplete="current-password" />
          <${TextField} name="next" type="password" label=${t("password.new")} minlength=${MIN_PASSWORD}
            autocomplete="new-password" hint=${t("password.hint")} />
        <//>
        <p role="status">${changed && t("password.changed")}</p></section>`}`;
}
