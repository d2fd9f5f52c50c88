// The service worker: keeps the page for use offline, and hands out a profile that the page just made at an address of its own.
const worker = self as unknown as ServiceWorkerGlobalScope;

const files = "__FILES__" as unknown as string[];
const cacheName = "page-__HASH__";
const made = "made"; // the profile that the page made last; see make/handover.ts

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(files))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== cacheName && name !== made).map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const path = new URL(event.request.url).href.slice(worker.registration.scope.length);
  if (path.startsWith("profiles/")) return; // the browser itself asks for a ready-made profile, and then asks the person
  if (path.startsWith("made/")) {
    event.respondWith(
      caches
        .open(made)
        .then((cache) => cache.match(event.request))
        .then((profile) => profile ?? new Response("Make the profile again: this one is not kept.\n", { status: 404, headers: { "Content-Type": "text/plain" } })),
    );
    return;
  }
  event.respondWith(
    caches
      .open(cacheName)
      .then((cache) => cache.match(event.request, { ignoreSearch: true }))
      .then((kept) => kept ?? fetch(event.request)),
  );
});
