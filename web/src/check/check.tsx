import "./check.css";
import { useSignal } from "@preact/signals";
import type { CheckedFile } from "../results";
import { choices } from "../ui/choices";
import { Drop } from "../ui/drop";
import { Findings, Hunks } from "../ui/findings";
import { save } from "../ui/save";
import { Targets } from "../ui/targets";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { Content } from "./content";
import { CoverageView } from "./coverage";
import { Report } from "./report";
import { Signatures } from "./signature";
import * as state from "./state";

const views = ["Findings", "Signatures", "Content", "Coverage", "Report"] as const;

// Check shows what is wrong in files, who signed them, what is in them and what it does.
export function Check() {
  const view = useSignal<(typeof views)[number]>("Findings");
  const some = state.names.value.length > 0;
  const { progress, checked, trouble } = state;
  return (
    <div class="check">
      <h1>Check profiles</h1>
      {!some && <p class="faint">What is wrong and how to correct it, who signed a file, what is in it, and what it does on which device.</p>}
      <Drop many label={some ? "Add more files" : "Drop profiles, declarations or templates here, or a folder of them"} onGiven={state.add} />
      {state.skipped.value.map((text) => (
        <p class="trouble" role="alert">{visible(text)}</p>
      ))}
      {some && (
        <>
          <div class="row">
            <strong>{count(state.names.value.length, "file")}</strong>
            <button type="button" onClick={state.clear}>Start over</button>
          </div>
          <Options />
          <div class="views" role="tablist" aria-label="What to see">
            {views.map((name, i) => (
              <button
                type="button"
                role="tab"
                id={`tab-${name}`}
                aria-selected={view.value === name}
                aria-controls="view"
                tabIndex={view.value === name ? 0 : -1}
                onClick={() => (view.value = name)}
                onKeyDown={(event) => {
                  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? views.length - 1 : 0;
                  if (!by) return;
                  view.value = views[(i + by) % views.length]!;
                  document.getElementById(`tab-${view.value}`)?.focus();
                }}
              >
                {name}
              </button>
            ))}
          </div>
          <div id="view" role="tabpanel" aria-labelledby={`tab-${view.value}`} tabIndex={0}>
            {progress.value && (
              <p class="row" role="status">
                <progress aria-label="Files checked" max={progress.value.all || 1} value={progress.value.done} /> Checking{" "}
                {progress.value.done ? `${progress.value.done} of ${progress.value.all}` : ""}
                <button type="button" onClick={state.cancel}>Cancel</button>
              </p>
            )}
            {trouble.value && <Trouble error={trouble.value} />}
            {view.value === "Findings" && checked.value && <Found files={checked.value.files} />}
            {view.value === "Signatures" && <Signatures />}
            {view.value === "Content" && <Content />}
            {view.value === "Coverage" && <CoverageView />}
            {view.value === "Report" && <Report />}
          </div>
        </>
      )}
    </div>
  );
}

function Options() {
  const { server, separate, targets } = state;
  return (
    <details class="card options">
      <summary>Devices, server and set</summary>
      <Targets targets={targets} none="Any device" />
      <label class="field">
        <span>MDM server that delivers them</span>
        <select value={server.value} onChange={(event) => (server.value = event.currentTarget.value)}>
          <option value="">None, or unknown</option>
          {choices()?.servers.map(({ id, name }) => (
            <option value={id}>{name}</option>
          ))}
        </select>
      </label>
      <label class="tick">
        <input type="checkbox" checked={separate.value} onChange={(event) => (separate.value = event.currentTarget.checked)} />
        <span>
          Each file alone
          <span class="help">Otherwise all of them are taken as the profiles of one device, and what clashes is found.</span>
        </span>
      </label>
    </details>
  );
}

const firstFiles = 40;

function Found({ files }: { files: CheckedFile[] }) {
  const result = state.checked.value!;
  const shown = useSignal(firstFiles);
  const bad = files.filter((file) => file.findings.length > 0 || state.steps.value.some((step) => step.file === file.file));
  const clean = files.filter((file) => file.findings.length === 0);
  const footer = result.footer;
  const busy = state.progress.value !== undefined;
  const parts = footer ? [count(footer.errors, "error"), count(footer.warnings, "warning"), count(footer.notes, "note")].filter((part) => !part.startsWith("0 ")) : [];
  return (
    <>
      <div class="row summary" role="status">
        <strong class={parts.length ? "" : "good"}>{parts.length ? parts.join(", ") : "Nothing found"}</strong>
        {result.fixable > 0 && (
          <button type="button" class="main" disabled={busy} onClick={() => void state.fix(undefined)}>
            Fix all safe ones ({result.fixable})
          </button>
        )}
        {result.unsafelyFixable > 0 && (
          <span>
            <button type="button" disabled={busy} onClick={() => void state.fix(undefined, undefined, true)}>
              Fix unsafe ones too ({result.unsafelyFixable})
            </button>{" "}
            <span class="unsafe small">These may change what a profile does.</span>
          </span>
        )}
      </div>
      {result.header.targetNotes?.map((note) => <p class="faint small">{note}</p>)}
      {footer?.unread.map((of) => (
        <p class="trouble">
          {visible(of.file)}: {visible(of.message)}
        </p>
      ))}
      {bad.slice(0, shown.value).map((file) => (
        <FileCard key={file.file} file={file} />
      ))}
      {bad.length > shown.value && (
        <button type="button" onClick={() => (shown.value += 200)}>
          {count(bad.length - shown.value, "more file")}
        </button>
      )}
      {clean.length > 0 && (
        <details class="card">
          <summary>{count(clean.length, "file")} without findings</summary>
          <ul>
            {clean.slice(0, 1000).map((file) => (
              <li>{visible(file.file)}</li>
            ))}
            {clean.length > 1000 && <li>and {clean.length - 1000} more</li>}
          </ul>
        </details>
      )}
    </>
  );
}

function FileCard({ file }: { file: CheckedFile }) {
  const busy = state.progress.value !== undefined;
  const changes = state.steps.value.filter((step) => step.file === file.file);
  const about = [file.kind, file.signed && "signed", file.encrypted && "encrypted: its payloads cannot be checked"].filter(Boolean).join(", ");
  return (
    <section class="card file" aria-label={visible(file.file)}>
      <div class="row">
        <h2>{visible(file.file)}</h2>
        <span class="faint small">{about}</span>
        {changes.length > 0 && (
          <>
            <button type="button" class="main" onClick={() => save(file.file, state.files.value[file.file]!, "application/x-apple-aspen-config")}>
              Download the corrected file
            </button>
            <button type="button" disabled={busy} onClick={() => state.undo(file.file)}>Undo</button>
          </>
        )}
        <button type="button" class="plain" aria-label={`Remove ${visible(file.file)}`} onClick={() => state.remove(file.file)}>×</button>
      </div>
      {file.signed && file.findings.some((finding) => finding.start) && <p class="faint small">Lines and columns are those of the signed content.</p>}
      {changes.map((step) => (
        <details class="changes">
          <summary>Corrected: {visible(step.title)}</summary>
          <Hunks hunks={step.hunks} />
        </details>
      ))}
      {file.findings.length === 0 && <p class="good">Nothing found.</p>}
      <Findings file={file} busy={busy} onFix={(finding) => void state.fix(file.file, finding)} />
    </section>
  );
}

export const count = (n: number, noun: string) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
