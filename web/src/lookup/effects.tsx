import { useEffect, useState } from "preact/hooks";
import { call, type EngineError } from "../engine";
import type { EffectClass, KeyTables, KeyExplanation, PlatformEffects, ValueEffects, VersionEffect } from "../results";
import { useAnswer } from "../ui/answer";
import { Trouble } from "../ui/trouble";
import { Source, Trust } from "./source";

// A symbol and a word for each class: colour alone tells nothing.
const symbols: Record<string, string> = { enforced: "●", locked: "■", preset: "◐", set: "◉", there: "✓", manual: "✎", none: "✕", missing: "–" };

interface Key {
  id: string;
  family?: string;
  path?: string;
}

// Effects shows what a key, or a type as a whole, does on every platform, version and way of install.
export function Effects({ of }: { of: Key }) {
  const { result, error, late } = useAnswer("lookup", { id: of.id, family: of.family, path: of.path });
  if (error) return <Trouble error={error} />;
  if (!result || late) return <p class="faint">Working it out…</p>;
  return <Tables of={of} effects={result} />;
}

function Tables({ of, effects }: { of: Key; effects: KeyTables }) {
  const [chosen, choose] = useState(0);
  const variant = effects.variants[chosen] ?? effects.variants[0]!;
  const classes = Object.fromEntries(effects.legend.map((c) => [c.class, c]));
  const used = new Set(variant.platforms.flatMap((p) => p.ways.flatMap((w) => w.cells.flatMap((c) => c.notes))));
  return (
    <>
      {effects.variants.length > 1 && (
        <fieldset class="values">
          <legend>With the value</legend>
          {effects.variants.map((v, i) => (
            <label>
              <input type="radio" name={`value-${of.id}-${of.path ?? ""}`} checked={v === variant} onChange={() => choose(i)} />
              <code>{v.values.join(", ")}</code>
            </label>
          ))}
        </fieldset>
      )}
      <div class="tables">
        {variant.platforms.map((p) => (
          <Table key={`${chosen} ${p.platforms}`} of={of} variant={variant} platform={p} classes={classes} />
        ))}
      </div>
      {variant.missing.length > 0 && <p class="faint">Not on {variant.missing.join(", ")}.</p>}
      {used.size > 0 && (
        <>
          <h3>Conditions</h3>
          <ol class="conditions">
            {effects.notes.map((note, i) =>
              used.has(i + 1) ? (
                <li value={i + 1}>
                  {note.text} <Trust evidence={note.evidence} /> {note.source && <Source text={note.source} />}
                </li>
              ) : null,
            )}
          </ol>
        </>
      )}
      <Legend classes={effects.legend} />
    </>
  );
}

function Table({ of, variant, platform, classes }: { of: Key; variant: ValueEffects; platform: PlatformEffects; classes: Record<string, EffectClass> }) {
  const [asked, ask] = useState<{ cell: VersionEffect; where: string } | undefined>(undefined);
  const name = platform.platforms.join(", ");
  const where = (way: string, version: string) => `${name}, ${version}, ${way}`;
  return (
    <section class="platform" aria-label={name}>
      <div class="scroll" tabIndex={0} role="group" aria-label={`Table of ${name}`}>
        <table class="effects">
          <caption>{name}</caption>
          <thead>
            <tr>
              <th scope="col">installed</th>
              {platform.versions.map((v) => (
                <th scope="col">{v}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {platform.ways.map((way) => (
              <tr>
                <th scope="row">{way.name}</th>
                {way.cells.map((cell, i) => (
                  <td>
                    <button
                      type="button"
                      class={`cell ${cell.class}`}
                      aria-expanded={asked?.cell === cell}
                      onClick={() => ask(asked?.cell === cell ? undefined : { cell, where: where(way.name, platform.versions[i]!) })}
                    >
                      <span class="symbol" aria-hidden="true">{symbols[cell.class]}</span> {classes[cell.class]?.label ?? cell.class}
                      {cell.notes.length > 0 && <sup>{cell.notes.join(" ")}</sup>} <Trust evidence={cell.evidence} />
                    </button>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div aria-live="polite">{asked && <Why of={of} value={variant.values[0] ?? ""} target={asked.cell.target} where={asked.where} />}</div>
    </section>
  );
}

// Why explains a cell.
function Why({ of, value, target, where }: { of: Key; value: string; target: string; where: string }) {
  const [why, setWhy] = useState<KeyExplanation | undefined>(undefined);
  const [error, setError] = useState<EngineError | undefined>(undefined);
  useEffect(() => {
    let current = true;
    call("explain", { id: of.id, family: of.family, path: of.path, value, target }).then(
      ({ result }) => current && setWhy(result),
      (error: EngineError) => current && setError(error),
    );
    return () => {
      current = false;
    };
  }, [target, value]);
  if (error) return <Trouble error={error} />;
  if (!why) return null;
  return (
    <div class="why">
      <p>
        <strong>{where}:</strong> {why.class.label} ({why.class.meaning})
      </p>
      <ul>
        {why.sentences.map((s) => (
          <li>{s}</li>
        ))}
      </ul>
      {why.sources.length > 0 && (
        <p class="small">
          Sources:{" "}
          {why.sources.map((s) => (
            <span class="onesource">
              <Source text={s} />{" "}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Legend({ classes }: { classes: EffectClass[] }) {
  return (
    <dl class="legend" aria-label="Legend">
      {classes.map((c) => (
        <div>
          <dt>
            <span class={`cell ${c.class}`}>
              <span class="symbol" aria-hidden="true">{symbols[c.class]}</span> {c.label}
            </span>
          </dt>
          <dd>{c.meaning}</dd>
        </div>
      ))}
      <div>
        <dt>
          <Trust evidence="community" />
        </dt>
        <dd>others measured or reported it</dd>
      </div>
      <div>
        <dt>
          <Trust evidence="unverified" />
        </dt>
        <dd>concluded; nobody is known to have seen it. Without a mark: Apple's schema or documentation</dd>
      </div>
    </dl>
  );
}
