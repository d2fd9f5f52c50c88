import { useSignal } from "@preact/signals";
import { job, type EngineError } from "../engine";
import type { Checked } from "../results";
import { save } from "../ui/save";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import * as state from "./state";

const formats: [format: string, label: string, file: string, type: string][] = [
  ["markdown", "Markdown", "findings.md", "text/markdown"],
  ["sarif", "SARIF", "findings.sarif", "application/sarif+json"],
  ["json", "JSON", "findings.json", "application/json"],
  ["junit", "JUnit", "findings.xml", "application/xml"],
];

// Report saves the findings as a file.
export function Report() {
  const trouble = useSignal<EngineError | undefined>(undefined);
  async function write(format: string, name: string, type: string) {
    try {
      const { result } = await job("report", { ...state.params(), format }, state.files.value).answer;
      save(name, result, type);
      trouble.value = undefined;
    } catch (error) {
      trouble.value = error as EngineError;
    }
  }
  return (
    <section class="card">
      <h2>The findings as a file</h2>
      <p>A page for people, or what another program reads. Secrets are not in it.</p>
      <div class="row">
        <button type="button" class="main" disabled={!state.checked.value} onClick={() => save("findings.html", html(state.checked.value!), "text/html")}>
          A page (HTML)
        </button>
        {formats.map(([format, label, file, type]) => (
          <button type="button" onClick={() => void write(format, file, type)}>{label}</button>
        ))}
      </div>
      {trouble.value && <Trouble error={trouble.value} />}
    </section>
  );
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const text = (s: string) => visible(s).replace(/[&<>"']/g, (c) => escapes[c]!);

// html writes the findings as a page that needs nothing else.
function html(checked: Checked): string {
  const files = checked.files.map((file) => {
    const findings = file.findings.map((f, i) => {
      const e = file.excerpts[i];
      return `<li><p><b class="${f.severity}">${f.severity}</b> ${text(f.message)} <code>${text(f.rule)}</code></p>${
        f.start ? `<p class="faint">line ${f.start.line}, column ${f.start.column}${f.path ? `, ${text(f.path)}` : ""}</p>` : f.path ? `<p class="faint">${text(f.path)}</p>` : ""
      }${e ? `<pre>${e.line} | ${text(e.before).trimStart()}<mark>${text(e.marked)}</mark>${text(e.after)}</pre>` : ""}${f.help ? `<p>Help: ${text(f.help)}</p>` : ""}</li>`;
    });
    return `<section><h2>${text(file.file)}</h2>${findings.length ? `<ul>${findings.join("\n")}</ul>` : "<p>Nothing found.</p>"}</section>`;
  });
  const unread = checked.footer?.unread.map((u) => `<p><b class="error">not read</b> ${text(u.file)}: ${text(u.message)}</p>`) ?? [];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>Findings</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
ul{list-style:none;padding:0}li{border-top:1px solid #8888;padding:.5rem 0}p{margin:.2rem 0}pre{white-space:pre-wrap;background:#8882;padding:.5rem}
.error{color:#c0392b}.warning{color:#9a6700}.faint{opacity:.75}</style></head>
<body><h1>Findings</h1><p>${checked.footer?.errors ?? 0} errors, ${checked.footer?.warnings ?? 0} warnings, ${checked.footer?.notes ?? 0} notes, by syncguard ${text(checked.header.syncguard)}.</p>
${unread.join("\n")}${files.join("\n")}</body></html>
`;
}
