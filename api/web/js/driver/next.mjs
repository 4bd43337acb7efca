/** The next visit, large: where, by when, how long, and how to get there. */
import { useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { t } from "../shared/i18n.mjs";
import { html } from "../shared/ui.mjs";
import { wayTo } from "./navigation.mjs";
import { countdown, partyText, spokenCountdown, stopName } from "./words.mjs";

const TICK_MS = 500;

/** Redraws as time passes; the time now. */
export function useNow(clock) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return clock.now();
}

export function NextVisit({ visit, parties, clock, app, onArrive }) {
  const isDue = visit.under_way;
  return html`
    <section class="next ${visit.kind}" aria-labelledby="next-stop">
      <p class="kind"><span class="icon" aria-hidden="true">${ICONS[visit.kind]}</span>
        ${t(`next.${visit.kind}`)}</p>
      <h2 id="next-stop" tabindex="-1">${stopName(visit)}</h2>
      <ul class="parties">${parties.map((each) => html`<li key=${each.visit_id}>
        ${each.kind !== visit.kind && html`<span class="tag">${t(`later.${each.kind}`)}</span> `}${partyText(each.party)}
        ${each.channel === "phone" && html` <span class="tag">${t("tag.phone")}</span>`}</li>`)}</ul>
      <${Timer} visit=${visit} clock=${clock} />
      ${!isDue && html`<p class="hint">${t("next.not-yet")}</p>`}
      <div class="two">
        <a class="button navigate" href=${wayTo(visit.stop, stopName(visit), app)} rel="noreferrer noopener"
          target=${app === "google" ? "_blank" : undefined}>${t("next.navigate")}</a>
        <button type="button" class="primary go" onClick=${onArrive}>${t("next.arrived")}</button>
      </div>
    </section>`;
}

const ICONS = { pickup: "▲", dropoff: "▼", break: "❚❚" };

function Timer({ visit, clock }) {
  const now = useNow(clock);
  const at = visit.kind === "pickup" ? visit.starts_at : visit.arrives_at;
  const isLate = now > Date.parse(visit.window.latest_at);
  return html`
    <p class=${isLate ? "timer late" : "timer"}>
      <span class="left" aria-hidden="true">${countdown(at, now)}</span>
      <span class="sr-only">${spokenCountdown(at, now)}</span>
      <span class="at">${t("next.at", { time: clock.time(at), latest: clock.time(visit.window.latest_at) })}</span>
    </p>`;
}
