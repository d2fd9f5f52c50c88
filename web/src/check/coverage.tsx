import { useSignal } from "@preact/signals";
import type { CoverageCell } from "../results";
import { describe } from "../ui/choices";
import { Targets } from "../ui/targets";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { useAnswer } from "./ask";
import * as state from "./state";

const word = (of: string) => (of === "manual" ? "by hand" : of === "none" ? "no effect" : of);

// CoverageView shows what each setting really does on the chosen devices.
export function CoverageView() {
  const { answer, error } = useAnswer("coverage", { targets: state.targets.value }, state.files.value);
  const shown = useSignal(60);
  const rows = new Map<string, CoverageCell[]>();
  for (const cell of answer?.cells ?? []) {
    const id = `${cell.file ?? ""}\0${cell.intent}\0${cell.value ?? ""}`;
    rows.set(id, [...(rows.get(id) ?? []), cell]);
  }
  const targets = [...new Set(answer?.cells.map((cell) => cell.target))];
  const all = [...rows.values()];
  return (
    <>
      <Targets targets={state.targets} none="All systems" />
      {error && <Trouble error={error} />}
      {!answer && !error && <p role="status">Looking up…</p>}
      {answer?.findings.map((f) => <p class="trouble">{visible(f.message)}</p>)}
      {answer && all.length === 0 && answer.findings.length === 0 && <p>The files set nothing that devices know.</p>}
      {all.length > 0 && targets.length <= 4 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Settings by devices">
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {targets.map((t) => <th scope="col">{describe(t)}</th>)}
              </tr>
            </thead>
            <tbody>
              {all.slice(0, shown.value).map((cells) => (
                <tr>
                  <Name cell={cells[0]!} />
                  {targets.map((t) => <td>{cells.filter((c) => c.target === t).map((cell) => <Effect cell={cell} />)}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {all.length > 0 && targets.length > 4 && (
        <table>
          <thead>
            <tr><th scope="col">Setting</th><th scope="col">What it does</th></tr>
          </thead>
          <tbody>
            {all.slice(0, shown.value).map((cells) => (
              <tr>
                <Name cell={cells[0]!} />
                <td>
                  {groups(cells).map(([cell, on]) => (
                    <div>
                      <Effect cell={cell} />
                      <span class="help">{on.map(describe).join("; ")}</span>
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {all.length > shown.value && <button type="button" onClick={() => (shown.value += 500)}>{all.length - shown.value} more settings</button>}
      {all.length > 0 && (
        <dl class="small">
          {answer?.classes.filter((c) => answer.cells.some((cell) => cell.class === c.class)).map((c) => (
            <>
              <dt class={`class ${c.class}`}>{word(c.class)}</dt>
              <dd>{c.class === "none" ? "the setting does nothing there" : c.meaning}</dd>
            </>
          ))}
        </dl>
      )}
    </>
  );
}

function Name({ cell }: { cell: CoverageCell }) {
  return (
    <th scope="row" class="code">
      {visible(cell.intent)}
      {cell.value && ` ${cell.value}`}
      {cell.file && <span class="help">{visible(cell.file)}</span>}
    </th>
  );
}

function Effect({ cell }: { cell: CoverageCell }) {
  return (
    <>
      <span class={`class ${cell.class}`}>{word(cell.class)}</span>
      {cell.notes.map((note) => (
        <span class="help">
          {visible(note.text)}
          {note.evidence && note.evidence !== "apple" && ` (${note.evidence})`}
        </span>
      ))}
    </>
  );
}

function groups(cells: CoverageCell[]): [CoverageCell, string[]][] {
  const all = new Map<string, [CoverageCell, string[]]>();
  for (const cell of cells) {
    const id = cell.class + JSON.stringify(cell.notes);
    const known = all.get(id);
    if (known) known[1].push(cell.target);
    else all.set(id, [cell, [cell.target]]);
  }
  return [...all.values()];
}
