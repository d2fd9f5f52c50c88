// The address after #: a part of the page, and what it shows, such as #/key/com.apple.dnsSettings.managed/DNSSettings.
import { signal } from "@preact/signals";

export interface Route {
  name: string; // first part
  path: string[]; // the other parts, decoded
}

function read(): Route {
  const [name = "", ...path] = location.hash.replace(/^#\/?/, "").split("/").map(decode);
  return { name, path };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = signal(read());
addEventListener("hashchange", () => (route.value = read()));

// address returns the link to a part of the page.
export function address(name: string, ...path: string[]): string {
  return "#/" + [name, ...path].map(encodeURIComponent).join("/");
}
