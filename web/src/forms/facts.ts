// What forms know of keys: the engine's facts, looked up by type.
import { signal, type Signal } from "@preact/signals";
import type { Node, Value } from "../edit/document";
import { call } from "../engine";
import type { Form, FormEntry, FormHint, KeyFacts, OnPlatform, SchemaType } from "../results";

const forms = new Map<string, Signal<Form | undefined>>();

// formOf returns the form of a type, or undefined until the engine has answered.
export function formOf(type: string): Form | undefined {
  let known = forms.get(type);
  if (!known) {
    known = signal<Form | undefined>(undefined);
    forms.set(type, known);
    const asked = known;
    call("form", { type }).then(
      ({ result }) => (asked.value = result),
      () => forms.delete(type),
    );
  }
  return known.value;
}

const types = signal<FormEntry[] | undefined>(undefined);
let asking = false;

// formTypes returns all types, or undefined until the engine has answered.
export function formTypes(): FormEntry[] | undefined {
  if (!asking) {
    asking = true;
    call("formTypes", {}).then(
      ({ result }) => (types.value = result.types),
      () => (asking = false),
    );
  }
  return types.value;
}

// titleOf returns what a type is about, or its name.
export function titleOf(type: string): string {
  return formTypes()?.find((t) => t.payloadType === type && t.title)?.title || type.replace(/^com\.apple\.(configuration\.)?/, "") || "Payload without a type";
}

// Key is a key at its place in a type.
export class Key {
  constructor(
    readonly facts: KeyFacts,
    readonly form: Form,
    readonly type: SchemaType,
    private above: OnPlatform[],
    readonly required = facts.required,
  ) {}

  // on is where the key works: a key counts before those above it.
  get on(): OnPlatform[] {
    return this.above.map((was) => {
      const own = this.facts.platforms.find((p) => p.platform === was.platform);
      return own && was.available ? { ...was, ...own, available: own.available } : was;
    });
  }

  get hint(): FormHint {
    return this.form.hints?.[this.facts.path.replaceAll("[]", "")] ?? {};
  }

  private below(): Key[] {
    const { repeats } = this.facts;
    const keys = !repeats ? this.facts.keys : repeats === "the top level" ? this.type.keys : find(this.type.keys, repeats)?.keys;
    return (keys ?? []).map((facts) => new Key(facts, this.form, this.type, this.on));
  }

  keys(): Key[] {
    return this.below().filter((k) => k.facts.name !== "ANY");
  }

  any(): Key | undefined {
    return this.below().find((k) => k.facts.name === "ANY");
  }

  element(): Key | undefined {
    return this.facts.type === "array" ? this.below()[0] : undefined;
  }
}

function find(keys: KeyFacts[], path: string): KeyFacts | undefined {
  for (const k of keys) {
    if (k.path === path) return k;
    const below = path.startsWith(k.path) && k.keys ? find(k.keys, path) : undefined;
    if (below) return below;
  }
  return undefined;
}

// topKeys are the keys at the top of a form. Types that share a name have their keys together: required is what the one requires that
// fits what is set.
export function topKeys(form: Form, types = form.types, node?: Node): Key[] {
  const keys = new Map<string, Key>();
  const parts = types.filter((t) => t.payloadType === types[0]?.payloadType);
  const fits = (type: SchemaType) =>
    (node?.fields ?? []).every(({ key, value }) => {
      const range = type.keys.find((k) => k.name === key)?.rangelist;
      return !range || range.some((v) => String(v) === value.text);
    });
  const known = (type: SchemaType) => type.keys.filter((k) => node?.fields?.some((f) => f.key === k.name && k.rangelist)).length;
  const part = parts.filter(fits).sort((a, b) => known(b) - known(a))[0] ?? parts[0];
  for (const type of types)
    for (const facts of type.keys) {
      const own = parts.includes(type) ? part?.keys.find((k) => k.name === facts.name) : facts;
      if (!keys.has(facts.name)) keys.set(facts.name, new Key(own ?? facts, form, own && parts.includes(type) ? part! : type, type.platforms, !!own?.required));
    }
  return [...keys.values()];
}

// begin is the value that something new begins with.
export function begin(key: Key | undefined, kind = key?.facts.type ?? "string"): Value {
  const { facts } = key ?? {};
  const first = facts?.default ?? facts?.rangelist?.[0];
  switch (kind) {
    case "dictionary":
      return { kind };
    case "array": {
      const element = key?.element();
      return { kind, items: Array.from({ length: Math.min(element?.facts.minitems ?? 0, 8) }, () => begin(element)) };
    }
    case "boolean":
      return { kind, text: String(first ?? true) };
    case "integer":
    case "real":
      return { kind, text: String(first ?? facts?.min ?? 0) };
    case "date":
      return { kind, text: new Date().toISOString().slice(0, 10) + "T12:00:00Z" };
    case "data":
      return { kind, text: "" };
  }
  return { kind: "string", text: first === undefined ? "" : String(first) };
}
