import "./findings.css";
import { useSignal } from "@preact/signals";
import type { CheckedFile, Diagnostic, Excerpt, Hunk } from "../results";
import { address } from "../route";
import { visible } from "./visible";

const first = 50;

// Findings lists those of one file. onFix, if there, corrects one of them.
export function Findings({ file, onFix, busy }: { file: CheckedFile; onFix?: (finding: Diagnostic) => void; busy?: boolean }) {
  const shown = useSignal(first);
  return (
    <>
      <ul class="findings">
        {file.findings.slice(0, shown.value).map((finding, i) => (
          <Finding key={finding.fingerprint ?? i} finding={finding} excerpt={file.excerpts[i]} onFix={file.signed ? undefined : onFix} busy={busy} />
        ))}
      </ul>
      {file.findings.length > shown.value && (
        <button type="button" onClick={() => (shown.value += 200)}>
          {file.findings.length - shown.value} more
        </button>
      )}
    </>
  );
}

export function Finding({
  finding,
  excerpt,
  onFix,
  busy,
}: {
  finding: Diagnostic;
  excerpt?: Excerpt | null;
  onFix?: (finding: Diagnostic) => void;
  busy?: boolean;
}) {
  return (
    <li class={`finding ${finding.severity}`}>
      <p>
        <span class="badge">{finding.severity}</span> <span class="message">{visible(finding.message)}</span>{" "}
        <a class="rule code" href={address("rule", finding.rule)}>
          {finding.rule}
        </a>
      </p>
      {(finding.path || finding.start) && (
        <p class="faint small">
          {finding.start && `line ${finding.start.line}, column ${finding.start.column}`}
          {finding.start && finding.path && " · "}
          {finding.path && <span class="code">{visible(finding.path)}</span>}
        </p>
      )}
      {excerpt && (
        <pre class="excerpt">
          <span class="number" aria-label={`line ${excerpt.line}`}>
            {excerpt.line}
          </span>
          <span>
            {visible(excerpt.before).trimStart()}
            <mark>{visible(excerpt.marked) || "\u2038"}</mark>
            {visible(excerpt.after)}
          </span>
        </pre>
      )}
      {finding.help && <p class="small">Help: {visible(finding.help)}</p>}
      {finding.related?.map((r) => (
        <p class="small faint">
          {r.file && `${visible(r.file)}${r.start ? `:${r.start.line}` : ""}: `}
          {visible(r.message)}
        </p>
      ))}
      {finding.fix && onFix && (
        <p>
          <button type="button" class="fix" disabled={busy} onClick={() => onFix(finding)}>
            Fix: {visible(finding.fix.title)}
          </button>
          {finding.fix.unsafe && <span class="unsafe small"> may change what the profile does: look at it</span>}
        </p>
      )}
    </li>
  );
}

// Hunks shows changed lines.
export function Hunks({ hunks }: { hunks: Hunk[] }) {
  return (
    <div class="hunks">
      {hunks.map((hunk) => (
        <pre>
          {hunk.lines.map((line) => (
            <span class={line.kind === "+" ? "added" : line.kind === "-" ? "removed" : ""}>
              {line.kind} {line.text.split("\t").map(visible).join("  ")}
              {"\n"}
            </span>
          ))}
        </pre>
      ))}
    </div>
  );
}
