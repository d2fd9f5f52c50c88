// The devices and servers there are, asked once.
import { signal } from "@preact/signals";
import { call } from "../engine";
import type { ChoicesResult } from "../results";

const asked = signal<ChoicesResult | undefined>(undefined);
let asking = false;

// choices returns them, or undefined until the engine has answered.
export function choices(): ChoicesResult | undefined {
  if (!asking) {
    asking = true;
    void call("choices", {}).then(
      ({ result }) => (asked.value = result),
      () => (asking = false),
    );
  }
  return asked.value;
}

export interface Target {
  platform: string;
  version: string;
  enrollment: string;
}

// parts splits PLATFORM@VERSION/ENROLLMENT, as targets are written in full.
export function parts(target: string): Target {
  const [platform = "", rest = ""] = target.split("@", 2);
  const [version = "", enrollment = ""] = rest.split("/", 2);
  return { platform, version, enrollment };
}

// describe says a target in words: iOS 26+, by hand.
export function describe(target: string): string {
  const { platform, version, enrollment } = parts(target);
  const way = choices()?.enrollments.find(({ id }) => id === enrollment)?.name ?? enrollment;
  return `${platform} ${version}+, ${way}`;
}
