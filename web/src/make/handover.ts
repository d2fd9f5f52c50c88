// How a profile is handed to the device. Safari asks to install what comes from a real address with the right type; of a blob it
// often only saves a file. So: a ready-made file with the same bytes, then the service worker at an address of its own, a blob last.
import ready from "../../build/ready.json";

export type Way = "ready" | "worker" | "file";

const type = "application/x-apple-aspen-config";
const kept = "made"; // the service worker's cache for it
const isReady = new Set(ready);

// A profile made in an earlier visit is not kept.
if ("caches" in globalThis) void caches.delete(kept).catch(() => {});

// readyAddress returns the address of a ready-made file with the same bytes, if there is one.
export function readyAddress(language: string, dns: string, exempt: string[], file: string): string | undefined {
  const name = `${language}/${dns}/${file}`;
  return exempt.length === 0 && isReady.has(name) ? `./profiles/${name}` : undefined;
}

export function wayOf(address: string | undefined): Way {
  return address ? "ready" : navigator.serviceWorker?.controller ? "worker" : "file";
}

// hand opens the profile at the best address that works now. It returns the way it took.
export async function hand(file: string, bytes: Uint8Array, address: string | undefined): Promise<Way> {
  if (address && (await answers(address))) {
    location.assign(address);
    return "ready";
  }
  if (navigator.serviceWorker?.controller) {
    const made = `./made/${encodeURIComponent(file)}`;
    try {
      const cache = await caches.open(kept);
      await cache.put(made, new Response(bytes as BufferSource, { headers: { "Content-Type": type, "Content-Length": String(bytes.length) } }));
      location.assign(made);
      return "worker";
    } catch {
      // no room, or a private window: a blob needs neither
    }
  }
  save(file, bytes, type);
  return "file";
}

// answers reports whether the server has a file; it may be out of reach, or the page older than its server.
async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(4000) })).ok;
  } catch {
    return false;
  }
}

// save hands over a file as a blob.
export function save(file: string, bytes: Uint8Array, of: string) {
  const address = URL.createObjectURL(new Blob([bytes as BufferSource], { type: of }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
