/** Server-sent events over fetch: EventSource cannot send an Authorization header. */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Feed it text as it comes; it calls `onEvent({id, type, data})` for each whole event. */
export function createParser(onEvent) {
  let rest = "";
  let event = {};
  const takeLine = (line) => {
    if (line === "") {
      if (event.data !== undefined) onEvent(event);
      event = { id: event.id };
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    takeField(event, name, value);
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    lines.forEach(takeLine);
  };
}

function takeField(event, name, value) {
  if (name === "data") event.data = event.data === undefined ? value : `${event.data}\n${value}`;
  if (name === "event") event.type = value;
  if (name === "id") event.id = value;
}

/**
 * Follow a stream until `stop()` is called, reconnecting with growing pauses and replaying
 * what was missed (Last-Event-ID).
 *
 * @param open function (headers, signal) -> Promise<Response>
 * @param onEvent called with `{id, type, data}`
 * @param onState called with true while connected, false while not
 * @returns function that stops
 */
export function follow(open, onEvent, onState = () => {}) {
  const stopping = new AbortController();
  let lastId = "";
  let pause = FIRST_PAUSE_MS;

  const connect = async () => {
    const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
    const response = await open(headers, stopping.signal);
    if (!response.ok) throw new Error(`stream answered ${response.status}`);
    onState(true);
    pause = FIRST_PAUSE_MS;
    await drain(response, (event) => {
      lastId = event.id || lastId;
      onEvent(event);
    });
  };

  const run = async () => {
    while (!stopping.signal.aborted) {
      await connect().catch(() => {}); // whatever broke the stream, the answer is to open it again
      if (stopping.signal.aborted) return;
      onState(false);
      await pauseOrOnline(pause * (0.75 + Math.random() / 2), stopping.signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  };
  run();
  return () => stopping.abort();
}

async function drain(response, onEvent) {
  const parse = createParser(onEvent);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    parse(value);
  }
}

function pauseOrOnline(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
