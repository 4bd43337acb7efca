/** The map as a part of the page; it draws what the page knows. */
import { useEffect, useRef } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { CityMap } from "../shared/map.mjs";
import { placePosition } from "../shared/places.mjs";
import { html } from "../shared/ui.mjs";

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
  const from = ride ? ride.origin.stop.position : placePosition(wish.from);
  const to = ride ? ride.destination.stop.position : placePosition(wish.to);
  useEffect(() => city.current.showTrip({ from, to }), [String(from), String(to)]);
  return html`
    <section class="map" aria-label=${t("map.label")}>
      <div class="map-canvas" ref=${container}></div>
      <ul class="legend" aria-hidden="true">
        ${["stop", "bus", "shuttle"].map((kind) => html`
          <li key=${kind} class="legend-${kind}">${t(`map.legend.${kind}`)}</li>`)}
      </ul>
    </section>`;
}
