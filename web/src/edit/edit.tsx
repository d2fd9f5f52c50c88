// The part of the page where a profile, a declaration or a template is edited: a form and the text, side by side.
import { signal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, EngineError } from "../engine";
import { FormSide } from "../forms/form";
import { NewDocument } from "../forms/new";
import type { Diagnostic, OpenedText } from "../results";
import { save } from "../ui/download";
import { Editor, format, openDoc } from "../ui/editor";
import { useTitle } from "../ui/title";
import { clean } from "../ui/given";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { Doc, nodeAt } from "./document";
import "./edit.css";
import { Sign } from "./sign";

// What is open stays while other parts of the page are shown.
const doc = signal<Doc | undefined>(undefined);
const origin = signal<OpenedText | undefined>(undefined); // of the file that was opened

function show(next: Doc | undefined, from?: OpenedText) {
  doc.peek()?.close();
  origin.value = from;
  doc.value = next;
}

const keep = (event: BeforeUnloadEvent) => {
  if (doc.peek()?.changed.peek()) event.preventDefault();
};
addEventListener("beforeunload", keep);

export function Edit() {
  return doc.value ? <Desk key={doc.value.address} doc={doc.value} /> : <Start />;
}

function Start() {
  const trouble = useSignal<EngineError | undefined>(undefined);
  const over = useSignal(false);

  async function open(list: FileList | null | undefined) {
    const file = list?.[0];
    if (!file) return;
    trouble.value = undefined; // of another file
    try {
      const own = clean(file.name);
      const { result } = await call("open", {}, { [own]: new Uint8Array(await file.arrayBuffer()) });
      const name = result.format === "binary" && !/\.mobileconfig$/i.test(own) ? own.replace(/\.\w+$/, "") + ".mobileconfig" : own;
      show(openDoc(name, result.text), result);
    } catch (error) {
      trouble.value = error as EngineError;
    }
  }

  async function template() {
    try {
      show(openDoc("syncguard.yaml", (await call("starter", { name: "Example", identifier: "com.example" })).result, { changed: true }));
    } catch (error) {
      trouble.value = error as EngineError;
    }
  }

  return (
    <>
      <h1>Edit a profile</h1>
      <p class="faint">A form and the text, side by side. Comments and order stay as they are.</p>
      <label
        class={`drop ${over.value ? "over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          over.value = true;
        }}
        onDragLeave={() => (over.value = false)}
        onDrop={(event) => {
          event.preventDefault();
          over.value = false;
          void open(event.dataTransfer?.files);
        }}
      >
        <span class="drop-title">Open a file</span>
        <span class="help">Profile (also signed or binary), declaration in JSON, or template in YAML. Drop it here, or choose it.</span>
        <input type="file" accept=".mobileconfig,.plist,.xml,.json,.yaml,.yml" onChange={(event) => void open(event.currentTarget.files)} />
      </label>
      {trouble.value && <Trouble error={trouble.value} />}
      <section class="card" aria-labelledby="new-document">
        <h2 id="new-document">Make a new one</h2>
        <NewDocument onMade={(name, text) => show(openDoc(name, text, { changed: true }))} />
      </section>
      <section class="card" aria-labelledby="new-template">
        <h2 id="new-template">Start a template</h2>
        <p>One YAML file that builds a profile for each kind of device, with comments on every choice.</p>
        <p>
          <button type="button" onClick={() => void template()}>New template</button>
        </p>
      </section>
    </>
  );
}

type Side = "form" | "text";

function Desk({ doc }: { doc: Doc }) {
  const side = useSignal<Side>("form");
  const signing = useSignal(false);
  const trouble = useSignal<EngineError | undefined>(undefined);
  const opened = origin.value;
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey) return;
      if (event.key.toLowerCase() === "s" && !event.shiftKey) {
        event.preventDefault();
        return void saveText();
      }
      if (event.key.toLowerCase() !== "z") return;
      const path = event.composedPath()[0];
      if (path instanceof Element && path.closest(".cm-editor, input, textarea")) return; // they have their own
      event.preventDefault();
      if (event.shiftKey) doc.redo();
      else doc.undo();
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, [doc]);
  useTitle(`${doc.changed.value ? "• " : ""}${doc.name}`);

  async function close() {
    await doc.written();
    if (doc.changed.peek() && !confirm(`Close ${visible(doc.name)} without saving its changes?`)) return;
    show(undefined);
  }

  async function saveText() {
    await doc.written();
    const { name, type } = download(doc);
    save(name, doc.bytes(), type);
    doc.markSaved();
  }

  async function saveTemplate() {
    try {
      await doc.written();
      const { result } = await call("asTemplate", {}, { [doc.name]: doc.bytes() });
      save(download(doc).name.replace(/\.\w+$/, "") + ".yaml", new TextEncoder().encode(result), "application/yaml");
      trouble.value = undefined;
    } catch (error) {
      trouble.value = error as EngineError;
    }
  }

  return (
    <div class="desk">
      <div class="desk-head">
        <h1>
          <span class="code">{visible(doc.name)}</span>
          {doc.changed.value && <span class="faint small"> changed</span>}
        </h1>
        <div class="desk-tools" role="group" aria-label="Document">
          <button type="button" disabled={!doc.canUndo.value} onClick={() => doc.undo()}>Undo</button>
          <button type="button" disabled={!doc.canRedo.value} onClick={() => doc.redo()}>Redo</button>
          {doc.kind === "profile" && <button type="button" aria-expanded={signing.value} onClick={() => (signing.value = !signing.value)}>Sign…</button>}
          {doc.kind !== "template" && <button type="button" onClick={() => void saveTemplate()}>Save as template</button>}
          <button type="button" onClick={() => void close()}>Close</button>
          <button type="button" class="main" onClick={() => void saveText()}>{saveLabel[doc.kind]}</button>
        </div>
      </div>
      {opened && <Origin opened={opened} />}
      {trouble.value && <Trouble error={trouble.value} />}
      {signing.value && <Sign doc={doc} close={() => (signing.value = false)} />}
      <div class="sides-switch" role="group" aria-label="Side">
        {(["form", "text"] as const).map((s) => (
          <button type="button" aria-pressed={side.value === s} onClick={() => (side.value = s)}>
            {s === "form" ? "Form" : "Text"}
          </button>
        ))}
      </div>
      <div class={`sides show-${side.value}`}>
        <section class="side-form" aria-label="Form">
          <FormSide doc={doc} />
        </section>
        <section class="side-text" aria-label="Text">
          <TextSide doc={doc} />
        </section>
      </div>
    </div>
  );
}

function TextSide({ doc }: { doc: Doc }) {
  const problem = doc.problem.value;
  return (
    <>
      <div class="text-editor">
        <Editor doc={doc} />
      </div>
      <p class="text-tools">
        <button type="button" onClick={() => format(doc)}>Format</button>
        <span class="faint small keys">Ctrl-Space completes, F2 renames, F12 goes to the definition, F8 to the next finding. Escape, then Tab, leaves the text. Ctrl-S saves.</span>
      </p>
      {doc.trouble.value && <Trouble error={doc.trouble.value} />}
      {problem && (
        <p class="trouble">
          Line {problem.line}: {visible(problem.message)} <button type="button" onClick={() => doc.reveal(problem.start, problem.end)}>Show</button>
        </p>
      )}
      <FindingList doc={doc} />
    </>
  );
}

const order = { error: 0, warning: 1, note: 2 };

function FindingList({ doc }: { doc: Doc }) {
  const all = useComputed(() => doc.findings.value.toSorted((a, b) => order[a.severity] - order[b.severity]));
  const summary = useComputed(() => {
    const counts = (["error", "warning", "note"] as const).map((s) => [doc.findings.value.filter((f) => f.severity === s).length, s] as const);
    return counts.filter(([n]) => n > 0).map(([n, s]) => `${n} ${s}${n > 1 ? "s" : ""}`).join(", ");
  });
  const most = 100;
  return (
    <section aria-label="Findings" aria-busy={doc.busy.value}>
      <h2 aria-live="polite">{summary.value || (doc.busy.value ? "Checking" : "Nothing found")}</h2>
      <ul class="findings">
        {all.value.slice(0, most).map((finding) => (
          <FindingLine doc={doc} finding={finding} />
        ))}
      </ul>
      {all.value.length > most && <p class="faint">And {all.value.length - most} more.</p>}
    </section>
  );
}

function FindingLine({ doc, finding }: { doc: Doc; finding: Diagnostic }) {
  return (
    <li class={`finding ${finding.severity}`}>
      <span class="badge">{finding.severity}</span>{" "}
      {finding.start && (
        <button type="button" class="line" onClick={() => doc.reveal(doc.offset(finding.start), doc.offset(finding.end))}>
          line {finding.start.line}
        </button>
      )}{" "}
      <span>{visible(finding.message)}</span>
      {finding.help && finding.help !== finding.fix?.title && <span class="help">{visible(finding.help)}</span>}
      {finding.fix && (
        <button type="button" class="fix" onClick={() => void doc.fix(finding)}>
          {visible(finding.fix.title)}
          {finding.fix.unsafe && " (changes the effect)"}
        </button>
      )}
    </li>
  );
}

// Origin says what the opened file was, if its text is not all of it.
function Origin({ opened }: { opened: OpenedText }) {
  const { signature } = opened;
  return (
    <>
      {opened.signed && (
        <p class="origin">
          {signature?.signers?.length ? <>Signed by <strong>{signature.signers.map((s) => visible(s.name) || "unknown").join(", ")}</strong>. </> : "Signed. "}
          {signature && (signature.integrity.ok ? "The content is as it was signed. " : `The signature does not hold: ${visible(signature.integrity.detail)}. `)}
          Saving makes an unsigned copy.
        </p>
      )}
      {opened.encrypted && <p class="origin">The payloads are encrypted for one device; the text has them as data.</p>}
      {opened.converted && (
        <p class="origin">{opened.format === "binary" ? "The file was a binary property list. It is saved as XML." : "The file was in another encoding. It is saved as UTF-8."}</p>
      )}
      {opened.problem && <p class="trouble">{visible(opened.problem)}</p>}
    </>
  );
}

const saveLabel = { profile: "Save .mobileconfig", declaration: "Save .json", template: "Save .yaml" };

// download is the name and the type of the saved document: it is named after its identifier.
export function download(doc: Doc): { name: string; type: string } {
  const tree = doc.tree.peek();
  const text = (key: string) => nodeAt(tree, [key])?.text?.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "") ?? "";
  switch (doc.kind) {
    case "profile":
      return { name: (text("PayloadIdentifier") || "profile") + ".mobileconfig", type: "application/x-apple-aspen-config" };
    case "declaration":
      return { name: (text("Identifier") || "declaration") + ".json", type: "application/json" };
  }
  return { name: doc.name, type: "application/yaml" };
}
