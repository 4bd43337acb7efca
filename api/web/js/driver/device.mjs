/** What the driver's device keeps through a lost connection and a restart: acts, and what was known. */

const NAME = "sokcho.driver";
const STORES = { acts: { keyPath: "seq", autoIncrement: true }, known: {} };

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    for (const [store, options] of Object.entries(STORES)) request.result.createObjectStore(store, options);
  };
  return done(request);
}

/** The device's memory; a promise of it, so that all who ask share one. */
export class Device {
  constructor(name = NAME) {
    this.name = name;
    this.opened = open();
  }

  async #run(store, mode, act) {
    const database = await this.opened;
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const result = done(act(transaction.objectStore(store)));
    const written = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const value = await result;
    await written;
    return value;
  }

  /** Keep an act; its place in the order. */
  addAct = (act) => this.#run("acts", "readwrite", (store) => store.add(act));
  putAct = (act) => this.#run("acts", "readwrite", (store) => store.put(act));
  removeAct = (seq) => this.#run("acts", "readwrite", (store) => store.delete(seq));
  /** All acts that are kept, in the order in which they happened. */
  listActs = () => this.#run("acts", "readonly", (store) => store.getAll());

  keep = (name, value) => this.#run("known", "readwrite", (store) => store.put(value, name));
  find = (name) => this.#run("known", "readonly", (store) => store.get(name));
}
