/** The room as a whole: what is chosen, what is being done, and the ways of the keyboard. */
import { useCallback, useMemo, useState } from "../../vendor/preact/htm-preact.mjs";
import { getLanguage, setLanguage, t, textOf } from "../shared/i18n.mjs";
import { isBookable } from "../shared/places.mjs";
import { createIndex } from "../shared/search.mjs";
import { TabPanel, Tabs } from "../shared/tabs.mjs";
import { focusOn, html } from "../shared/ui.mjs";
import { Alerts } from "./alerts.mjs";
import { Bookings } from "./bookings.mjs";
import { useDesk } from "./desk.mjs";
import { Detail } from "./detail.mjs";
import { Help, useShortcuts } from "./help.mjs";
import { AuditTrail } from "./log.mjs";
import { MapView } from "./map-view.mjs";
import { Measures } from "./measures.mjs";
import { EMPTY_CALL, Phone } from "./phone.mjs";
import { Preview } from "./preview.mjs";
import { Roster } from "./roster.mjs";
import { Rules } from "./rules.mjs";
import { TimelineView } from "./timeline-view.mjs";
import { TopBar } from "./top-bar.mjs";

const TABS = ["bookings", "phone", "measures", "roster", "rules", "log"];

/** `known` is what the service told at the start; `desk` what goes on. */
export function App({ known, desk, session }) {
  useDesk(desk);
  const { service, clock, stops } = known;
  const [language, speak] = useState(getLanguage());
  const [tab, setTab] = useState("bookings");
  const [chosen, choose] = useState(null); // {vehicle} or {booking}
  const [asked, ask] = useState(null); // an act that is previewed
  const [isHelping, help] = useState(false);
  const [drawing, draw] = useState(null); // corners of a closure in the making, or null
  const [call, setCall] = useState(EMPTY_CALL);
  const [said, announce] = useState("");
  const index = useMemo(() => createIndex(stops.filter(isBookable)), [stops]);
  const mayAct = session.role !== "planner";
  const changeLanguage = async (code) => {
    await setLanguage(code);
    speak(code);
  };
  const changeCall = useCallback((part) => setCall((old) => ({ ...old, ...part })), []);
  const pick = useCallback((end, place) => {
    changeCall({ [end]: place });
    setTab("phone");
  }, []);
  const show = useCallback((what) => choose(what), []);
  const goTo = (name) => {
    setTab(name);
    focusOn(`tab-${name}`);
  };
  useShortcuts({ TABS, goTo, help: () => help(true), leave: () => (drawing ? draw(null) : choose(null)) });
  const offerAgain = ({ origin, destination, party }) => {
    changeCall({ from: { stop: origin.stop }, to: { stop: destination.stop }, ...party, time: "" });
    goTo("phone");
  };
  const room = { known, desk, clock, index, language, mayAct, announce, ask, show, chosen, offerAgain };

  return html`
    <${TopBar} service=${service} clock=${clock} desk=${desk} session=${session}
      onLanguage=${changeLanguage} onHelp=${() => help(true)} />
    <main class="room">
      <h1 class="sr-only">${t("page.title")}</h1>
      <section class="room-alerts" aria-labelledby="alerts-heading">
        <${Alerts} ...${room} /></section>
      <section class="room-map" aria-label=${t("map.label")}>
        <${MapView} ...${room} drawing=${drawing} onDraw=${draw} onPick=${pick} /></section>
      <section class="room-time" aria-labelledby="timeline-heading">
        <${TimelineView} ...${room} /></section>
      <section class="room-work" aria-label=${t("work.label")}>
        ${service.estimated && html`
          <p class="estimated"><strong>${t("page.estimated.label")}</strong> ${textOf(service.estimated_note)}</p>`}
        ${chosen && html`<${Detail} ...${room} onClose=${() => choose(null)} />`}
        <${Tabs} names=${TABS} value=${tab} counts=${{}} onChange=${setTab} />
        <${TabPanel} name="bookings" value=${tab}><${Bookings} ...${room} /><//>
        <${TabPanel} name="phone" value=${tab}>
          <${Phone} ...${room} call=${call} onChange=${changeCall} onClear=${() => setCall(EMPTY_CALL)} /><//>
        <${TabPanel} name="measures" value=${tab}>
          <${Measures} ...${room} drawing=${drawing} onDraw=${draw} /><//>
        <${TabPanel} name="roster" value=${tab}><${Roster} ...${room} isShown=${tab === "roster"} /><//>
        <${TabPanel} name="rules" value=${tab}><${Rules} ...${room} isShown=${tab === "rules"} /><//>
        <${TabPanel} name="log" value=${tab}><${AuditTrail} ...${room} isShown=${tab === "log"} /><//>
      </section>
    </main>
    ${asked && html`<${Preview} ...${room} act=${asked} onEnd=${() => ask(null)} />`}
    ${isHelping && html`<${Help} onEnd=${() => help(false)} />`}
    <p class="sr-only" role="status">${said}</p>`;
}
