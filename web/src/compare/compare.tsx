import "./compare.css";
import { signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { useAnswer } from "../check/ask";
import type { ComparedKey } from "../results";
import { Drop } from "../ui/drop";
import type { Given } from "../ui/given";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";

interface Side {
  name: string;
  data: Uint8Array;
}
const sides = { old: signal<Side | undefined>(undefined), new: signal<Side | undefined>(undefined) };

// Compare shows what differs between two files, and what a device does about it.
export function Compare() {
  const copied = useSignal("");
  const from = sides.old.value;
  const to = sides.new.value;
  const oldName = from && to && from.name === to.name ? `old/${from.name}` : from?.name;
  const files = useMemo(() => (from && to ? { [oldName!]: from.data, [to.name]: to.data } : {}), [from, to]);
  const { answer, error } = useAnswer("compare", from && to ? { old: oldName!, new: to.name } : undefined, files);
  const d = answer?.difference;

  async function copy() {
    try {
      await navigator.clipboard.writeText(answer!.markdown);
      copied.value = "Copied.";
    } catch {
      copied.value = "The browser does not let the page copy: select the text below.";
    }
  }

  return (
    <div class="compare">
      <h1>Compare two files</h1>
      <div class="pair">
        <Slot of="old" label="The old file" />
        <Slot of="new" label="The new file" />
      </div>
      {from && to && (
        <div class="row">
          <button
            type="button"
            onClick={() => {
              [sides.old.value, sides.new.value] = [to, from];
            }}
          >
            Swap
          </button>
        </div>
      )}
      {error && <Trouble error={error} />}
      {from && to && !answer && !error && <p role="status">Comparing…</p>}
      {d && (
        <div aria-live="polite">
          <section class="card">
            <h2>On a device</h2>
            {d.consequences.length === 0 && <p class="good">Nothing changes: the content is the same.</p>}
            <ul class="findings">
              {d.consequences.map((c) => (
                <li class={`finding ${c.severity}`}>
                  {c.severity !== "note" && <span class="badge">{c.severity}</span>} {c.payload && <span class="code">{visible(c.payload)} </span>}
                  {visible(c.text)}
                  {c.help && <span class="help">{visible(c.help)}</span>}
                </li>
              ))}
            </ul>
            {d.signature && <p class="small">Signature: {visible(d.signature)}</p>}
            {d.identityOnly && <p class="small">Only identifiers differ.</p>}
          </section>
          {answer.topLevel.length > 0 && (
            <section class="card">
              <h2>Top level</h2>
              <Keys keys={answer.topLevel} />
            </section>
          )}
          {answer.payloads.map((payload) => (
            <section class="card">
              <h2>
                {payload.kind !== "changed" && <span class="badge">{payload.kind}</span>} <span class="code">{visible(payload.type)}</span>{" "}
                {payload.name && visible(payload.name)}
              </h2>
              {payload.reinstalled && <p class="unsafe">A device removes it and installs it again.</p>}
              <Keys keys={payload.keys} />
            </section>
          ))}
          <section class="card">
            <h2>For a pull request</h2>
            <div class="row">
              <button type="button" class="main" onClick={() => void copy()}>
                Copy as Markdown
              </button>
              <span role="status">{copied.value}</span>
            </div>
            <details>
              <summary>The text</summary>
              <textarea class="code markdown" readOnly rows={12} aria-label="Markdown" value={answer.markdown} />
            </details>
          </section>
        </div>
      )}
    </div>
  );
}

function Slot({ of, label }: { of: "old" | "new"; label: string }) {
  const side = sides[of];
  const problem = useSignal("");
  function take({ files, skipped }: Given) {
    const [first] = Object.entries(files);
    problem.value = skipped[0] ?? "";
    if (first) side.value = { name: first[0], data: first[1] };
  }
  return (
    <div>
      <Drop label={side.value ? `${label}: ${visible(side.value.name)}` : label} onGiven={take} />
      {problem.value && <p class="trouble" role="alert">{visible(problem.value)}</p>}
    </div>
  );
}

const most = 200;

function Keys({ keys }: { keys: ComparedKey[] }) {
  const shown = useSignal(most);
  return (
    <>
      <ul class="keys">
        {keys.slice(0, shown.value).map((key) => (
          <li>
            <span class="code path">{visible(key.path)}</span>
            {key.note && <span class="faint small"> {visible(key.note)}</span>}
            {key.secret ? (
              <span class="help">{key.kind}, a secret: not shown</span>
            ) : (
              <span class="values">
                {key.kind !== "added" && (
                  <del>
                    <span class="hidden">was </span>
                    {visible(key.old)}
                  </del>
                )}
                {key.kind !== "removed" && (
                  <ins>
                    <span class="hidden">is now </span>
                    {visible(key.new)}
                  </ins>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      {keys.length > shown.value && (
        <button type="button" onClick={() => (shown.value += 1000)}>
          {keys.length - shown.value} more
        </button>
      )}
    </>
  );
}
