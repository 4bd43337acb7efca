/**
 * The page without a connection, and notes when it is closed.
 *
 * Rule: what the service says now comes first; what was kept is shown only where it cannot be
 * reached. Bookings are not kept here: the page keeps its own, and nothing is written offline.
 */

const KEPT = "sokcho-1";
/** What anybody may read and the page needs to start. */
const FACTS = ["/v1/service", "/v1/zones", "/v1/roads", "/v1/stops?limit=500", "/v1/districts"];
const FILES = /^\/((js|styles|locales|vendor)\/|icon|manifest\.webmanifest)/;
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function prepare() {
  const cache = await caches.open(KEPT);
  await cache.addAll(["/", ...FACTS]);
  await self.skipWaiting();
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("sokcho-") && name !== KEPT).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || request.headers.has("Authorization")) return;
  if (isFrame(request, pathname)) event.respondWith(freshOrKept(request, "/"));
  else if (FILES.test(pathname) || FACTS.includes(pathname + search)) event.respondWith(freshOrKept(request, request));
});

/** Frames of the rider's page; other pages have their own ways. */
const isFrame = (request, pathname) =>
  request.mode === "navigate" && (pathname === "/" || pathname.startsWith("/s/") || pathname === "/care");

async function freshOrKept(request, name) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(name);
  const fetched = fetch(request).then((response) => {
    if (response.ok) cache.put(name, response.clone());
    return response;
  });
  if (!kept) return fetched;
  // a poor connection is as bad as none
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  return Promise.race([fetched.catch(() => kept), late]);
}

/** The first visit was made without this worker: the page says what it has loaded. */
self.addEventListener("message", (event) => {
  const files = [...new Set(event.data)].filter((path) => FILES.test(path)); // addAll takes no file twice
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(files)));
});

self.addEventListener("push", (event) => event.waitUntil(tell(event.data.json())));

/** Show a note; a repeat of the same one, or a later one of the same ride, takes its place. */
function tell({ title, text, booking_id: booking, language, kind }) {
  return self.registration.showNotification(title, {
    body: text, lang: language, tag: booking, renotify: true, icon: "/icon-192.png", badge: "/icon-192.png",
    requireInteraction: kind === "arrived", data: { booking },
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openRides());
});

async function openRides() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((each) => new URL(each.url).pathname === "/");
  return page ? page.focus() : self.clients.openWindow("/?tab=rides");
}
