/** The map as a part of the page; it draws what the page knows. */
import { useEffect, useRef } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { CityMap } from "../shared/map.mjs";
import { placePosition } from "../shared/places.mjs";
import { html } from "../shared/ui.mjs";
import { placesOf } from "./recent.mjs";

/** Map of `known`; `ride` is the booking to show, else the `wish` as far as it is filled in. */
export function MapView({ known, language, vehicles, wish, ride, onPick }) {
  const container = useRef();
  const city = useRef();
  useEffect(() => {
    city.current = new CityMap(container.current, { onPick });
  }, []);
  useEffect(() => city.current.draw(known), [known, language]);
  useEffect(() => {
    city.current.vehicles.update(vehicles, (at) => known.clock.time(at), ride?.vehicle_id);
  }, [vehicles, language, ride?.vehicle_id]);
  const trip = ride ? shownOf(ride) : { from: placePosition(wish.from), to: placePosition(wish.to), walks: [] };
  useEffect(() => city.current.showTrip(trip), [String(trip.from), String(trip.to), String(trip.walks)]);
  return html`
    <section class="map" aria-label=${t("map.label")}>
      <div class="map-canvas" ref=${container}></div>
      <ul class="legend" aria-hidden="true">
        ${["stop", "bus", "shuttle"].map((kind) => html`
          <li key=${kind} class="legend-${kind}">${t(`map.legend.${kind}`)}</li>`)}
      </ul>
    </section>`;
}

/** The stops of a ride, and the walks to and from them where this device knows the rider's places. */
function shownOf(ride) {
  const from = ride.origin.stop.position, to = ride.destination.stop.position;
  const places = placesOf(ride);
  const walks = [[placePosition(places?.from), from], [to, placePosition(places?.to)]]
    .filter(([begin, end]) => begin && end && String(begin) !== String(end));
  return { from, to, walks };
}
