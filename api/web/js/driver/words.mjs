/** Small texts of the driver's page: who, when, how long. */
import { nameOf, t } from "../shared/i18n.mjs";
import { toMs } from "../shared/time.mjs";

const SECOND_MS = 1000;
const MINUTE_S = 60;
const HOUR_S = 3600;
const two = (n) => String(n).padStart(2, "0");

/** "3명, 휠체어 1, 65세 이상 1": only what is there. */
export function partyText(party) {
  if (!party) return "";
  const some = ["wheelchairs", "seniors", "children"].filter((kind) => party[kind] > 0);
  return [t("party.people", { n: party.passengers }), ...some.map((kind) => t(`party.some.${kind}`, { count: party[kind] }))]
    .join(" · ");
}

/** Time left until `at`: "4:05", "1:02:03", or with a minus once it has passed. */
export function countdown(at, now) {
  const seconds = Math.round((toMs(at) - now) / SECOND_MS);
  const left = Math.abs(seconds);
  const [h, m, s] = [Math.floor(left / HOUR_S), Math.floor((left % HOUR_S) / MINUTE_S), left % MINUTE_S];
  const text = h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  return seconds < 0 ? `−${text}` : text;
}

/** The same in words, for those who listen. */
export function spokenCountdown(at, now) {
  const minutes = Math.round((toMs(at) - now) / SECOND_MS / MINUTE_S);
  return minutes < 0 ? t("next.late", { minutes: -minutes }) : t("next.in", { minutes });
}

export const stopName = (visit) => nameOf(visit.stop);

export const won = (amount) => amount.toLocaleString("ko-KR");
