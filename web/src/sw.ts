// The service worker: keeps the page for use offline, whole and of one version.
const worker = self as unknown as ServiceWorkerGlobalScope;

// The files of the page, each with the SHA-256 of its bytes.
const files = "__FILES__" as unknown as Record<string, string>;
const cacheName = "page-__HASH__";
const made = "made"; // the profile that the page made last; see make/handover.ts

// Files under assets have their version in their names. Others may be old ones in a cache on the way.
const isNamed = (file: string) => file.startsWith("assets/");

async function keep(cache: Cache, file: string, hash: string) {
  const response = await fetch(new Request(file, { cache: isNamed(file) ? "default" : "reload" }));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const got = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (got !== hash) throw new Error(`${file} is of another version`); // a server between two versions: the next visit tries again
  await cache.put(file, response);
}

// A new version is kept beside the old one, and waits until no page of the old one is open, or the person asks for it.
worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(cacheName).then(
      (cache) => Promise.all(Object.entries(files).map(([file, hash]) => keep(cache, file, hash))),
    ).catch(async (error) => {
      await caches.delete(cacheName);
      throw error;
    }),
  );
});

worker.addEventListener("message", (event) => {
  if (event.data === "now") void worker.skipWaiting();
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
