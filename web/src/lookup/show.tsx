import { useState } from "preact/hooks";
import type { KeyFacts, OnPlatform, SchemaType } from "../results";
import { address, route } from "../route";
import { useAnswer } from "../ui/answer";
import { useTitle } from "../ui/title";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { Effects } from "./effects";
import { Source } from "./source";
import { editable, familyName, valueText } from "./words";

// Show is the page of a type, or of a key of it.
export function Show() {
  const { name, path } = route.value;
  const [type = "", ...rest] = path;
  const key = name === "key" ? rest.join("/") : "";
  useTitle(key ? `${key} of ${type}` : type);
  const full = key ? `${type}.${key.replaceAll("[]", "")}` : type;
  const { result, error, late } = useAnswer("show", { name: full });
  return (
    <div class="lookup">
      <nav class="trail" aria-label="Where this is">
        <a href={address("find")}>Look up</a>
        {key && (
          <>
            {" › "}
            <a href={address("type", type)}>{visible(type)}</a>
          </>
        )}
      </nav>
      {error && !late && (
        <>
          <h1>Not found</h1>
          <Trouble error={error} />
          <p>
            <a href={address("find", key || type)}>Search for {visible(key || type)}</a>
          </p>
        </>
      )}
      {!result && !error && <p class="faint">Loading…</p>}
      {result && !late && result.types.map((t) => (key ? <KeyPage type={t} path={key} /> : <TypePage type={t} several={result.types.length > 1} />))}
    </div>
  );
}

function TypePage({ type, several }: { type: SchemaType; several: boolean }) {
  const [filter, setFilter] = useState("");
  return (
    <article aria-label={type.id}>
      <h1 class="name">
        <code>{type.id}</code>
      </h1>
      <p class="facts">
        <span class="badge">{familyName(type.family)}</span>
        {several && type.title && <span>{type.title}</span>}
        {type.apply && <span class="badge">several combine: {type.apply}</span>}
        {type.platforms.some((p) => p.deprecated) && <span class="badge warning">deprecated</span>}
      </p>
      {type.description && <p>{type.description.text}</p>}
      {type.replacement && <Replaced by={type.replacement} />}
      <p class="actions">
        {editable(type.family) && (
          <a class="button main" href={address("edit", "new", type.id)}>
            Use it
          </a>
        )}
      </p>
      <h2>Where it works</h2>
      <Effects of={{ id: type.id, family: type.family }} />
      {type.keys.length > 0 && (
        <>
          <h2>Keys</h2>
          {count(type.keys) > 12 && (
            <label class="field">
              <span>Only keys with</span>
              <input type="search" value={filter} autocomplete="off" onInput={(event) => setFilter(event.currentTarget.value)} />
            </label>
          )}
          <Keys type={type} keys={type.keys} filter={filter.trim().toLowerCase()} />
        </>
      )}
      <Origin type={type} />
    </article>
  );
}

const count = (keys: KeyFacts[]): number => keys.reduce((n, k) => n + 1 + count(k.keys ?? []), 0);

// matches tells if a key, or one below it, has the text in its name or description.
function matches(key: KeyFacts, filter: string): boolean {
  return `${key.name} ${key.description?.text ?? ""}`.toLowerCase().includes(filter) || (key.keys ?? []).some((k) => matches(k, filter));
}

function Keys({ type, keys, filter }: { type: SchemaType; keys: KeyFacts[]; filter: string }) {
  return (
    <ul class="keys">
      {keys
        .filter((key) => !filter || matches(key, filter))
        .map((key) => (
          <li>
            {key.element ? (
              <p class="keyname faint">
                each element: {key.type} <Badges facts={key} />
              </p>
            ) : (
              <p class="keyname">
                <a href={address("key", type.id, key.path)}>
                  <code>{key.name}</code>
                </a>{" "}
                <span class="faint">{key.type}</span> <Badges facts={key} />
              </p>
            )}
            {key.description && <p>{key.description.text}</p>}
            <Limits facts={key} />
            {key.repeats && <p class="faint small">keys as at {key.repeats}</p>}
            {key.keys && <Keys type={type} keys={key.keys} filter={key.element || !filter || !key.name.toLowerCase().includes(filter) ? filter : ""} />}
          </li>
        ))}
    </ul>
  );
}

function Badges({ facts }: { facts: KeyFacts }) {
  return (
    <>
      {facts.required && <span class="badge required">required</span>}
      {facts.platforms.some((p) => p.supervised) && <span class="badge">supervised</span>}
      {facts.platforms.some((p) => p.deprecated) && <span class="badge warning">deprecated</span>}
      {facts.platforms.some((p) => p.removed) && <span class="badge warning">removed</span>}
      {facts.dropped && <span class="badge warning">no longer in Apple's newest schema</span>}
      {facts.community && <span class="trust community">community</span>}
    </>
  );
}

// Limits lists what a key takes, and where it differs from what is above it.
function Limits({ facts }: { facts: KeyFacts }) {
  const parts: [string, string][] = [];
  const add = (name: string, value: unknown) => value !== undefined && parts.push([name, valueText(value)]);
  add("default", facts.default);
  if (facts.rangelist) parts.push(["one of", facts.rangelist.map(valueText).join(", ")]);
  add("at least", facts.min);
  add("at most", facts.max);
  add("form", facts.format);
  add("is a", facts.subtype);
  add("fewest items", facts.minitems);
  add("most items", facts.maxitems);
  add("several values combine by", facts.combinetype);
  if (facts.assettypes) parts.push(["refers to", facts.assettypes.join(", ")]);
  if (facts.platforms.length > 0) parts.push(["on", facts.platforms.map(platformText).join("; ")]);
  return (
    <>
      {parts.length > 0 && (
        <dl class="limits">
          {parts.map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {facts.replacement && <Replaced by={facts.replacement} />}
    </>
  );
}

// platformText writes the facts of one platform in a line.
function platformText(p: OnPlatform): string {
  if (!p.available) return `not ${p.platform}`;
  const parts: string[] = [];
  if (p.introduced) parts.push(`${p.introduced} and later`);
  if (p.deprecated) parts.push(`deprecated in ${p.deprecated}`);
  if (p.removed) parts.push(`removed in ${p.removed}`);
  if (p.supervised) parts.push("supervised");
  if (p.supervised === false) parts.push("without supervision, too");
  if (p.allowmanualinstall === false) parts.push("by MDM only");
  if (p.userenrollment) parts.push(`User Enrollment: ${p.userenrollment}`);
  if (p.beta) parts.push("beta");
  return [p.platform, ...(parts.length > 0 ? [parts.join(", ")] : [])].join(" ");
}

function Replaced({ by }: { by: string }) {
  return (
    <p>
      Replaced by <a href={address("type", by)}>{by}</a>
    </p>
  );
}

function KeyPage({ type, path }: { type: SchemaType; path: string }) {
  const key = type.keys[0];
  if (!key) return null;
  return (
    <article aria-label={path}>
      <h1 class="name">
        <code>{path}</code>
      </h1>
      <p class="facts">
        <span>{key.type}</span> <Badges facts={{ ...key, platforms: type.platforms }} />
        <span class="badge">{familyName(type.family)}</span>
      </p>
      {type.description && (
        <p>
          {type.description.text} <span class="faint small">({type.description.own ? "syncguard's words, from " : ""}<Source text={type.description.source} />)</span>
        </p>
      )}
      <Limits facts={{ ...key, platforms: [] }} />
      {type.replacement && !key.replacement && type.platforms.some((p) => p.deprecated) && <Replaced by={type.replacement} />}
      {editable(type.family) && (
        <p class="actions">
          <a class="button main" href={address("edit", "new", type.id)}>
            Use it
          </a>
        </p>
      )}
      <h2>What it does</h2>
      <Effects of={{ id: type.id, family: type.family, path }} />
      {key.keys && (
        <>
          <h2>Keys in it</h2>
          <Keys type={type} keys={key.keys} filter="" />
        </>
      )}
      <Origin type={type} />
    </article>
  );
}

function Origin({ type }: { type: SchemaType }) {
  return (
    <>
      <h2>Sources</h2>
      <ul class="sources">
        {type.sources.map((s) => (
          <li>
            <Source text={`${s.name}@${s.version ?? ""} ${s.path ?? ""}`.trim()} />
          </li>
        ))}
      </ul>
      {type.unsure.length > 0 && (
        <p class="small">
          <span class="trust unverified">unverified</span> Not seen in a source: {type.unsure.join("; ")}
        </p>
      )}
    </>
  );
}
