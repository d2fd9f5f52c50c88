import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Document, InspectPayload, Node } from "../results";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { useAnswer } from "./ask";
import * as state from "./state";

// Content shows what is in a file.
export function Content() {
  const chosen = useSignal("");
  const secrets = useSignal(false);
  const name = state.files.value[chosen.value] ? chosen.value : state.names.value[0]!;
  const files = useMemo(() => ({ [name]: state.files.value[name]! }), [name, state.files.value]);
  const { answer, error } = useAnswer("inspect", { targets: state.targets.value, showSecrets: secrets.value }, files);
  const file = answer?.files[0];
  return (
    <>
      <div class="row">
        <label class="field">
          <span>File</span>
          <select value={name} onChange={(event) => { chosen.value = event.currentTarget.value; secrets.value = false; }}>
            {state.names.value.map((n) => (
              <option value={n}>{visible(n)}</option>
            ))}
          </select>
        </label>
        <label class="tick">
          <input type="checkbox" checked={secrets.value} onChange={(event) => (secrets.value = event.currentTarget.checked)} />
          <span>Show secrets</span>
        </label>
      </div>
      {error && <Trouble error={error} />}
      {!answer && !error && <p role="status">Reading…</p>}
      {[...(answer?.unread ?? []), ...(answer?.broken ?? []).map((of) => of.message)].map((text) => (
        <p class="trouble">{visible(text)}</p>
      ))}
      {file && (
        <section class="card">
          <p class="faint small">
            {[file.kind || "a property list", file.format, `${file.size.toLocaleString("en")} bytes`, file.signature && "signed"].filter(Boolean).join(" · ")}
          </p>
          {file.encrypted && (
            <p>
              Its payloads are encrypted{file.encrypted.cipher && ` with ${file.encrypted.cipher}`}: only the devices with the key read them.{" "}
              {file.encrypted.problem && visible(file.encrypted.problem)}
            </p>
          )}
          <Inside of={file} />
        </section>
      )}
    </>
  );
}

function Inside({ of }: { of: Document }) {
  return (
    <>
      {of.envelope.length > 0 && <Tree nodes={of.envelope} />}
      {of.payloads.map((payload: InspectPayload) => (
        <details open={of.payloads.length < 6}>
          <summary>
            {visible(payload.types[0]?.title ?? "")} <span class="code">{visible(payload.type) || "a payload without a type"}</span>
          </summary>
          {payload.obstacles.map((o) => (
            <p class="small unsafe">
              {o.target}: {visible(o.text)}
            </p>
          ))}
          <Tree nodes={payload.keys} />
        </details>
      ))}
    </>
  );
}

const most = 200;

function Tree({ nodes }: { nodes: Node[] }) {
  const shown = useSignal(most);
  return (
    <ul class="tree">
      {nodes.slice(0, shown.value).map((node) => (
        <li>
          <span class="key code">{node.index === undefined ? visible(node.key) : `${node.index + 1}.`}</span> <Value node={node} />
          {node.unknown && <span class="badge">unknown key</span>}
          {node.schema?.description && <span class="help">{visible(node.schema.description.text)}</span>}
          {node.obstacles?.map((o) => (
            <span class="help unsafe">
              {o.target}: {visible(o.text)}
            </span>
          ))}
          {node.data?.certificates?.map((of) => (
            <span class="help">
              certificate: {visible(of.subject)}, valid {of.notBefore.slice(0, 10)} to {of.notAfter.slice(0, 10)}, SHA-256 <span class="code">{of.sha256}</span>
            </span>
          ))}
          {node.keys && <Tree nodes={node.keys} />}
          {node.inside && (
            <details>
              <summary>What the data holds</summary>
              <Inside of={node.inside} />
            </details>
          )}
        </li>
      ))}
      {nodes.length > shown.value && (
        <li>
          <button type="button" onClick={() => (shown.value += 1000)}>{nodes.length - shown.value} more</button>
        </li>
      )}
    </ul>
  );
}

function Value({ node }: { node: Node }) {
  if (node.secret) return <span class="faint">secret, hidden</span>;
  if (node.data) return <span class="faint">{[node.data.kind || "data", `${node.data.size.toLocaleString("en")} bytes`].join(", ")}</span>;
  if (node.keys || node.value === undefined) return <span class="faint">{node.keys ? "" : node.type === "dictionary" || node.type === "array" ? "empty" : node.type}</span>;
  return <span class="code">{visible(String(node.value))}</span>;
}
