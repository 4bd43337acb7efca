/** The driver's page: one thing to do now, large; what comes after; trouble always within reach. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { getLanguage, setLanguage, t } from "../shared/i18n.mjs";
import { read, send } from "../shared/http.mjs";
import { goSignIn } from "../shared/staff.mjs";
import { focusOn, html } from "../shared/ui.mjs";
import { AtStop } from "./door.mjs";
import { Help } from "./help.mjs";
import { Menu } from "./menu.mjs";
import { chooseApp, chosenApp } from "./navigation.mjs";
import { NextVisit, useNow } from "./next.mjs";
import { Changes, LinkState, Refusals } from "./notes.mjs";
import { findNext, listHere, listLater } from "./projection.mjs";
import { WalkUp } from "./walk-up.mjs";
import { partyText, stopName } from "./words.mjs";

/** `cab` holds what is known and done; the page shows it. */
export function App({ cab }) {
  const [, redraw] = useState(0);
  const [, speak] = useState(getLanguage());
  const [open, setOpen] = useState("");
  const [said, announce] = useState("");
  const [app, setApp] = useState(chosenApp());
  useEffect(() => cab.subscribe(() => redraw((n) => n + 1)), [cab]);
  const close = () => setOpen("");
  const take = (destination, party) => {
    close();
    announce(t("said.boarded", { who: partyText(party) }));
    return cab.takeAlong(destination, party);
  };
  const report = (kind) => {
    close();
    announce(t(kind === "sos" ? "said.sos" : "said.reported"));
    return cab.report(kind);
  };
  return html`
    <${TopBar} cab=${cab} onMenu=${() => setOpen("menu")} />
    <main class="driver">
      <h1 class="sr-only">${t("page.title")}</h1>
      <${Warnings} cab=${cab} />
      <${Refusals} acts=${cab.refused} clock=${cab.clock} onRead=${cab.dismissRefusal} />
      <${Changes} changes=${cab.changes} clock=${cab.clock} onRead=${cab.dismissChanges} />
      ${cab.shown ? html`<${Now} cab=${cab} app=${app} announce=${announce} />` : html`<p class="boot" role="status">${t("page.loading")}</p>`}
      ${cab.shown && html`<${Later} visits=${listLater(cab.shown)} clock=${cab.clock} />`}
    </main>
    <nav class="bottom" aria-label=${t("bottom.label")}>
      <button type="button" onClick=${() => setOpen("walk-up")}>${t("bottom.walk-up")}</button>
      <button type="button" onClick=${() => setOpen("incident")}>${t("bottom.incident")}</button>
      <button type="button" class="sos" onClick=${() => setOpen("sos")}>SOS</button>
    </nav>
    ${open === "walk-up" && html`<${WalkUp} stops=${cab.stops} maxParty=${cab.service.rules.max_party} onTake=${take} onClose=${close} />`}
    ${(open === "sos" || open === "incident") && html`
      <${Help} isSos=${open === "sos"} isOnline=${cab.link === "ok"} onReport=${report} onClose=${close} />`}
    ${open === "menu" && html`
      <${Menu} session=${cab.session} app=${app} onClose=${close} onSignOut=${() => leave(cab)}
        onApp=${(name) => { chooseApp(name); setApp(name); }}
        onLanguage=${async (code) => { await setLanguage(code); speak(code); }} />`}
    <p class="sr-only" role="status">${said}</p>`;
}

async function leave(cab) {
  if (cab.waiting.length && !confirm(t("menu.sign-out.waiting", { n: cab.waiting.length }))) return;
  await send("/v1/session", { method: "DELETE" }).then(read).catch(() => {});
  goSignIn();
}

function TopBar({ cab, onMenu }) {
  const now = useNow(cab.clock);
  return html`
    <header class="top"><p class="vehicle">${cab.vehicleId}</p>
      <p class="clock"><span class="sr-only">${t("clock.label")} </span><time>${cab.clock.time(now)}</time>
        ${cab.service.demo && html` <strong class="demo">${t("clock.demo")}</strong>`}</p>
      <${LinkState} link=${cab.link} waiting=${cab.waiting.length} />
      <button type="button" class="menu" aria-label=${t("menu.heading")} onClick=${onMenu}><span aria-hidden="true">☰</span></button>
    </header>`;
}

function Warnings({ cab }) {
  return html`
    ${cab.link === "signed-out" && html`<section class="refusal" role="alert"><p>${t("link.signed-out.text")}</p>
      <button type="button" class="primary" onClick=${goSignIn}>${t("menu.sign-in")}</button></section>`}
    ${cab.place === "denied" && html`<p class="notice" role="status">${t("place.denied")}</p>`}`;
}

function Now({ cab, app, announce }) {
  const manifest = cab.shown;
  const here = listHere(manifest);
  const next = findNext(manifest);
  if (manifest.duty !== "on_duty") return html`<section class="idle"><h2>${t(`duty.${manifest.duty}`)}</h2></section>`;
  if (here.length) return html`<${AtStop} visits=${here} cab=${cab} announce=${announce} />`;
  if (!next) return html`<section class="idle"><h2>${t("idle.heading")}</h2><p>${t("idle.text")}</p>
    <p>${t("idle.shift", { time: cab.clock.time(manifest.shift.latest_at) })}</p></section>`;
  const together = manifest.visits.filter((visit, n, all) =>
    all.slice(0, n + 1).every((each) => each.stop.stop_id === next.stop.stop_id));
  const arrive = () => {
    cab.actAt(next, "arrive");
    announce(t("said.arrived", { stop: stopName(next) }));
    focusOn("here-stop");
  };
  return html`<${NextVisit} visit=${next} parties=${together} clock=${cab.clock} app=${app} onArrive=${arrive} />
    <p class="on-board">${t("board.now", { seats: manifest.on_board.seats, wheelchairs: manifest.on_board.wheelchairs })}</p>`;
}

function Later({ visits, clock }) {
  if (!visits.length) return null;
  return html`
    <section class="later" aria-labelledby="later-heading"><h2 id="later-heading">${t("later.heading")}</h2>
      <ol>${visits.map((visit) => html`
        <li key=${visit.visit_id}><time>${clock.time(visit.starts_at)}</time>
          <span class="what ${visit.kind}">${t(`later.${visit.kind}`)}</span>
          <span class="where">${stopName(visit)}</span>
          <span class="who">${partyText(visit.party)}</span></li>`)}</ol></section>`;
}
