// Choosing a type: by its name, by what it is about, or by one of its keys.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { call } from "../engine";
import type { FormEntry } from "../results";
import { formTypes } from "./facts";

const most = 40;
const families: Record<string, string> = { payload: "payload", configuration: "declaration", asset: "declaration, asset", activation: "declaration, activation", management: "declaration, management", preferences: "preferences of a program" };

// TypeSearch lists the types that fit some words, first those in start. keep says which families there are.
export function TypeSearch({ keep, choose, label, start = "", autofocus }: { keep: (entry: FormEntry) => boolean; choose: (entry: FormEntry) => void; label: string; start?: string; autofocus?: boolean }) {
  const id = useId();
  const query = useSignal(start);
  const byKey = useSignal<Map<string, string>>(new Map());
  const results = useRef<HTMLUListElement>(null);

  useSignalEffect(() => {
    const words = query.value.trim();
    byKey.value = new Map();
    if (words.length < 3) return;
    let stale = false;
    const timer = setTimeout(() => {
      call("keySearch", { query: words }).then(
        ({ result }) => {
          if (stale) return;
          const found = new Map<string, string>();
          for (const m of result.matches) if (m.path && !found.has(m.id)) found.set(m.id, m.path);
          byKey.value = found;
        },
        () => {},
      );
    }, 200);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  });

  const found = useComputed(() => {
    const all = (formTypes() ?? []).filter(keep);
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const exact = words.join(" ");
    const score = (t: FormEntry) => {
      const title = t.title.toLowerCase();
      const name = t.id.toLowerCase();
      if (exact === name && t.family !== "preferences") return 0;
      if (words.every((w) => title.includes(w) || name.includes(w))) return (words[0] && title.startsWith(words[0]) ? 1 : 2) + (t.family === "preferences" ? 2 : 0);
      return byKey.value.has(t.id) ? 6 : -1;
    };
    return all
      .map((t) => ({ t, at: score(t) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || (a.t.title || a.t.id).localeCompare(b.t.title || b.t.id))
      .map(({ t }) => t);
  });
  const move = (event: KeyboardEvent, from: Element | null, by: number) => {
    const buttons = [...(results.current?.querySelectorAll("button") ?? [])];
    const at = from ? buttons.indexOf(from as HTMLButtonElement) : -1;
    event.preventDefault();
    (at + by < 0 ? document.getElementById(id) : buttons[Math.min(at + by, buttons.length - 1)])?.focus();
  };
  return (
    <div class="types" role="search">
      <label class="field">
        <span>{label}</span>
        <input
          id={id}
          type="search"
          value={query.value}
          autoComplete="off"
          spellcheck={false}
          placeholder="Wi-Fi, passcode, allowCamera…"
          ref={(input) => {
            if (!autofocus || !input || input.dataset.seen) return;
            input.dataset.seen = "1";
            input.focus();
          }}
          onInput={(event) => (query.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") move(event, null, 1);
            if (event.key === "Enter" && found.value[0]) {
              event.preventDefault();
              choose(found.value[0]);
            }
          }}
        />
      </label>
      <p class="small faint" aria-live="polite">
        {formTypes() ? `${found.value.length} ${found.value.length === 1 ? "type" : "types"}` : "Reading the catalog…"}
      </p>
      <ul class="types-found" ref={results}>
        {found.value.slice(0, most).map((t) => (
          <li key={t.family + t.id}>
            <button
              type="button"
              onClick={() => choose(t)}
              onKeyDown={(event) => {
                if (event.key === "ArrowDown") move(event, event.currentTarget, 1);
                if (event.key === "ArrowUp") move(event, event.currentTarget, -1);
              }}
            >
              <span class="types-title">{t.title || t.payloadType}</span>
              <span class="types-id">{t.id}</span>
              <span class="small faint">
                {byKey.value.has(t.id) ? `has the key ${byKey.value.get(t.id)}` : (t.keys.slice(0, 3).join(", ") || families[t.family])} · {t.platforms.map((p) => p.platform).join(", ")}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.value.length > most && <p class="small faint">{found.value.length - most} more: type another word.</p>}
    </div>
  );
}
