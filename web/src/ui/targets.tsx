import "./targets.css";
import { useSignal, type Signal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { choices, describe } from "./choices";

// Targets lets a person choose groups of devices. The signal has them in full, such as iOS@26/supervised; none for any device.
export function Targets({ targets, label = "Devices", none = "Any device" }: { targets: Signal<string[]>; label?: string; none?: string }) {
  const known = choices();
  const platform = useSignal("iOS");
  const version = useSignal("");
  const enrollment = useSignal("manual");
  const open = useSignal(false);
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLSelectElement>(null);
  const of = known?.platforms.find(({ name }) => name === platform.value);
  const ways = known?.enrollments.filter((way) => of?.enrollments.includes(way.id)) ?? [];
  const oldest = version.value && of?.versions.includes(version.value) ? version.value : (known?.version ?? "");
  const way = ways.some((w) => w.id === enrollment.value) ? enrollment.value : "manual";
  const target = `${platform.value}@${oldest}/${way}`;

  function add() {
    if (!targets.value.includes(target)) targets.value = [...targets.value, target];
    close();
  }

  function close() {
    open.value = false;
    opener.current?.focus();
  }

  return (
    <div class="targets" role="group" aria-labelledby={id}>
      <span class="targets-label" id={id}>{label}</span>
      <ul>
        {targets.value.length === 0 && <li class="faint">{none}</li>}
        {targets.value.map((t) => (
          <li key={t} class="chip">
            <span>{describe(t)}</span>
            <button
              type="button"
              class="plain"
              aria-label={`Remove ${describe(t)}`}
              onClick={() => {
                targets.value = targets.value.filter((other) => other !== t);
                opener.current?.focus();
              }}
            >
              ×
            </button>
          </li>
        ))}
        <li>
          <button
            type="button"
            ref={opener}
            aria-expanded={open.value}
            disabled={!known}
            onClick={() => {
              open.value = !open.value;
              if (open.value) requestAnimationFrame(() => first.current?.focus());
            }}
          >
            Add devices
          </button>
        </li>
      </ul>
      {open.value && known && (
        <form
          class="targets-add"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
          onKeyDown={(event) => event.key === "Escape" && close()}
        >
          <label>
            <span>System</span>
            <select ref={first} value={platform.value} onChange={(event) => (platform.value = event.currentTarget.value)}>
              {known.platforms.map(({ name }) => (
                <option value={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            <span>Oldest version</span>
            <select value={oldest} onChange={(event) => (version.value = event.currentTarget.value)}>
              {of?.versions.map((v) => (
                <option value={v}>{v}</option>
              ))}
            </select>
          </label>
          <label>
            <span>Profiles come</span>
            <select value={way} onChange={(event) => (enrollment.value = event.currentTarget.value)}>
              {ways.map(({ id, name }) => (
                <option value={id}>{name}</option>
              ))}
            </select>
          </label>
          <button type="submit" class="main" disabled={targets.value.includes(target)}>
            Add
          </button>
        </form>
      )}
    </div>
  );
}
