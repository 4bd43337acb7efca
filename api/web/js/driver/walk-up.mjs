/** Somebody at the door without a booking: where to, how many, in one step. */
import { useEffect, useMemo, useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { PlaceField } from "../shared/combobox.mjs";
import { t } from "../shared/i18n.mjs";
import { createIndex } from "../shared/search.mjs";
import { html, Stepper } from "../shared/ui.mjs";
import { fitting } from "./door.mjs";

const NOBODY = { passengers: 1, wheelchairs: 0, seniors: 0, children: 0 };
const KINDS = ["wheelchairs", "seniors", "children"];

export function WalkUp({ stops, maxParty, onTake, onClose }) {
  const dialog = useRef();
  const index = useMemo(() => createIndex(stops), [stops]);
  const [place, setPlace] = useState(null);
  const [party, setParty] = useState(NOBODY);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  const change = (kind) => (n) => setParty((old) => fitting({ ...old, [kind]: n }));
  const take = (event) => {
    event.preventDefault();
    if (!place?.stop) return setProblem(t("place.missing"));
    return onTake(place.stop, party);
  };
  return html`
    <dialog ref=${dialog} class="sheet" aria-labelledby="walk-up-title" onCancel=${(event) => { event.preventDefault(); onClose(); }}>
      <form onSubmit=${take} novalidate>
        <h2 id="walk-up-title">${t("walk-up.heading")}</h2>
        <${PlaceField} end="to" place=${place} index=${index} problem=${problem}
          onChange=${(found) => { setPlace(found); setProblem(""); }} />
        <div class="steppers">
          <${Stepper} label=${t("party.passengers")} value=${party.passengers} min=${1} max=${maxParty}
            onChange=${change("passengers")} />
          ${KINDS.map((kind) => html`<${Stepper} key=${kind} label=${t(`party.${kind}`)} value=${party[kind]}
            min=${0} max=${party.passengers} onChange=${change(kind)} />`)}
        </div>
        <p class="hint">${t("walk-up.hint")}</p>
        <div class="two"><button type="submit" class="primary go">${t("walk-up.take")}</button>
          <button type="button" class="quiet" onClick=${onClose}>${t("act.close")}</button></div>
      </form>
    </dialog>`;
}
