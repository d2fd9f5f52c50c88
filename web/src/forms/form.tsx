// The form side of a document: its payloads, and a form for the chosen one.
import "./forms.css";
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Doc, Node, Path, Value } from "../edit/document";
import { call } from "../engine";
import type { Diagnostic, FormEntry, KeyEffect } from "../results";
import { Targets } from "../ui/targets";
import { visible } from "../ui/visible";
import { formOf, formTypes, titleOf, topKeys, type Key } from "./facts";
import { Field, Found, NewKey, Others, oneOf } from "./field";
import { answered, organization, wantedType } from "./new";
import { fieldOf, pathText, textOf, type Named, type Scope } from "./scope";
import { TypeSearch } from "./types";

const own = -1; // the profile's own keys, in place of the index of a payload

// FormSide edits the document by forms.
export function FormSide({ doc }: { doc: Doc }) {
  const last = useRef<Node | undefined>(undefined);
  const chosen = useSignal(0);
  const adding = useSignal(false);
  const nav = useRef<HTMLUListElement>(null);
  const effects = useEffects(doc);
  if (doc.tree.value) last.current = doc.tree.value;
  const tree = last.current;
  const findings = useComputed(() => {
    const map = new Map<string, Diagnostic[]>();
    for (const f of doc.findings.value) {
      if (!f.path) continue;
      const here = map.get(f.path);
      if (here) here.push(f);
      else map.set(f.path, [f]);
    }
    return map;
  });
  const list = doc.kind === "template" ? "payloads" : "PayloadContent";
  const counts = useComputed(() => byPayload(doc.findings.value, list));
  const payloads = fieldOf(tree, list)?.items ?? [];
  const isDeclaration = doc.kind === "declaration";

  // The place of the editor's cursor opens its payload.
  useSignalEffect(() => {
    const path = doc.selected.value;
    if (!path || isDeclaration) return;
    chosen.value = path[0] === list && typeof path[1] === "number" ? path[1] : own;
    adding.value = false;
    requestAnimationFrame(() => {
      for (let n = path.length; n > 0; n--) {
        const field = document.querySelector(`.forms [data-path="${CSS.escape(pathText(path.slice(0, n)))}"]`);
        if (field) return field.scrollIntoView({ block: "nearest" });
      }
    });
  });

  // A new document goes on at its form: what made it is gone, and the focus with it. A link asks for a payload of a type.
  useEffect(() => {
    if (tree && doc.changed.peek() && document.activeElement === document.body) focusForm();
  }, [!tree]);
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>("[aria-current]")?.parentElement;
    if (current) nav.current!.scrollLeft += current.getBoundingClientRect().left - nav.current!.getBoundingClientRect().left - 8; // a row on a phone
  }, [chosen.value, !tree]);
  useSignalEffect(() => {
    if (wantedType.value && !isDeclaration) adding.value = true;
  });

  if (!tree) return <p class="faint">{doc.problem.value ? visible(doc.problem.value.message) : "Reading the document…"}</p>;
  const index = isDeclaration ? 0 : Math.min(chosen.value, payloads.length - 1);
  const payload = isDeclaration ? tree : payloads[index];
  const named = payloads.map((p, i) => nameOf(p, i, doc));
  const typeKey = isDeclaration ? "Type" : doc.kind === "template" ? "type" : "PayloadType";
  const type = payload ? textOf(payload, typeKey) : "";
  const top: Path = index === own ? [] : isDeclaration ? ["Payload"] : doc.kind === "template" ? [list, index, "keys"] : [list, index];
  const takes = (t: FormEntry) => !isDeclaration && (t.family === "payload" || t.family === "preferences" || doc.kind === "template");
  const scope: Scope = {
    doc,
    disabled: !doc.tree.value,
    type,
    top,
    findings: findings.value,
    effects: effects.value,
    payloads: named.filter((_, i) => i !== index),
  };

  const keys = (event: KeyboardEvent) => {
    if (event.key === "F8" && nextToDo(event.shiftKey)) return event.preventDefault();
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    (document.activeElement as HTMLElement | null)?.dispatchEvent(new FocusEvent("blur"));
    if (key === "y" || event.shiftKey) doc.redo();
    else doc.undo();
  };

  async function add(id: string) {
    const taken = payloads.map((p) => textOf(p, "PayloadIdentifier"));
    const profile = textOf(tree, "PayloadIdentifier");
    const { result } = await call("minimal", { type: id, organization: organization.value || profile.split(".").slice(0, 2).join("."), profile, taken });
    await doc.insert([list, payloads.length], doc.kind === "template" ? templatePayload(result.payload, payloads) : result.payload);
    chosen.value = payloads.length;
    adding.value = false;
    answered();
    focusForm();
  }

  return (
    <div class="forms" onKeyDown={keys}>
      {!doc.tree.value && (
        <p class="trouble" role="status">
          The text cannot be read now{doc.problem.value && `: ${visible(doc.problem.value.message)}`}. The form waits for it.
        </p>
      )}
      {wantedType.value && !formTypes()?.some((t) => t.id === wantedType.value && takes(t)) && (
        <p class="origin">Close this document to begin one with {visible(wantedType.value)}.</p>
      )}
      <Overview scope={scope} go={(f) => go(f, list, chosen, adding)} />
      <Targets targets={doc.targets} label="Shown for" none="Any device" />
      <div class={isDeclaration ? "" : "forms-sides"}>
        {!isDeclaration && (
          <nav class="payloads" aria-label="Payloads">
            <ul ref={nav}>
              {doc.kind === "profile" && (
                <li>
                  <button type="button" aria-current={index === own && !adding.value ? "true" : undefined} onClick={() => ((chosen.value = own), (adding.value = false))}>
                    <span>The profile itself</span>
                    <span class="small faint">name, identifier, removal</span>
                  </button>
                </li>
              )}
              {named.map((p, i) => (
                <li key={i}>
                  <button type="button" aria-current={index === i && !adding.value ? "true" : undefined} onClick={() => ((chosen.value = i), (adding.value = false))}>
                    <span>{p.title}</span>
                    <span class="small faint">{visible(p.type) || "no type"}</span>
                    <Count here={counts.value.get(i)} />
                  </button>
                </li>
              ))}
            </ul>
            <button type="button" disabled={scope.disabled} aria-expanded={adding.value} onClick={() => (adding.value = !adding.value)}>
              Add a payload
            </button>
          </nav>
        )}
        <section class="payload-form" id="payload-form" tabIndex={-1} aria-label={adding.value ? "Add a payload" : index === own ? "The profile itself" : visible(titleOf(type))}>
          {adding.value ? (
            <TypeSearch autofocus start={wantedType.value} label="Add a payload" keep={takes} choose={(t) => void add(t.id)} />
          ) : index === own ? (
            doc.kind === "template" ? (
              <p>Add a payload, or edit the text.</p>
            ) : (
              <TypeForm key="own" scope={scope} name="Configuration" title="The profile itself" node={tree} without={[list]} path={[]} />
            )
          ) : (
            payload && (
              <>
                {!isDeclaration && (
                  <Tools
                    doc={doc}
                    disabled={scope.disabled}
                    list={list}
                    index={index}
                    payloads={payloads}
                    chosen={chosen}
                    name={named[index]!.title}
                  />
                )}
                <TypeForm
                  key={`${index} ${type}`}
                  scope={scope}
                  name={type}
                  title={visible(titleOf(type))}
                  node={isDeclaration ? fieldOf(tree, "Payload") : doc.kind === "template" ? fieldOf(payload, "keys") : payload}
                  path={top}
                  around={isDeclaration ? { path: [], node: tree, without: ["Payload"] } : doc.kind === "template" ? undefined : { path: top, node: payload, without: [] }}
                />
              </>
            )
          )}
        </section>
      </div>
    </div>
  );
}

function focusForm() {
  requestAnimationFrame(() => {
    const form = document.getElementById("payload-form");
    if (form?.querySelector(".f:focus-within")) return; // somebody was faster
    (form?.querySelector<HTMLElement>(".f input, .f select, .f textarea, .f summary, .f button") ?? form)?.focus();
  });
}

// control is what a field is edited by; a field inside another has its own.
const control = ":scope > .f-states input:checked, :scope > .f-states input, :scope > select, :scope > .f-input :is(input, textarea, select), :scope > .f-data input, :scope > .f-inside > .f-input > button, :scope > .f-inside > summary";

// nextToDo goes to the next field that is required and not set, or has a finding, from the focus on and around; back: to the one before.
function nextToDo(back: boolean): boolean {
  const fields = [...document.querySelectorAll<HTMLElement>(".type-form .f:is(:has(> .f-head > .f-required), :has(> .f-found))")];
  if (back) fields.reverse();
  const from = document.activeElement?.closest(".f") ?? document.activeElement ?? document.body;
  const { DOCUMENT_POSITION_PRECEDING: before, DOCUMENT_POSITION_FOLLOWING: after } = globalThis.Node;
  const next = fields.find((f) => f !== from && from.compareDocumentPosition(f) & (back ? before : after)) ?? fields[0];
  next?.querySelector<HTMLElement>(control)?.focus();
  return next !== undefined;
}

// go shows the field of a finding.
function go(finding: Diagnostic, list: string, chosen: { value: number }, adding: { value: boolean }) {
  const path = finding.path ?? "";
  const match = new RegExp(`^${list}\\[(\\d+)\\]`).exec(path);
  chosen.value = match ? Number(match[1]) : own;
  adding.value = false;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      for (let p = path; p; p = p.replace(/(\.[^.[]*|\[[^[]*\])$/, "")) {
        const field = document.querySelector<HTMLElement>(`.forms [data-path="${CSS.escape(p)}"]`);
        if (field) {
          field.scrollIntoView({ block: "center" });
          return field.querySelector<HTMLElement>("input, select, textarea, summary, button")?.focus();
        }
        if (!/[.[]/.test(p)) break;
      }
      document.getElementById("payload-form")?.focus();
    }),
  );
}

// byPayload has the findings of each payload of a list.
function byPayload(findings: Diagnostic[], list: string): Map<number, Diagnostic[]> {
  const map = new Map<number, Diagnostic[]>();
  for (const f of findings) {
    const at = f.path?.startsWith(`${list}[`) ? parseInt(f.path.slice(list.length + 1), 10) : NaN;
    if (Number.isNaN(at)) continue;
    const here = map.get(at);
    if (here) here.push(f);
    else map.set(at, [f]);
  }
  return map;
}

function Count({ here = [] }: { here: Diagnostic[] | undefined }) {
  const worst = here.find((f) => f.severity === "error") ?? here.find((f) => f.severity === "warning") ?? here[0];
  return worst ? <span class={`badge ${worst.severity}`}>{here.length === 1 ? `1 ${worst.severity}` : `${here.length} findings`}</span> : null;
}

function nameOf(payload: Node, i: number, doc: Doc): Named {
  const isTemplate = doc.kind === "template";
  const type = textOf(payload, isTemplate ? "type" : "PayloadType");
  const title = (isTemplate ? textOf(payload, "name") : textOf(payload, "PayloadDisplayName")) || titleOf(type) || `Payload ${i + 1}`;
  return { type, title: visible(title), uuid: textOf(payload, isTemplate ? "id" : "PayloadUUID") };
}

const identity = /^Payload(Identifier|UUID|Type|Version)$/;

// templatePayload makes a payload of a template of one of a profile.
function templatePayload(payload: Value, others: Node[]): Value {
  const type = payload.fields?.find((f) => f.key === "PayloadType" || f.key === "Type")?.value ?? { kind: "string", text: "" };
  const keys = payload.fields?.find((f) => f.key === "Payload")?.value ?? { kind: "dictionary", fields: payload.fields?.filter((f) => !/^Payload(Identifier|UUID|Type|Version|DisplayName)$/.test(f.key)) ?? [] };
  const word = (type.text ?? "").replace(/^com\.apple\.(configuration\.)?/, "").split(".")[0] || "payload";
  const taken = others.map((o) => textOf(o, "id"));
  let id = word;
  for (let n = 2; taken.includes(id); n++) id = word + n;
  return { kind: "dictionary", fields: [{ key: "type", value: type }, { key: "id", value: { kind: "string", text: id } }, { key: "keys", value: keys }] };
}

// plain is a value without its places in the text.
function plain(node: Node): Value {
  return { kind: node.kind, ...(node.text !== undefined && { text: node.text }), ...(node.items && { items: node.items.map(plain) }), ...(node.fields && { fields: node.fields.map((f) => ({ key: f.key, value: plain(f.value) })) }) };
}

// Tools move, duplicate and remove a payload.
function Tools({ doc, disabled, list, index, payloads, chosen, name }: { doc: Doc; disabled: boolean; list: string; index: number; payloads: Node[]; chosen: { value: number }; name: string }) {
  async function move(to: number) {
    await doc.move([list, index], to);
    chosen.value = to;
  }
  async function duplicate() {
    const copy = plain(payloads[index]!);
    if (doc.kind === "template") {
      const taken = payloads.map((p) => textOf(p, "id"));
      for (const f of copy.fields ?? []) if (f.key === "id") for (let n = 2; taken.includes(f.value.text ?? ""); n++) f.value = { kind: "string", text: textOf(payloads[index], "id") + n };
    } else {
      const { result } = await call("minimal", {
        type: textOf(payloads[index], "PayloadType"),
        profile: textOf(doc.tree.value, "PayloadIdentifier"),
        taken: payloads.map((p) => textOf(p, "PayloadIdentifier")),
      }).catch(() => ({ result: undefined }));
      for (const f of copy.fields ?? []) {
        const fresh = result?.payload.fields?.find((g) => g.key === f.key)?.value;
        if (f.key === "PayloadUUID") f.value = { kind: "string", text: fresh?.text ?? crypto.randomUUID().toUpperCase() };
        if (f.key === "PayloadIdentifier") f.value = fresh ?? { kind: "string", text: (f.value.text ?? "") + ".copy" };
      }
    }
    await doc.insert([list, index + 1], copy);
    chosen.value = index + 1;
  }
  async function remove() {
    await doc.assign([list, index], undefined);
    chosen.value = Math.max(own, index - 1);
    document.getElementById("payload-form")?.focus();
  }
  return (
    <div class="payload-tools" role="group" aria-label={`Payload ${name}`}>
      {payloads.length > 1 && (
        <>
          <button type="button" class="plain" disabled={disabled || index === 0} onClick={() => void move(index - 1)}>
            Move up
          </button>
          <button type="button" class="plain" disabled={disabled || index === payloads.length - 1} onClick={() => void move(index + 1)}>
            Move down
          </button>
        </>
      )}
      <button type="button" class="plain" disabled={disabled} onClick={() => void duplicate()}>
        Duplicate
      </button>
      <button type="button" class="plain" disabled={disabled} onClick={() => void remove()}>
        Remove payload
      </button>
    </div>
  );
}

// Overview has the findings of the whole document.
function Overview({ scope, go }: { scope: Scope; go: (finding: Diagnostic) => void }) {
  const all = scope.doc.findings.value;
  const of = (severity: string) => all.filter((f) => f.severity === severity).length;
  const parts = ["error", "warning", "note"].flatMap((s) => (of(s) ? [`${of(s)} ${s}${of(s) > 1 ? "s" : ""}`] : []));
  return (
    <details class="forms-found">
      <summary>
        <span aria-live="polite" class={all.length === 0 ? "good" : ""}>
          {all.length === 0 ? (scope.doc.busy.value ? "Checking…" : "Nothing found") : parts.join(", ")}
        </span>
      </summary>
      {all.length > 0 && <Found scope={scope} found={all.slice(0, 100)} onGo={go} />}
    </details>
  );
}

interface Around {
  path: Path;
  node: Node;
  without: string[];
}

// TypeForm edits the keys of a type, and those around them.
function TypeForm({ scope, name, title, node, path, without = [], around }: { scope: Scope; name: string; title: string; node: Node | undefined; path: Path; without?: string[]; around?: Around | undefined }) {
  const form = formOf(name || "payload without a type");
  const filter = useSignal("");
  const first = useRef<Set<string> | undefined>(undefined);
  const open = useRef(new Set<string>());
  const aroundOpen = useSignal(false);
  if (!form) return <p class="faint">Reading the keys of {title}…</p>;
  const all = topKeys(form, form.types, node).filter((k) => !without.includes(k.facts.name) && !(name === "Configuration" && identity.test(k.facts.name) && k.facts.name !== "PayloadIdentifier"));
  const keys = all.filter((k) => k.facts.name !== "ANY");
  const any = all.find((k) => k.facts.name === "ANY");
  const outer = form.around ? topKeys(form, [form.around]) : [];
  const known = new Set([...keys, ...(around?.node === node || around === undefined ? outer : [])].map((k) => k.facts.name));
  if (name === "Configuration") for (const k of topKeys(form)) known.add(k.facts.name);
  const isSet = (k: Key) => !!fieldOf(node, k.facts.name);
  const needed = oneOf(keys, path, scope);

  // What is shown first stays where it is while the form is open; a key set elsewhere comes to it.
  first.current ??= new Set(keys.filter((k) => k.required || isSet(k) || needed.has(k.facts.name)).map((k) => k.facts.name));
  const groups = grouped(keys.filter((k) => !first.current!.has(k.facts.name)));
  for (const g of groups) for (const k of g.keys) if (isSet(k) && !open.current.has(g.name)) first.current.add(k.facts.name);
  if (name === "Configuration") for (const n of ["PayloadDisplayName", "PayloadIdentifier", "PayloadOrganization", "PayloadDescription"]) first.current.add(n);
  const top = keys.filter((k) => first.current!.has(k.facts.name)).sort((a, b) => Number(b.required) - Number(a.required));
  const others = (node?.fields ?? []).filter((f) => !known.has(f.key) && !without.includes(f.key));
  const show = (k: Key) => <Field key={k.facts.name} scope={scope} path={[...path, k.facts.name]} node={fieldOf(node, k.facts.name)} k={k} name={k.facts.name} />;
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (k: Key) => words.every((w) => k.facts.name.toLowerCase().includes(w) || (k.facts.description?.text ?? "").toLowerCase().includes(w));
  const fitting = words.length ? keys.filter(fits) : [];
  const type = form.types[0];
  const here = scope.findings.get(pathText(path)) ?? [];
  return (
    <div class="type-form">
      <h2>{title}</h2>
      {name !== "Configuration" && (
        <p class="small faint">
          <code>{visible(name)}</code>
          {type && ` · ${type.platforms.filter((p) => p.available).map((p) => `${p.platform} ${p.introduced ?? ""}`.trim()).join(", ")}`}
          {type?.replacement && ` · replaced by ${type.replacement}`}
        </p>
      )}
      {!type && <p class="f-note">No schema knows this type: its values stay as they are, and can be edited as such.</p>}
      {here.length > 0 && <Found scope={scope} found={here} />}
      {keys.length > 12 && (
        <label class="f-filter">
          <span class="hidden">Filter keys of {title}</span>
          <input type="search" placeholder={`Filter ${keys.length} keys`} value={filter.value} autoComplete="off" spellcheck={false} onInput={(event) => (filter.value = event.currentTarget.value)} />
        </label>
      )}
      {words.length > 0 ? (
        <>
          <p class="small faint" aria-live="polite">
            {fitting.length} {fitting.length === 1 ? "key" : "keys"}
          </p>
          {fitting.slice(0, 50).map(show)}
          {fitting.length > 50 && <p class="small faint">{fitting.length - 50} more: type another word.</p>}
        </>
      ) : (
        <>
          {top.map(show)}
          <Others scope={scope} path={path} fields={others} k={any} isStrange={!any && !!type} />
          {groups.map((g) => (
            <Group key={g.name} start={groups.length === 1 && top.length === 0 && others.length === 0} name={groups.length === 1 ? "More keys" : g.name} count={g.keys.filter((k) => !first.current!.has(k.facts.name)).length} opened={(isOpen) => (isOpen ? open.current.add(g.name) : open.current.delete(g.name))}>
              {() => g.keys.filter((k) => !first.current!.has(k.facts.name)).map(show)}
            </Group>
          ))}
          {keys.length === 0 && type && !any && <p class="faint">It has no keys of its own.</p>}
          <Group name="A key of your own" count={0} opened={() => {}}>
            {() => <NewKey scope={scope} path={path} node={node} any={any} />}
          </Group>
          {around && outer.length > 0 && (
            <details class="f-more" open={aroundOpen.value} onToggle={(event) => (aroundOpen.value = event.currentTarget.open)}>
              <summary>Name and identity</summary>
              {aroundOpen.value &&
                outer
                  .filter((k) => !around.without.includes(k.facts.name))
                  .map((k) => <Field key={k.facts.name} scope={scope} path={[...around.path, k.facts.name]} node={fieldOf(around.node, k.facts.name)} k={k} name={k.facts.name} />)}
            </details>
          )}
        </>
      )}
    </div>
  );
}

// Group renders its fields when it is opened.
function Group({ name, count, start = false, opened, children }: { name: string; count: number; start?: boolean; opened: (isOpen: boolean) => void; children: () => preact.ComponentChildren }) {
  const open = useSignal(start);
  if (count === 0 && name !== "A key of your own") return null;
  return (
    <details
      class="f-more"
      open={open.value}
      onToggle={(event) => {
        open.value = event.currentTarget.open;
        opened(open.value);
      }}
    >
      <summary>
        {name} {count > 0 && <span class="faint">{count}</span>}
      </summary>
      {open.value && children()}
    </details>
  );
}

// grouped puts keys together by the systems that take them, and old ones at the end.
function grouped(keys: Key[]): { name: string; keys: Key[] }[] {
  if (keys.length <= 12) return keys.length ? [{ name: "More keys", keys }] : [];
  const groups = new Map<string, Key[]>();
  for (const k of keys) {
    const there = k.on.filter((p) => p.available);
    const now = there.filter((p) => !p.removed && !p.deprecated);
    const name = there.length === 0 ? "On no system" : now.length === 0 ? "Deprecated or removed" : now.map((p) => p.platform).join(", ");
    groups.set(name, [...(groups.get(name) ?? []), k]);
  }
  const rare = [...groups].filter(([name, keys]) => keys.length < 4 && name !== "Deprecated or removed" && name !== "On no system");
  if (rare.length > 1) {
    for (const [name] of rare) groups.delete(name);
    groups.set("Other systems", rare.flatMap(([, keys]) => keys));
  }
  const last = (name: string) => Number(name === "Deprecated or removed" || name === "On no system");
  return [...groups].map(([name, keys]) => ({ name, keys })).sort((a, b) => last(a.name) - last(b.name) || b.keys.length - a.keys.length);
}

// useEffects asks what the keys that are set do on the chosen devices, after a pause.
function useEffects(doc: Doc) {
  const effects = useSignal<Map<string, KeyEffect[]>>(new Map());
  useSignalEffect(() => {
    const text = doc.text.value;
    const targets = doc.targets.value;
    if (targets.length === 0) {
      effects.value = new Map();
      return;
    }
    let stale = false;
    const timer = setTimeout(() => {
      call("effects", { targets }, { [doc.name]: new TextEncoder().encode(text) }).then(
        ({ result }) => {
          if (stale) return;
          const map = new Map<string, KeyEffect[]>();
          for (const e of result.keys) map.set(e.key, [...(map.get(e.key) ?? []), e]);
          effects.value = map;
        },
        () => {},
      );
    }, 500);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  });
  formTypes(); // the names in the list
  return effects;
}
