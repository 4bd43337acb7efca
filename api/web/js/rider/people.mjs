/** The people whom a representative books for. Names stay in the vault and on this screen. */
import { useRef, useState } from "../../vendor/preact/htm-preact.mjs";
import { newKey } from "../shared/http.mjs";
import { t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { Confirm, html } from "../shared/ui.mjs";
import { erasePassenger, putPassenger, signOut } from "./resources.mjs";

const NOBODY = { name: "", phone: "", wheelchair: false, senior: true };

export function People({ passengers, onChange, onBook }) {
  const [erased, erase] = useState(null);
  const [problem, setProblem] = useState("");
  const confirmed = async () => {
    const { passenger_id: id } = erased;
    erase(null);
    await erasePassenger(id).then(onChange, (error) => setProblem(explain(error).title));
  };
  return html`
    <section class="rides people" aria-labelledby="people-heading">
      <h2 id="people-heading" tabindex="-1">${t("people.heading")}</h2>
      ${!passengers.length && html`<p class="empty">${t("people.none")}</p>`}
      <ul>${passengers.map((each) => html`
        <li key=${each.passenger_id} class="card person">
          <div><strong>${each.name}</strong> <span>${each.phone}</span>
            <p class="hint">${needsText(each)}</p></div>
          <div class="actions">
            <button type="button" class="primary" aria-label=${t("people.book.label", each)} onClick=${() => onBook(each)}>${t("people.book")}</button>
            <button type="button" class="danger-quiet" aria-label=${t("people.erase.label", each)} onClick=${() => erase(each)}>${t("people.erase")}</button>
          </div></li>`)}</ul>
      <p class="note error" role="alert">${problem}</p>
      <${NewPerson} onChange=${onChange} />
      <button type="button" class="quiet wide" onClick=${leave}>${t("care.sign-out")}</button>
      ${erased && html`<${Confirm} title=${t("people.erase.title", erased)} text=${t("people.erase.text")}
        yes=${t("people.erase.yes")} no=${t("people.erase.no")} onYes=${confirmed} onNo=${() => erase(null)} />`}
    </section>`;
}

const needsText = ({ senior, wheelchair }) =>
  [senior && t("party.seniors"), wheelchair && t("party.wheelchairs")].filter(Boolean).join(" · ");

/** End the session, and show nothing of it any more. */
const leave = () => signOut().finally(() => location.assign("/sign-in"));

function NewPerson({ onChange }) {
  const [person, setPerson] = useState(NOBODY);
  const [problem, setProblem] = useState("");
  const id = useRef(newKey());
  const set = (part) => setPerson({ ...person, ...part });
  const submit = async (event) => {
    event.preventDefault();
    const { name, phone, wheelchair, senior } = person;
    if (!name.trim()) return setProblem(t("people.name.missing"));
    try {
      await putPassenger(id.current, { contact: { name: name.trim(), phone: phone.trim() }, wheelchair, senior });
    } catch (error) {
      return setProblem(error.type === "malformed" ? t("people.phone.wrong") : explain(error).title);
    }
    id.current = newKey();
    setPerson(NOBODY);
    setProblem("");
    return onChange();
  };
  const check = (name, key) => html`<label class="check"><input type="checkbox" checked=${person[name]}
    onChange=${(event) => set({ [name]: event.target.checked })} /> ${t(key)}</label>`;
  return html`
    <form class="form card" novalidate onSubmit=${submit}>
      <h3>${t("people.new")}</h3>
      <label>${t("people.name")}<input type="text" autocomplete="off" maxlength="80" value=${person.name}
        onInput=${(event) => set({ name: event.target.value })} /></label>
      <label>${t("people.phone")}<input type="tel" autocomplete="off" maxlength="19" value=${person.phone}
        onInput=${(event) => set({ phone: event.target.value })} /></label>
      ${check("senior", "party.seniors")} ${check("wheelchair", "people.wheelchair")}
      <p class="note error" role="alert">${problem}</p>
      <button type="submit" class="primary wide">${t("people.add")}</button>
    </form>`;
}
