// A control for each kind of value. Each gets the ids that name and describe it.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Value } from "../edit/document";
import { call } from "../engine";
import type { DescribedData } from "../results";
import { visible } from "../ui/visible";
import { words, type Named } from "./scope";

export interface ControlProps {
  id: string;
  label: string; // for controls that have no <label>
  described: string | undefined;
  invalid: boolean;
  required: boolean;
  disabled: boolean;
  value: Value | undefined;
  set: (value: Value | undefined) => void;
}

const aria = (p: ControlProps) => ({
  id: p.id,
  "aria-describedby": p.described,
  "aria-invalid": p.invalid || undefined,
  "aria-required": p.required || undefined,
  disabled: p.disabled,
});

// isVariable is true for a text that a server fills in.
const isVariable = (text: string) => /^\$\{?\w|^%\w.*%$|^\{\{.*\}\}$/.test(text.trim());

const sampleOf: Record<string, string> = {
  "ip-address": "192.0.2.1",
  host: "server.example.com",
  "ip-or-host": "server.example.com",
  url: "https://server.example.com/",
  hostname: "server.example.com",
  email: "name@example.com",
  "domain-pattern": "*.example.com",
  uuid: "00000000-0000-0000-0000-000000000000",
  "reverse-dns": "com.example.name",
  "bundle-identifier": "com.example.app",
  timezone: "Europe/Berlin",
  "code-requirement": "anchor apple",
  "team-identifier": "A1B2C3D4E5",
  "os-version": "26.2",
  "local-date-time": "2027-01-31T18:00:00",
};

// longText is how many characters a control cannot hold without the page standing still.
const longText = 50_000;

// TextControl edits text and numbers. It writes after a pause, and when it is left.
export function TextControl(p: ControlProps & { kind: string; sense?: string | undefined; secret?: boolean | undefined; keepsEmpty?: boolean | undefined; unit?: string | undefined; bounds?: { min?: number | undefined; max?: number | undefined } | undefined }) {
  const draft = useSignal<string | undefined>(undefined);
  const wrong = useSignal("");
  const shown = useSignal(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const text = p.value?.text ?? "";
  const isNumber = p.kind === "integer" || p.kind === "real";
  const wrongID = useId();

  useEffect(() => {
    if (draft.value === text) draft.value = undefined; // written
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function commit() {
    clearTimeout(timer.current);
    const typed = draft.value;
    if (typed === undefined) return;
    if (typed === text) {
      draft.value = undefined;
      return;
    }
    if (typed === "" && !p.keepsEmpty) return p.set(undefined);
    if (isNumber && !isVariable(typed)) {
      const number = typed.trim();
      if (!(p.kind === "integer" ? /^-?\d+$/ : /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i).test(number)) {
        wrong.value = p.kind === "integer" ? "Not a whole number" : "Not a number";
        return;
      }
      return p.set({ kind: p.kind, text: number });
    }
    p.set({ kind: isNumber ? "string" : p.kind, text: typed });
  }

  function typed(value: string) {
    draft.value = value;
    wrong.value = "";
    clearTimeout(timer.current);
    timer.current = setTimeout(commit, 350);
  }

  if (text.length > longText)
    return (
      <span class="f-input">
        <textarea {...aria(p)} rows={4} readOnly value={text.slice(0, 1000)} />
        <span class="faint small">The first 1,000 of {text.length.toLocaleString("en")} characters. Edit it in the text.</span>
      </span>
    );
  const shownText = draft.value ?? text;
  const common = {
    ...aria(p),
    "aria-invalid": p.invalid || wrong.value !== "" || undefined,
    "aria-describedby": [wrong.value && wrongID, p.described].filter(Boolean).join(" ") || undefined,
    value: shownText,
    autoComplete: "off",
    spellcheck: false,
    onInput: (event: { currentTarget: { value: string } }) => typed(event.currentTarget.value),
    onBlur: () => {
      commit();
      if (wrong.value === "") draft.value = undefined;
    },
  };
  return (
    <>
      <span class="f-input">
        {!isNumber && !p.secret && shownText.includes("\n") ? (
          <textarea rows={Math.min(12, shownText.split("\n").length + 1)} {...common} />
        ) : (
          <input
            type={(p.secret && !shown.value ? "password" : "text") as "text"}
            inputMode={p.kind === "integer" && (p.bounds?.min ?? -1) >= 0 ? "numeric" : undefined}
            class={isNumber ? "f-number" : ""}
            placeholder={sampleOf[p.sense ?? ""] ?? (isNumber && p.bounds?.min !== undefined && p.bounds?.max !== undefined ? `${p.bounds.min} to ${p.bounds.max}` : undefined)}
            onKeyDown={(event) => event.key === "Enter" && commit()}
            {...common}
          />
        )}
        {p.unit && <span class="faint">{p.unit}</span>}
        {p.secret && (
          <button type="button" class="plain" aria-pressed={shown.value} aria-label={`Show ${p.label}`} onClick={() => (shown.value = !shown.value)}>
            {shown.value ? "Hide" : "Show"}
          </button>
        )}
      </span>
      {wrong.value && (
        <span class="f-wrong" id={wrongID}>
          {wrong.value}
        </span>
      )}
    </>
  );
}

// BooleanControl has three states: a key that is not set is no false.
export function BooleanControl(p: ControlProps & { fallback?: unknown; mayUnset?: boolean | undefined }) {
  const now = p.value?.text;
  const states: [string | undefined, string][] = [
    ["true", "True"],
    ["false", "False"],
  ];
  if (p.mayUnset !== false) states.unshift([undefined, p.fallback === undefined ? "Not set" : `Not set (${String(p.fallback)})`]);
  return (
    <span class="f-states" role="radiogroup" aria-labelledby={`${p.id}-label`} aria-describedby={p.described} aria-invalid={p.invalid || undefined} aria-required={p.required || undefined}>
      {states.map(([state, name], i) => (
        <label>
          <input
            type="radio"
            id={i === 0 ? p.id : undefined}
            name={p.id}
            checked={now === state}
            disabled={p.disabled}
            onChange={() => p.set(state === undefined ? undefined : { kind: "boolean", text: state })}
          />
          <span>{name}</span>
        </label>
      ))}
    </span>
  );
}

const another = "\u0000another";

// ChoiceControl offers the allowed values, and any other one as text.
export function ChoiceControl(p: ControlProps & { kind: string; choices: { value: string; name: string }[]; fallback?: unknown; mayUnset?: boolean | undefined; empty?: string | undefined; sense?: string | undefined }) {
  const now = p.value?.text;
  const free = useSignal(false);
  const isOther = now !== undefined && !p.choices.some((c) => c.value === now);
  if (free.value || (isOther && now !== "")) {
    return (
      <span class="f-input">
        <TextControl {...p} kind={p.kind} />
        <button
          type="button"
          class="plain"
          disabled={p.disabled}
          onClick={() => {
            free.value = false;
            if (isOther) p.set(p.mayUnset === false && p.choices[0] ? { kind: p.kind, text: p.choices[0].value } : undefined);
            requestAnimationFrame(() => document.getElementById(p.id)?.focus());
          }}
        >
          Choose from the list <span class="hidden">for {p.label}</span>
        </button>
      </span>
    );
  }
  return (
    <select
      {...aria(p)}
      value={now ?? ""}
      onChange={(event) => {
        const { value } = event.currentTarget;
        if (value === another) {
          free.value = true;
          requestAnimationFrame(() => document.getElementById(p.id)?.focus());
        } else p.set(value === "" ? undefined : { kind: p.kind, text: value });
      }}
    >
      {(p.mayUnset !== false || !now) && <option value="">{p.fallback === undefined ? (p.empty ?? "Not set") : `Not set (${String(p.fallback)})`}</option>}
      {p.choices.map((c) => (
        <option value={c.value}>{c.name}</option>
      ))}
      <option value={another}>Another value…</option>
    </select>
  );
}

// ReferenceControl chooses another payload by its name. In a template a reference is a dictionary with the payload's id.
export function ReferenceControl(p: ControlProps & { payloads: Named[]; types: string[]; inTemplate: boolean }) {
  const choices = p.payloads.filter((other) => p.types.includes(other.type) && other.uuid).map((other) => ({ value: other.uuid, name: other.title }));
  const id = p.value?.fields?.find((f) => f.key === "$uuid")?.value.text;
  return (
    <ChoiceControl
      {...p}
      kind="string"
      value={id === undefined ? p.value : { kind: "string", text: id }}
      choices={choices}
      empty={choices.length > 0 ? "Not set" : "No payload of the right type yet"}
      set={(value) => p.set(value && p.inTemplate && choices.some((c) => c.value === value.text) ? { kind: "dictionary", fields: [{ key: "$uuid", value }] } : value)}
    />
  );
}

// DateControl shows a date in UTC, as profiles have it.
export function DateControl(p: ControlProps) {
  const now = p.value?.text ?? "";
  return (
    <span class="f-input">
      <input
        {...aria(p)}
        type="datetime-local"
        step={1}
        value={now.replace(/Z$/, "").slice(0, 19)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          p.set(value ? { kind: "date", text: (value.length === 16 ? value + ":00" : value) + "Z" } : undefined);
        }}
      />
      <span class="faint">UTC</span>
    </span>
  );
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

const most = 8 << 20; // bytes of a file for a key

// DataControl takes data from a file, and says what is in it.
export function DataControl(p: ControlProps & { mayUnset?: boolean | undefined }) {
  const known = useSignal<DescribedData | undefined>(undefined);
  const wrong = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  const text = p.value?.text ?? "";
  useEffect(() => {
    known.value = undefined;
    if (!text) return;
    let stale = false;
    call("describeData", { data: text }).then(
      ({ result }) => !stale && (known.value = result),
      () => {},
    );
    return () => {
      stale = true;
    };
  }, [text]);
  async function take(file: File | undefined) {
    if (!file) return;
    if (file.size > most) {
      wrong.value = `The file has ${Math.round(file.size / (1 << 20))} MB, at most ${most >> 20} fit`;
      return;
    }
    wrong.value = "";
    p.set({ kind: "data", text: base64(new Uint8Array(await file.arrayBuffer())) });
    if (input.current) input.current.value = "";
  }
  const d = known.value;
  return (
    <div class="f-data">
      {p.value && text === "" && <p class="faint small">Empty</p>}
      {text !== "" && (
        <div class="small" aria-live="polite">
          {d && d.certificates?.length ? (
            d.certificates.map((c) => (
              <dl class="f-certificate">
                <dt>Subject</dt>
                <dd>{visible(c.subject)}</dd>
                <dt>Issuer</dt>
                <dd>{c.issuer === c.subject ? "itself" : visible(c.issuer)}</dd>
                <dt>Valid</dt>
                <dd>
                  {c.notBefore.slice(0, 10)} to {c.notAfter.slice(0, 10)} {c.expired && <strong class="bad">expired</strong>}
                </dd>
                <dt>Key</dt>
                <dd>
                  {c.key}
                  {c.ca && ", may issue certificates"}
                </dd>
              </dl>
            ))
          ) : (
            <p>{d ? `${d.kind || "Data"}, ${d.size.toLocaleString("en")} bytes` : "…"}</p>
          )}
        </div>
      )}
      <span class="f-input">
        <input ref={input} {...aria(p)} type="file" onChange={(event) => void take(event.currentTarget.files?.[0])} />
        {p.value && p.mayUnset !== false && (
          <button type="button" class="plain" disabled={p.disabled} aria-label={`Remove ${p.label}`} onClick={() => (p.set(undefined), document.getElementById(p.id)?.focus())}>
            Remove
          </button>
        )}
      </span>
      {wrong.value && <span class="f-wrong">{wrong.value}</span>}
    </div>
  );
}

// KindControl chooses the kind of a value that no schema names.
export function KindControl({ label, kind, disabled, choose }: { label: string; kind: string; disabled: boolean; choose: (kind: string) => void }) {
  return (
    <select aria-label={label} class="f-kind" value={kind} disabled={disabled} onChange={(event) => choose(event.currentTarget.value)}>
      {["string", "boolean", "integer", "real", "date", "data", "array", "dictionary"].map((k) => (
        <option value={k}>{words[k]}</option>
      ))}
      {kind === "null" && <option value="null">{words.null}</option>}
    </select>
  );
}
