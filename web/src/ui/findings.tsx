import type { Diagnostic, CheckedFile } from "../results";

// Findings lists those of one file.
export function Findings({ file }: { file: CheckedFile }) {
  return (
    <section class="card" aria-label={file.file}>
      <h2>{file.file}</h2>
      {file.findings.length === 0 && <p class="good">Nothing found.</p>}
      <ul class="findings">
        {file.findings.map((finding) => (
          <Finding finding={finding} />
        ))}
      </ul>
    </section>
  );
}

export function Finding({ finding }: { finding: Diagnostic }) {
  return (
    <li class={`finding ${finding.severity}`}>
      <span class="badge">{finding.severity}</span> <span>{finding.message}</span>
    </li>
  );
}
