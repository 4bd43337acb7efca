/**
 * Lets the driver's page start without a connection: its own files, as they were last read.
 * What is asked of the service itself is never kept here; the page keeps what it needs.
 */

const KEPT = "sokcho.driver.1";
const FRAME = "/driver";
const OWN = /^\/(?:driver|icon\.svg|(?:js|styles|locales)\/(?:shared|driver)\/.*|vendor\/preact\/.*)$/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.add(FRAME)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => clients.claim()));
});

async function forgetOld() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("sokcho.driver.") && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
}

addEventListener("message", (event) => {
  event.waitUntil(keepAll(event.data.filter((path) => OWN.test(path))));
});

async function keepAll(paths) {
  const cache = await caches.open(KEPT);
  // addAll takes no file twice
  const missing = await Promise.all([...new Set(paths)].map(async (path) => !(await cache.match(path)) && path));
  await cache.addAll(missing.filter(Boolean));
}

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isOwn = url.origin === location.origin && event.request.method === "GET" && OWN.test(url.pathname);
  if (isOwn) event.respondWith(freshOrKept(event));
});

/** The newest file where the service answers; else the last one that it gave. */
async function freshOrKept({ request }) {
  const cache = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
