// The service worker keeps the page for use offline. A new version waits until it is asked for: an old page never gets files of a
// new one.
import { signal } from "@preact/signals";

export const waiting = signal<ServiceWorker | undefined>(undefined);

// keepOffline registers the service worker. It is called when the engine is there: its download comes from the browser's cache then.
export async function keepOffline() {
  if (!("serviceWorker" in navigator)) return;
  const container = navigator.serviceWorker;
  try {
    const registration = await container.register("./sw.js", { updateViaCache: "none" });
    const look = () => {
      if (registration.waiting && container.controller) waiting.value = registration.waiting;
    };
    look();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  } catch {
    // the page works without; it is not kept
  }
}

// load replaces the page by the new version.
export function load() {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.value?.postMessage("now");
}
