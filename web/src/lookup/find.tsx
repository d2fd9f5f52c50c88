import { useEffect, useRef, useState } from "preact/hooks";
import type { Hit, SchemaEntry } from "../results";
import { address, route } from "../route";
import { useAnswer } from "../ui/answer";
import { useTitle } from "../ui/title";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { families, familyName } from "./words";

const kinds: [kind: string, label: string][] = [["", "All"], ["type", "Types"], ["key", "Keys"], ["status", "Status items"], ["rule", "Rules"]];

// hrefOf is the address of a hit.
export function hrefOf(hit: Hit): string {
  if (hit.kind === "rule") return address("rule", hit.id);
  return hit.path ? address("key", hit.id, hit.path) : address("type", hit.id);
}

// Find searches the catalog, or lists its types.
export function Find() {
  const query = route.value.path[0] ?? "";
  const [text, setText] = useState(query);
  const [kind, setKind] = useState("");
  const [limit, setLimit] = useState(40);
  const box = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useTitle(text.trim() ? `${text.trim()}: look up` : "Look up");
  useEffect(() => setText(query), [query]);
  useEffect(() => setLimit(40), [text, kind]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const wanted = text.trim() ? address("find", text.trim()) : address("find");
      if (route.value.name === "find" && wanted !== location.hash && text.trim() !== query) location.replace(wanted);
    }, 150);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, []);

  // Arrows walk through the hits, from the box down and back.
  function onKeyDown(event: KeyboardEvent) {
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "ArrowDown" && at + 1 < links.length) links[at + 1]!.focus();
    else if (event.key === "ArrowUp" && at > 0) links[at - 1]!.focus();
    else if (event.key === "ArrowUp" && at === 0) box.current?.focus();
    else if (event.key === "Enter" && document.activeElement === box.current && links[0]) links[0].click();
    else if (event.key === "Escape" && at >= 0) box.current?.focus();
    else return;
    event.preventDefault();
  }

  const { result, error, late } = useAnswer("find", text.trim() ? { query: text, kind, limit } : undefined, 150);
  return (
    <div class="lookup" onKeyDown={onKeyDown}>
      <h1>Look up</h1>
      <p class="faint">Every payload, declaration, key, status item and rule: what it does, on which device.</p>
      <div class="search" role="search">
        <label class="field">
          <span>Search</span>
          <input
            ref={box}
            type="search"
            id="find"
            value={text}
            placeholder="dns failover, allowCamera, passcode length"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <span class="help keys">/ from anywhere, ↓ ↑ through the hits, Enter opens</span>
        </label>
        {text.trim() && (
          <fieldset class="kinds">
            <legend class="hidden">Show</legend>
            {kinds.map(([value, label]) => (
              <label>
                <input type="radio" name="kind" checked={kind === value} onChange={() => setKind(value)} /> <span>{label}</span>
              </label>
            ))}
          </fieldset>
        )}
      </div>
      {error && <Trouble error={error} />}
      {text.trim() === "" ? (
        <Types />
      ) : (
        result && (
          <div class={late ? "late" : undefined}>
            <p role="status" class="faint">
              {result.total === 0 && "Nothing found. Try fewer or other words."}
              {result.corrected && (
                <>
                  Nothing has these words. Results for <strong>{visible(result.corrected)}</strong>:{" "}
                </>
              )}
              {result.some && "Nothing has all of these words. Some of them: "}
              {result.total > 0 && `${result.total} ${result.total === 1 ? "hit" : "hits"}`}
            </p>
            <ul class="hits" ref={list}>
              {result.hits.map((hit) => (
                <li>
                  <HitLink hit={hit} />
                </li>
              ))}
            </ul>
            {result.total > result.hits.length && (
              <button type="button" onClick={() => setLimit(limit * 4)}>
                Show more
              </button>
            )}
          </div>
        )
      )}
    </div>
  );
}

function HitLink({ hit }: { hit: Hit }) {
  return (
    <a class="hit" href={hrefOf(hit)}>
      <span class="hitname">
        <code>{hit.path || hit.id}</code>
        {hit.type && <span class="faint small"> {hit.type}</span>}
      </span>
      <span class="badge">{hit.kind === "rule" ? "rule" : hit.kind === "status" ? "status item" : familyName(hit.family ?? "")}</span>
      {hit.path && hit.kind !== "status" && <span class="in faint small">in {hit.id}</span>}
      {hit.description && <span class="about">{hit.description}</span>}
    </a>
  );
}

// Types lists all types by family.
function Types() {
  const { result, error } = useAnswer("list", {});
  const rules = useAnswer("rules", {});
  if (error) return <Trouble error={error} />;
  if (!result) return <p class="faint">Loading the catalog…</p>;
  return (
    <>
      {families.map(([family, heading]) => {
        const types = result.types.filter((t) => t.family === family);
        return types.length > 0 && <Group heading={heading} count={types.length} open={family === "payload"}>{types.map((t) => <TypeLink type={t} />)}</Group>;
      })}
      {rules.result && (
        <Group heading="Rules of the check" count={rules.result.rules.length} open={false}>
          {rules.result.rules.map((r) => (
            <li>
              <a class="hit" href={address("rule", r.id)}>
                <code>{r.id}</code> <span class={`badge ${r.severity}`}>{r.severity}</span>
                <span class="about">{r.summary}</span>
              </a>
            </li>
          ))}
        </Group>
      )}
    </>
  );
}

function Group({ heading, count, open, children }: { heading: string; count: number; open: boolean; children: preact.ComponentChildren }) {
  return (
    <details class="group" open={open}>
      <summary>
        <h2>{heading}</h2> <span class="faint">{count}</span>
      </summary>
      <ul class="hits short">{children}</ul>
    </details>
  );
}

function TypeLink({ type }: { type: SchemaEntry }) {
  return (
    <li>
      <a class="hit" href={address("type", type.id)}>
        <code>{type.id}</code>
        <span class="about">
          {type.platforms.map((p) => p.platform).join(", ")}
          {type.platforms.some((p) => p.deprecated) && <span class="badge warning">deprecated</span>}
        </span>
      </a>
    </li>
  );
}
