/** Being told when the page is closed: the browser's push, switched on and off by the rider. */
import { useState } from "../../vendor/preact/htm-preact.mjs";
import { newKey } from "../shared/http.mjs";
import { getLanguage, t } from "../shared/i18n.mjs";
import { explain } from "../shared/problems.mjs";
import { keep, read } from "../shared/stored.mjs";
import { html } from "../shared/ui.mjs";
import { deleteSubscription, getPushKey, putSubscription } from "./resources.mjs";

const isPossible = () =>
  isSecureContext && "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;

/** Tell the service in which language to speak, if it is to speak at all. */
export async function followLanguage() {
  if (read("push") && isPossible()) await subscribe().catch(() => {});
}

async function subscribe() {
  const worker = await navigator.serviceWorker.ready;
  const known = await worker.pushManager.getSubscription();
  const subscription = known ?? await worker.pushManager.subscribe({
    userVisibleOnly: true, applicationServerKey: await getPushKey(),
  });
  const { endpoint, keys } = subscription.toJSON();
  const id = read("push") ?? newKey();
  await putSubscription(id, { endpoint, keys, language: getLanguage() });
  keep("push", id);
}

async function unsubscribe() {
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  await deleteSubscription(read("push"));
  keep("push", null);
}

/** Switch for it; nothing where this browser cannot. */
export function Notify() {
  const [isOn, setOn] = useState(Boolean(read("push")));
  const [problem, setProblem] = useState("");
  if (!isPossible()) return null;
  const turn = async () => {
    setProblem("");
    try {
      if (isOn) await unsubscribe();
      else if (await Notification.requestPermission() !== "granted") return setProblem(t("push.denied"));
      else await subscribe();
      setOn(!isOn);
    } catch (error) {
      setProblem(error.type ? explain(error).next : t("push.failed"));
    }
  };
  return html`
    <div class="push"><p>${t(isOn ? "push.on" : "push.off")}</p>
      <button type="button" class="quiet" aria-pressed=${isOn ? "true" : "false"} onClick=${turn}>
        ${t(isOn ? "push.stop" : "push.start")}</button>
      <p class="note error" role="status">${problem}</p></div>`;
}
