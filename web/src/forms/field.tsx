// A field of a form: the key's name, what is known of it, its control, and the findings at it.
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Field as TreeField, Node, Path, Value } from "../edit/document";
import type { Diagnostic, KeyEffect, OnPlatform } from "../results";
import { describe } from "../ui/choices";
import { visible } from "../ui/visible";
import { BooleanControl, ChoiceControl, DataControl, DateControl, KindControl, ReferenceControl, TextControl, type ControlProps } from "./controls";
import { begin, formOf, topKeys, type Key } from "./facts";
import { fieldOf, pathText, words, type Scope } from "./scope";

interface FieldProps {
  scope: Scope;
  path: Path;
  node: Node | undefined;
  k: Key | undefined; // undefined for what no schema names
  name: string;
  item?: boolean; // of an array: it is there, and may be empty
  extra?: ComponentChildren; // more buttons
}

// Field shows one key, or one element of an array.
export function Field(props: FieldProps) {
  const { scope, path, node, k, item } = props;
  const name = visible(props.name);
  const id = useId();
  const found = scope.findings.get(pathText(path)) ?? [];
  const help = k?.facts.description?.text ?? (item ? undefined : k?.facts.title);
  const described = [help && `${id}-help`, found.length > 0 && `${id}-found`].filter(Boolean).join(" ") || undefined;
  const kind = kindOf(k, node);
  const required = !item && !!k?.required;
  const isGroup = kind === "dictionary" || kind === "array";
  const control: ControlProps = {
    id,
    label: name,
    described,
    invalid: found.some((f) => f.severity === "error"),
    required,
    disabled: scope.disabled,
    value: node,
    set: (value) => void scope.doc.assign(path, value),
  };
  const show = (event: FocusEvent) => {
    event.stopPropagation();
    scope.doc.select(path);
  };
  const free = !k || k.facts.type === "any";
  const head = (
    <span class="f-head">
      {isGroup || kind === "boolean" ? (
        <span class="f-name" id={`${id}-label`}>
          {name}
        </span>
      ) : (
        <label class="f-name" for={id} id={`${id}-label`}>
          {name}
        </label>
      )}
      {required && !node && <span class="f-required">required</span>}
      {k && !item && <Badges of={k} />}
      {free && node && (
        <KindControl label={`Kind of ${name}`} kind={node.kind} disabled={scope.disabled} choose={(to) => void scope.doc.assign(path, convert(node, to))} />
      )}
      {props.extra}
    </span>
  );
  return (
    <div class={`f ${node ? "f-set" : ""} ${isGroup ? "f-group" : ""}`} data-path={pathText(path)} onFocusIn={show} role={isGroup ? "group" : undefined} aria-labelledby={isGroup ? `${id}-label` : undefined} aria-describedby={isGroup ? described : undefined}>
      {head}
      {help && (
        <span class="f-help" id={`${id}-help`}>
          {help}
        </span>
      )}
      <Control {...props} name={name} kind={kind} control={control} />
      <Effect scope={scope} path={path} node={node} />
      {found.length > 0 && <Found scope={scope} found={found} id={`${id}-found`} />}
    </div>
  );
}

// kindOf is the kind to edit: the schema's, unless the file has another one.
function kindOf(k: Key | undefined, node: Node | undefined): string {
  const wanted = !k || k.facts.type === "any" ? "" : k.facts.type;
  if (!node || node.kind === "null") return wanted || "string";
  return node.kind;
}

function Control(props: FieldProps & { kind: string; control: ControlProps }) {
  const { scope, node, k, name, item, kind, control } = props;
  const facts = k?.facts;
  const hint = k?.hint ?? {};
  const same = !facts || facts.type === "any" || facts.type === kind;
  const mayUnset = item ? false : undefined;
  const fallback = node ? undefined : facts?.default;
  if (hint.references && kind !== "array" && (kind === "string" || node?.fields?.some((f) => f.key === "$uuid")) && scope.doc.kind !== "declaration")
    return <ReferenceControl {...control} payloads={scope.payloads} types={hint.references} inTemplate={scope.doc.kind === "template"} />;
  switch (kind) {
    case "boolean":
      if (!same) break;
      return <BooleanControl {...control} fallback={fallback} mayUnset={mayUnset} />;
    case "date":
      return <DateControl {...control} />;
    case "data":
      return <DataControl {...control} mayUnset={mayUnset} />;
    case "array":
      return <List {...props} />;
    case "dictionary":
      return <Dictionary {...props} />;
  }
  if (facts?.rangelist?.length && (same || kind === "string"))
    return <ChoiceControl {...control} kind={facts.type} choices={facts.rangelist.map((v) => ({ value: String(v), name: String(v) }))} fallback={fallback} mayUnset={mayUnset} />;
  return (
    <TextControl
      {...control}
      label={name}
      kind={same ? kind : (node?.kind ?? kind)}
      sense={hint.sense ?? facts?.subtype}
      secret={hint.secret}
      keepsEmpty={item}
      unit={facts?.unit}
      bounds={{ min: facts?.min, max: facts?.max }}
    />
  );
}

// convert keeps what it can when the kind of a value changes.
function convert(node: Node, kind: string): Value {
  const text = node.text ?? "";
  switch (kind) {
    case "string":
      return { kind, text };
    case "integer":
      return { kind, text: /^-?\d+$/.test(text) ? text : "0" };
    case "real":
      return { kind, text: Number.isFinite(Number(text)) && text !== "" ? text : "0" };
    case "boolean":
      return { kind, text: String(/^(1|true|yes)$/i.test(text)) };
  }
  return begin(undefined, kind);
}

// Dictionary edits keys below a key: those that the schema names, those there beside them, and new ones where any name is allowed.
function Dictionary(props: FieldProps) {
  const { scope, path, node, k, name, item } = props;
  const open = useSignal(false);
  const domain = preferenceDomain(path);
  const preferences = domain ? formOf(domain) : undefined;
  const keys = preferences?.types.length ? topKeys(preferences) : (k?.keys() ?? []);
  const summary = useRef<HTMLElement>(null);
  const body = <Fields scope={scope} path={path} node={node} keys={keys} any={k?.any()} isFree={!k || k.facts.type === "any" || (keys.length === 0 && !k.any())} />;
  if (node && node.kind === "dictionary") {
    return (
      <div class="f-inside">
        {body}
        {!item && (
          <button type="button" class="plain f-remove" disabled={scope.disabled} onClick={() => void scope.doc.assign(path, undefined).then(() => summary.current?.focus())}>
            Remove {name}
          </button>
        )}
      </div>
    );
  }
  return (
    <details class="f-inside" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary ref={summary}>
        Not set<span class="hidden">: keys of {name}</span>
      </summary>
      {open.value && (
        <>
          {body}
          <button type="button" class="plain" disabled={scope.disabled} onClick={() => void scope.doc.assign(path, { kind: "dictionary" })}>
            Set {name} without keys
          </button>
        </>
      )}
    </details>
  );
}

// preferenceDomain is the domain of which a dictionary in a payload of preferences holds the keys.
function preferenceDomain(path: Path): string | undefined {
  const domain = path.at(-4);
  return path.at(-1) === "mcx_preference_settings" && typeof domain === "string" ? domain : undefined;
}

// List edits an array: each element, and a new one.
function List({ scope, path, node, k, name }: FieldProps) {
  const element = k?.element();
  const add = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const items = node?.kind === "array" ? (node.items ?? []) : [];
  const shown = useSignal(100); // thousands of controls would be slow
  const kind = element?.facts.type === "any" ? "string" : (element?.facts.type ?? items[0]?.kind ?? "string");
  const most = element?.facts.maxitems;
  const focusItem = (i: number) =>
    requestAnimationFrame(() => {
      const item = list.current?.children[i];
      (item?.querySelector<HTMLElement>("input, select, textarea, summary") ?? item?.querySelector("button"))?.focus();
    });
  const button = (text: string, label: string, disabled: boolean, act: () => Promise<void>, then: () => void) => (
    <button type="button" class="plain" aria-label={label} disabled={disabled || scope.disabled} onClick={() => void act().then(then)}>
      {text}
    </button>
  );
  return (
    <div class="f-inside">
      {items.length > 0 && (
        <ol class="f-list" ref={list}>
          {items.slice(0, shown.value).map((child, i) => (
            <li key={i}>
              <Field
                scope={scope}
                path={[...path, i]}
                node={child}
                k={element}
                name={`${name} ${i + 1}`}
                item
                extra={
                  <span class="f-tools">
                    {items.length > 1 && button("↑", `Move ${name} ${i + 1} up`, i === 0, () => scope.doc.move([...path, i], i - 1), () => focusItem(i - 1))}
                    {items.length > 1 && button("↓", `Move ${name} ${i + 1} down`, i === items.length - 1, () => scope.doc.move([...path, i], i + 1), () => focusItem(i + 1))}
                    {button("×", `Remove ${name} ${i + 1}`, false, () => scope.doc.assign([...path, i], undefined), () => add.current?.focus())}
                  </span>
                }
              />
            </li>
          ))}
        </ol>
      )}
      {items.length > shown.value && (
        <button type="button" onClick={() => (shown.value += 500)}>
          Show more of {items.length} <span class="hidden">in {name}</span>
        </button>
      )}
      <span class="f-input">
        <button
          type="button"
          ref={add}
          disabled={scope.disabled || (most !== undefined && items.length >= most)}
          onClick={() => void (node?.kind === "array" ? scope.doc.insert([...path, items.length], begin(element, kind)) : scope.doc.assign(path, { kind: "array", items: [begin(element, kind)] })).then(() => focusItem(items.length))}
        >
          Add <span class="hidden">to {name}</span>
        </button>
        {node && (
          <button type="button" class="plain" disabled={scope.disabled} aria-label={`Remove ${name}`} onClick={() => void scope.doc.assign(path, undefined).then(() => add.current?.focus())}>
            Remove
          </button>
        )}
        {!node && <span class="faint small">Not set</span>}
      </span>
    </div>
  );
}

// few is how many keys are shown at once without being set or required.
const few = 8;

// Fields are the keys of a dictionary below the top: required ones, those that are set, and the others folded.
export function Fields({ scope, path, node, keys, any, isFree }: { scope: Scope; path: Path; node: Node | undefined; keys: Key[]; any: Key | undefined; isFree?: boolean }) {
  const shown = useRef(new Set<string>());
  const open = useSignal(false);
  const names = new Set(keys.map((k) => k.facts.name));
  for (const k of keys) if (k.required || fieldOf(node, k.facts.name) || oneOf(keys, path, scope).has(k.facts.name)) if (!open.value) shown.current.add(k.facts.name);
  const first = keys.filter((k) => shown.current.has(k.facts.name)).sort((a, b) => Number(b.required) - Number(a.required));
  const rest = keys.filter((k) => !shown.current.has(k.facts.name));
  const others = (node?.fields ?? []).filter((f) => !names.has(f.key));
  const show = (k: Key) => <Field key={k.facts.name} scope={scope} path={[...path, k.facts.name]} node={fieldOf(node, k.facts.name)} k={k} name={k.facts.name} />;
  return (
    <>
      {first.map(show)}
      <Others scope={scope} path={path} fields={others} k={any} />
      {rest.length > 0 &&
        (rest.length <= few && first.length === 0 ? (
          rest.map(show)
        ) : (
          <details class="f-more" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
            <summary>
              {rest.length} more {rest.length === 1 ? "key" : "keys"}
            </summary>
            {open.value && rest.map(show)}
          </details>
        ))}
      {(any || isFree) && <NewKey scope={scope} path={path} node={node} any={any} />}
    </>
  );
}

// Others are the keys that a schema does not name. isStrange marks them, where none but named ones are expected.
export function Others({ scope, path, fields, k, isStrange }: { scope: Scope; path: Path; fields: TreeField[]; k: Key | undefined; isStrange?: boolean }) {
  const shown = useSignal(100); // as in lists
  return (
    <>
      {fields.slice(0, shown.value).map((f) => (
        <Field
          key={f.key}
          scope={scope}
          path={[...path, f.key]}
          node={f.value}
          k={k}
          name={f.key}
          extra={
            <>
              {isStrange && <span class="badge">not in the schema</span>}
              {f.value.kind !== "dictionary" && f.value.kind !== "array" && f.value.kind !== "data" && (
                <button type="button" class="plain" aria-label={`Remove ${visible(f.key)}`} disabled={scope.disabled} onClick={() => void scope.doc.assign([...path, f.key], undefined)}>
                  ×
                </button>
              )}
            </>
          }
        />
      ))}
      {fields.length > shown.value && (
        <button type="button" onClick={() => (shown.value += 500)}>
          Show more of {fields.length} keys
        </button>
      )}
    </>
  );
}

// oneOf are the keys of a dictionary of which one has to be there, as long as none is.
export function oneOf(keys: Key[], path: Path, scope: Scope): Set<string> {
  const form = keys[0]?.form;
  const at = path.slice(scope.top.length).filter((step) => typeof step === "string").join(".");
  return new Set((form?.hints?.[at]?.oneOf ?? []).flat());
}

// NewKey adds a key with a name of its own.
export function NewKey({ scope, path, node, any }: { scope: Scope; path: Path; node: Node | undefined; any: Key | undefined }) {
  const id = useId();
  const name = useSignal("");
  const kind = useSignal("string");
  const isTaken = !!fieldOf(node, name.value);
  const fixed = any && any.facts.type !== "any" ? any.facts.type : undefined;
  return (
    <form
      class="f-new"
      onSubmit={(event) => {
        event.preventDefault();
        if (!name.value || isTaken) return;
        const key = name.value;
        const form = event.currentTarget;
        name.value = ""; // at once: the next name may be typed before the text is checked
        void scope.doc.assign([...path, key], begin(any?.facts.type === "any" ? undefined : any, fixed ?? kind.value)).then(() => {
          const field = () => document.querySelector<HTMLElement>(`[data-path="${CSS.escape(pathText([...path, key]))}"] :is(input, select, textarea)`);
          requestAnimationFrame(() => (form.contains(document.activeElement) || document.activeElement === document.body) && field()?.focus());
        });
      }}
    >
      <label for={id}>Another key</label>
      <input id={id} value={name.value} autoComplete="off" spellcheck={false} disabled={scope.disabled} aria-invalid={isTaken || undefined} onInput={(event) => (name.value = event.currentTarget.value)} />
      {!fixed && <KindControl label="Kind of the new key" kind={kind.value} disabled={scope.disabled} choose={(k) => (kind.value = k)} />}
      <button type="submit" disabled={scope.disabled || !name.value || isTaken}>
        Add key
      </button>
      {isTaken && <span class="f-wrong">The key is there already</span>}
    </form>
  );
}

// Found lists the findings at a field, with the buttons of their fixes.
export function Found({ scope, found, id, onGo }: { scope: Scope; found: Diagnostic[]; id?: string; onGo?: (finding: Diagnostic) => void }) {
  return (
    <ul class="f-found" id={id}>
      {found.map((f) => (
        <li class={`finding ${f.severity}`}>
          <span class="badge">{f.severity}</span> <span>{visible(f.message)}</span>
          {f.help && <span class="help">{visible(f.help)}</span>}
          <span class="f-input">
            {f.fix && (
              <button type="button" disabled={scope.disabled} onClick={() => void scope.doc.fix(f)}>
                {visible(f.fix.title)}
              </button>
            )}
            {onGo && f.path && (
              <button type="button" class="plain" aria-label={`Go to ${visible(f.path)}`} onClick={() => onGo(f)}>
                Go there
              </button>
            )}
            {f.rule && (
              <a class="small" href={`#/rule/${encodeURIComponent(f.rule)}`}>
                {f.rule}
              </a>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

const classes: Record<string, string> = { enforced: "enforced", set: "set; Apple does not state whether people can change it", locked: "locked as it is", preset: "preset, people can change it", manual: "left to be set by hand", none: "no effect" };

// Effect says what a key that is set will really do on the chosen devices.
function Effect({ scope, path, node }: { scope: Scope; path: Path; node: Node | undefined }) {
  if (!node || scope.effects.size === 0) return null;
  const steps = path.slice(scope.top.length);
  if (typeof steps.at(-1) === "number") return null;
  const all = (scope.effects.get([scope.type, ...steps.filter((s) => typeof s === "string")].join(".")) ?? []).filter((e) => !e.value || node.kind !== "boolean" || e.value === node.text);
  if (all.length === 0) return null;
  const same = new Map<string, KeyEffect[]>();
  for (const e of all) same.set(e.class + "\n" + e.condition, [...(same.get(e.class + "\n" + e.condition) ?? []), e]);
  return (
    <ul class="f-effect">
      {[...same.values()].map((es) => (
        <li class={es[0]!.class}>
          <strong>{classes[es[0]!.class] ?? es[0]!.class}</strong>
          {same.size > 1 || es.length > 1 ? ` on ${[...new Set(es.map((e) => describe(e.target)))].join("; ")}` : ""}
          {es[0]!.condition && <span class="faint">: {es[0]!.condition}</span>}
        </li>
      ))}
    </ul>
  );
}

// Badges say where a key works, and what it needs.
function Badges({ of }: { of: Key }) {
  const on = of.on;
  const there = on.filter((p) => p.available && !p.removed);
  const gone = on.filter((p) => p.available && p.removed);
  const all = (test: (p: OnPlatform) => unknown) => there.length > 0 && there.every(test);
  const some = (test: (p: OnPlatform) => unknown) => there.filter(test).map((p) => p.platform);
  const supervised = some((p) => p.supervised);
  const managed = some((p) => p.allowmanualinstall === false);
  const old = some((p) => p.deprecated);
  return (
    <span class="f-badges">
      {there.length > 0 && <span>{there.map((p) => `${p.platform} ${p.introduced ?? ""}`.trim()).join(", ")}</span>}
      {supervised.length > 0 && <span class="badge">supervised{all((p) => p.supervised) ? "" : ` on ${supervised.join(", ")}`}</span>}
      {managed.length > 0 && <span class="badge">by MDM only{all((p) => p.allowmanualinstall === false) ? "" : ` on ${managed.join(", ")}`}</span>}
      {old.length > 0 && <span class="badge warn">deprecated{all((p) => p.deprecated) ? "" : ` on ${old.join(", ")}`}</span>}
      {gone.length > 0 && <span class="badge bad">removed in {gone.map((p) => `${p.platform} ${p.removed}`).join(", ")}</span>}
      {of.facts.community && <span class="badge">community</span>}
      <span class="hidden">, {words[of.facts.type] ?? of.facts.type}</span>
    </span>
  );
}
