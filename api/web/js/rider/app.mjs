/** The page as a whole: what is known, what is shown, and who may change it. */
import { useCallback, useMemo, useState } from "../../vendor/preact/htm-preact.mjs";
import { Header } from "../shared/header.mjs";
import { getLanguage, setLanguage, t, textOf } from "../shared/i18n.mjs";
import { useBookings, useVehicles } from "./live.mjs";
import { MapView } from "./map-view.mjs";
import { isBookable } from "../shared/places.mjs";
import { listComing, Rides } from "./rides.mjs";
import { createIndex } from "../shared/search.mjs";
import { Shuttles } from "../shared/shuttles.mjs";
import { TabPanel, Tabs } from "../shared/tabs.mjs";
import { Trip } from "./trip.mjs";
import { focusOn, html } from "../shared/ui.mjs";
import { EMPTY_WISH } from "./wish.mjs";

const TABS = ["book", "rides", "shuttles"];

/** `known` is what the service told at the start: service, clock, zones, roads, stops. */
export function App({ known }) {
  const { service, clock, stops } = known;
  const [language, speak] = useState(getLanguage());
  const [tab, setTab] = useState("book");
  const [wish, setWish] = useState(EMPTY_WISH);
  const [said, announce] = useState("");
  const [bookings, putBooking] = useBookings();
  const vehicles = useVehicles();
  const index = useMemo(() => createIndex(stops.filter(isBookable)), [stops]);
  const coming = listComing(bookings);

  const changeWish = useCallback((part) => setWish((old) => ({ ...old, ...part })), []);
  const pick = useCallback((end, place) => {
    changeWish({ [end]: place });
    setTab("book");
  }, []);
  const changeLanguage = async (code) => {
    await setLanguage(code);
    speak(code);
  };
  const booked = (booking) => {
    putBooking(booking);
    setWish(EMPTY_WISH);
    setTab("rides");
    focusOn("rides-heading");
  };
  return html`
    <${Header} service=${service} clock=${clock} onLanguage=${changeLanguage} />
    <main class="page">
      <div class="panel">
        <${Tabs} names=${TABS} value=${tab} counts=${{ rides: coming.length }} onChange=${setTab} />
        ${service.estimated && html`
          <p class="estimated"><strong>${t("page.estimated.label")}</strong> ${textOf(service.estimated_note)}</p>`}
        <${TabPanel} name="book" value=${tab}>
          <${Trip} wish=${wish} index=${index} service=${service} clock=${clock}
            onChange=${changeWish} onBooked=${booked} announce=${announce} /><//>
        <${TabPanel} name="rides" value=${tab}>
          <${Rides} bookings=${bookings} stops=${stops} clock=${clock} announce=${announce}
            onChange=${putBooking} onBook=${() => setTab("book")} /><//>
        <${TabPanel} name="shuttles" value=${tab}>
          <${Shuttles} vehicles=${vehicles} clock=${clock} /><//>
        <p class="page-foot">${t("page.foot", { sources: service.attribution.join(", ") })}</p>
      </div>
      <${MapView} known=${known} language=${language} vehicles=${vehicles} wish=${wish}
        ride=${tab === "rides" ? coming[0] : null} onPick=${pick} />
    </main>
    <p class="sr-only" role="status">${said}</p>`;
}
