/** The operator's rules: those that hold today, what changes when, and a change from a day on. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { findText, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { getAsStaff, postAsStaff } from "../shared/staff.mjs";
import { isoDay } from "../shared/time.mjs";
import { html } from "../shared/ui.mjs";

export function Rules({ clock, mayAct, announce, isShown }) {
  const [told, setTold] = useState(null);
  const [name, setName] = useState("max_wait_s");
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (isShown) getAsStaff("/v1/policies").then(setTold, (error) => setProblem(explain(error).next));
  }, [isShown]);
  if (!told) return html`<p role="status">${problem || t("page.loading")}</p>`;
  const { policy } = told.today;
  const names = Object.keys(policy).filter((each) => typeof policy[each] === "number");
  const change = async (event) => {
    event.preventDefault();
    const { from } = Object.fromEntries(new FormData(event.target));
    try {
      setTold(await postAsStaff("/v1/policies", { effective_date: from, changes: { [name]: Number(value) } }));
      setValue("");
      setProblem("");
      announce(t("rules.changed"));
    } catch (error) {
      const { title, next } = explain(error);
      setProblem(`${title} ${error.body?.cause ?? next}`);
    }
  };
  const today = isoDay(clock.now(), clock.timezone);
  return html`
    <form onSubmit=${change}>
      <div class="row">
        <label>${t("rules.rule")}<select value=${name} onChange=${(event) => setName(event.target.value)}>
          ${names.map((each) => html`<option key=${each} value=${each}>${ruleName(each)}</option>`)}</select></label>
        <label>${t("rules.value", { now: policy[name] })}<input type="number" step="any" required value=${value}
          onInput=${(event) => setValue(event.target.value)} aria-invalid=${problem ? "true" : "false"} /></label>
        <label>${t("rules.from")}<input type="date" name="from" required min=${today} value=${today} /></label></div>
      <p class="hint">${t("rules.hint")}</p>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      <button type="submit" class="primary" disabled=${!mayAct}>${t("rules.change")}</button>
    </form>
    <h3>${t("rules.revisions")}</h3>
    ${!told.revisions.length && html`<p class="calm">${t("rules.none")}</p>`}
    <ul class="standing">${told.revisions.map((revision) => html`
      <li key=${revision.effective_date}>${t("rules.revision", { date: revision.effective_date, by: revision.by })}</li>`)}</ul>
    <h3>${t("rules.today")}</h3>
    <dl class="facts">${names.map((each) => html`<div key=${each}><dt>${ruleName(each)}</dt><dd>${policy[each]}</dd></div>`)}</dl>`;
}

const ruleName = (name) => findText(`rule.${name}`) ?? name;
