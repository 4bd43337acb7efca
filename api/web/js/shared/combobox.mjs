/** Choosing a place: type and choose from a list, or take where one is (ARIA combobox pattern). */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { nameOf, t } from "./i18n.mjs";
import { placeName } from "./places.mjs";
import { search } from "./search.mjs";
import { html } from "./ui.mjs";

const HERE_TIMEOUT_MS = 10_000;

/** Field for one end of the trip; `end` is "from" or "to", `place` what is chosen or null. */
export function PlaceField({ end, place, index, problem, onChange, children }) {
  const [typed, setTyped] = useState(null); // null: show the chosen place
  const [active, setActive] = useState(-1);
  const [isFocused, setFocused] = useState(false);
  const [note, setNote] = useState("");
  const found = typed === null ? [] : search(index, typed);
  const isOpen = isFocused && found.length > 0;

  useEffect(() => setTyped(null), [place]);

  const choose = ({ stop, kind, name }) => {
    setTyped(null);
    setActive(-1);
    onChange(kind === "district" ? { stop, district: name } : { stop });
  };
  const leave = () => {
    setFocused(false);
    if (found.length === 1) choose(found[0]);
  };
  const type = (event) => {
    setTyped(event.target.value);
    setActive(-1);
    setNote("");
    if (place) onChange(null);
  };
  const press = (event) => {
    const action = keyAction(event.key, found, active);
    if (!action) return;
    event.preventDefault();
    if (action.choose) choose(action.choose);
    else if (action.close) setTyped(null);
    else setActive(action.active);
  };
  const locate = () => {
    setNote(t("place.locating"));
    whereAmI().then(
      (position) => { setNote(""); onChange({ position, isHere: true }); },
      () => setNote(t("place.no-location")),
    );
  };
  const label = t(`place.${end}`);
  const status = note || countText(typed, found);
  return html`
    <div class="place place-${end}">
      <div class="place-head"><label for="place-${end}">${label}</label>${children}</div>
      <div class="place-input">
        <input id="place-${end}" role="combobox" type="text" autocomplete="off" spellcheck=${false}
          placeholder=${t("place.placeholder")} value=${typed ?? placeName(place)}
          aria-expanded=${isOpen ? "true" : "false"} aria-autocomplete="list"
          aria-controls="places-${end}" aria-invalid=${problem ? "true" : "false"}
          aria-describedby="place-${end}-note"
          aria-activedescendant=${active >= 0 ? `place-${end}-${active}` : undefined}
          onInput=${type} onKeyDown=${press} onFocus=${() => setFocused(true)} onBlur=${leave} />
        <button type="button" class="here" aria-label=${t(`place.here.${end}`)} title=${t("place.here")}
          onClick=${locate}><span aria-hidden="true">◎</span></button>
      </div>
      <ul id="places-${end}" role="listbox" aria-label=${label} hidden=${!isOpen}>
        ${found.map((option, at) => html`
          <li key=${option.id} id="place-${end}-${at}" role="option"
            aria-selected=${at === active ? "true" : "false"}
            onMouseDown=${(event) => event.preventDefault()} onClick=${() => choose(option)}>
            <${Found} option=${option} /></li>`)}
      </ul>
      <p id="place-${end}-note" class=${problem ? "note error" : "note"} role="status">${problem || status}</p>
    </div>`;
}

function Found({ option }) {
  const shown = nameOf(option);
  const other = shown === option.name.ko ? option.name.en : option.name.ko;
  const kind = option.kind !== "virtual" && t(`place.kind.${option.kind}`, { stop: nameOf(option.stop) });
  return html`<span>${shown}</span> <small>${other}${kind && ` · ${kind}`}</small>`;
}

/** What a key means while the list shows `found` and option `active` is marked. */
function keyAction(key, found, active) {
  if (!found.length) return null;
  if (key === "ArrowDown") return { active: (active + 1) % found.length };
  if (key === "ArrowUp") return { active: (active <= 0 ? found.length : active) - 1 };
  if (key === "Enter") return { choose: found[Math.max(0, active)] };
  if (key === "Escape") return { close: true };
  return null;
}

function countText(typed, found) {
  if (!typed) return "";
  return found.length ? t("place.found", { n: found.length }) : t("place.none");
}

function whereAmI() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error("no geolocation"));
    const take = ({ coords }) => resolve([coords.longitude, coords.latitude]);
    const options = { enableHighAccuracy: true, timeout: HERE_TIMEOUT_MS };
    return navigator.geolocation.getCurrentPosition(take, reject, options);
  });
}
