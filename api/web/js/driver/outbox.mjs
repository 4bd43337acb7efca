/**
 * Acts on their way to the service: kept first, sent in the order in which they happened, each with
 * a key of its own and its time, so that a repeat does no harm and late is not wrong.
 */

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 20_000;
/** The service has not decided: the same act is sent again. */
const UNDECIDED = new Set([401, 408, 409, 425, 429, 500, 502, 503, 504]);

/** Whether a refusal settles nothing; 409 does, unless the first request is still being worked on. */
function isUndecided(error) {
  if (error.status === undefined) return true;
  if (error.status === 409) return error.type === "idempotency-key-in-flight";
  return UNDECIDED.has(error.status);
}

export class Outbox {
  #sending = false;
  #pause = FIRST_PAUSE_MS;
  #timer;

  /**
   * @param device keeps the acts
   * @param post (path, body, key) -> Promise of the answer; throws what has `status` where refused
   * @param onChange called with all acts that are kept, whenever they change
   * @param onAnswer called with an act and the service's answer to it
   * @param onState called with "ok", "offline" or "signed-out"
   */
  constructor(device, post, { onChange, onAnswer, onState }) {
    Object.assign(this, { device, post, onChange, onAnswer, onState });
    this.acts = [];
  }

  /** Take up what an earlier run left. */
  async start() {
    this.acts = await this.device.listActs();
    this.onChange(this.acts);
    addEventListener("online", () => this.send());
    return this.send();
  }

  /** Keep an act and send it as soon as all before it are settled; urgent ones go first. */
  async add(act) {
    const seq = await this.device.addAct(act);
    this.acts = [...this.acts, { ...act, seq }];
    this.onChange(this.acts);
    this.send();
  }

  /** Forget a refusal that was read. */
  async dismiss(seq) {
    await this.device.removeAct(seq);
    this.#forget(seq);
  }

  /** Send all that waits; returns when it is settled or the service is out of reach. */
  async send() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    try {
      for (let act = this.#next(); act; act = this.#next()) {
        if (!(await this.#sendOne(act))) return;
      }
    } finally {
      this.#sending = false;
    }
  }

  #next() {
    const waiting = this.acts.filter((act) => !act.refusal);
    return waiting.find((act) => act.isUrgent) ?? waiting[0];
  }

  async #sendOne(act) {
    try {
      const answer = await this.post(act.path, act.body, act.key);
      await this.device.removeAct(act.seq);
      this.#forget(act.seq);
      this.#pause = FIRST_PAUSE_MS;
      this.onState("ok");
      this.onAnswer(act, answer);
      return true;
    } catch (error) {
      if (isUndecided(error)) return this.#later(error);
      await this.#refuse(act, error);
      return true;
    }
  }

  #later(error) {
    this.onState(error.status === 401 ? "signed-out" : "offline");
    this.#timer = setTimeout(() => this.send(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    return false;
  }

  async #refuse(act, error) {
    const refused = { ...act, refusal: { type: error.type, title: error.title, detail: error.detail, body: error.body } };
    await this.device.putAct(refused);
    this.acts = this.acts.map((each) => (each.seq === act.seq ? refused : each));
    this.onState("ok");
    this.onChange(this.acts);
  }

  #forget(seq) {
    this.acts = this.acts.filter((each) => each.seq !== seq);
    this.onChange(this.acts);
  }
}
