/** The page as a whole: what is known, what is shown, and who may change it. */
import { useCallback, useEffect, useMemo, useState } from "../../vendor/preact/htm-preact.mjs";
import { Header } from "../shared/header.mjs";
import { getLanguage, setLanguage, t, textOf } from "../shared/i18n.mjs";
import { createIndex } from "../shared/search.mjs";
import { Shuttles } from "../shared/shuttles.mjs";
import { TabPanel, Tabs } from "../shared/tabs.mjs";
import { focusOn, html } from "../shared/ui.mjs";
import { StopBoard } from "./board.mjs";
import { setEasy, wantsEasy } from "./easy.mjs";
import { useBookings, usePassengers, useRecurring, useVehicles } from "./live.mjs";
import { MapView } from "./map-view.mjs";
import { followLanguage, Notify } from "./notify.mjs";
import { People } from "./people.mjs";
import { Recurring } from "./recurring.mjs";
import { listComing, Rides } from "./rides.mjs";
import { Trip } from "./trip.mjs";
import { newWish } from "./wish.mjs";

const TABS = ["book", "rides", "shuttles"];
const CARER_TABS = ["book", "rides", "people", "shuttles"];

/**
 * `known` is what the service told at the start: service, clock, zones, roads, stops, districts; the
 * stop that the address names, or its unknown id; and whether a representative has signed in.
 */
export function App({ known: told }) {
  const { service, clock, stops, districts, here, isCarer } = told;
  const [language, speak] = useState(getLanguage());
  const [tab, setTab] = useState(firstTab);
  const [isEasy, beEasy] = useState(wantsEasy());
  const [wish, setWish] = useState(() => ({ ...newWish(), from: here ? { stop: here } : null }));
  const [amended, amend] = useState(null);
  const [said, announce] = useState("");
  const [bookings, put, isFresh, reread] = useBookings(isCarer);
  const [recurring, rereadRecurring] = useRecurring();
  const [people, rereadPeople] = usePassengers(isCarer);
  const vehicles = useVehicles();
  const index = useMemo(() => createIndex(findable(stops), districts), [stops]);
  const coming = listComing(bookings);
  const passengers = isCarer ? people : null;
  const known = { ...told, passengers };

  useEffect(() => setEasy(isEasy), [isEasy]);
  const changeWish = useCallback((part) => setWish((old) => ({ ...old, ...part })), []);
  const begin = (asked = newWish(), changed = null) => {
    setWish(asked);
    amend(changed);
    setTab("book");
    focusOn(isEasy ? "easy-heading" : "form-heading");
  };
  const pick = useCallback((end, place) => {
    changeWish({ [end]: place });
    setTab("book");
  }, []);
  const changeLanguage = async (code) => {
    await setLanguage(code);
    speak(code);
    followLanguage();
  };
  const show = (name, heading) => {
    setTab(name);
    focusOn(heading);
  };
  const booked = (booking) => {
    put(booking);
    setWish(newWish());
    amend(null);
    show("rides", "rides-heading");
  };
  const acts = {
    put, reread, begin: () => begin(), ask: (asked) => begin(asked), amend: (booking, asked) => begin(asked, booking),
    planned: () => rereadRecurring().then(() => show("rides", "recurring-heading")),
  };
  return html`
    <${Header} service=${service} clock=${clock} onLanguage=${changeLanguage}>
      <button type="button" class="easy-switch" aria-pressed=${isEasy ? "true" : "false"} onClick=${() => beEasy(!isEasy)}>
        ${t("easy.switch")}</button><//>
    <main class="page">
      <div class="panel">
        <${Tabs} names=${isCarer ? CARER_TABS : TABS} value=${tab} counts=${{ rides: coming.length }} onChange=${setTab} />
        ${service.estimated && html`
          <p class="estimated"><strong>${t("page.estimated.label")}</strong> ${textOf(service.estimated_note)}</p>`}
        <${TabPanel} name="book" value=${tab}>
          ${told.unknownStop && html`<p class="notice" role="alert">${t("board.no-such-stop")}</p>`}
          ${here && html`<${StopBoard} stop=${here} vehicles=${vehicles} clock=${clock}
            onCall=${() => { changeWish({ from: { stop: here } }); focusOn("place-to"); }} />`}
          <${Trip} wish=${wish} index=${index} known=${known} isEasy=${isEasy} amended=${amended} passengers=${passengers}
            onChange=${changeWish} onBooked=${booked} onKeep=${() => { amend(null); show("rides", "rides-heading"); }} announce=${announce} /><//>
        <${TabPanel} name="rides" value=${tab}>
          <${Rides} bookings=${bookings} known=${known} acts=${acts} isFresh=${isFresh} isCarer=${isCarer} announce=${announce} />
          <${Recurring} trips=${recurring} passengers=${passengers} onChange=${rereadRecurring} />
          <${Notify} /><//>
        ${isCarer && html`<${TabPanel} name="people" value=${tab}>
          <${People} passengers=${people} onChange=${rereadPeople} onBook=${(person) => begin({ ...newWish(), passenger: person,
            wheelchairs: +person.wheelchair, seniors: +person.senior })} /><//>`}
        <${TabPanel} name="shuttles" value=${tab}>
          <${Shuttles} vehicles=${vehicles} clock=${clock} /><//>
        <p class="page-foot">${t("page.foot", { sources: service.attribution.join(", ") })}</p>
      </div>
      <${MapView} known=${told} language=${language} vehicles=${vehicles} wish=${wish}
        ride=${tab === "rides" ? coming[0] : null} onPick=${pick} />
    </main>
    <p class="sr-only" role="status">${said}</p>`;
}

/** The view that the address asks for, as a note does that was tapped. */
const firstTab = () => (new URLSearchParams(location.search).get("tab") === "rides" ? "rides" : "book");

/** Stops to be found by name: a bus stop beside a shuttle stop of the same name says nothing new. */
function findable(stops) {
  const names = new Set(stops.filter(({ kind }) => kind === "virtual").map(({ name }) => name.ko));
  return stops.filter((stop) => stop.kind === "virtual" || (stop.zone_id && !names.has(stop.name.ko)));
}
