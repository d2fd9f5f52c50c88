import "./drop.css";
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { fromDrop, fromList, fromText, type Given } from "./given";

// Drop takes files: dropped, chosen, a folder of them, or pasted text.
export function Drop({ label, many, onGiven }: { label: string; many?: boolean; onGiven: (given: Given) => void }) {
  const over = useSignal(false);
  const pasting = useSignal(false);
  const reading = useSignal(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const id = useId();

  async function take(given: Promise<Given>) {
    reading.value = true;
    try {
      onGiven(await given);
    } catch (error) {
      onGiven({ files: {}, skipped: [`the files cannot be read: ${error instanceof Error ? error.message : String(error)}`] });
    } finally {
      reading.value = false;
    }
  }

  const choose = (input: HTMLInputElement) => {
    if (input.files?.length) void take(fromList(input.files)).then(() => (input.value = ""));
  };

  return (
    <section
      class={`drop${over.value ? " over" : ""}`}
      aria-labelledby={id}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        if (event.dataTransfer) void take(fromDrop(event.dataTransfer));
      }}
    >
      <p id={id}>{reading.value ? "Reading…" : label}</p>
      <div class="row">
        <button type="button" class="main" onClick={() => files.current?.click()}>
          {many ? "Choose files" : "Choose a file"}
        </button>
        {many && (
          <button type="button" onClick={() => folder.current?.click()}>
            Choose a folder
          </button>
        )}
        <button type="button" aria-expanded={pasting.value} onClick={() => (pasting.value = !pasting.value)}>
          Paste text
        </button>
      </div>
      <input class="files" ref={files} type="file" multiple={many} hidden aria-label={label} onChange={(event) => choose(event.currentTarget)} />
      {many && <input class="folder" ref={folder} type="file" hidden aria-label="A folder" {...{ webkitdirectory: true }} onChange={(event) => choose(event.currentTarget)} />}
      {pasting.value && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.current?.value.trim()) {
              onGiven(fromText(text.current.value));
              pasting.value = false;
            }
          }}
        >
          <label class="field">
            <span>XML, JSON or a template</span>
            <textarea ref={text} rows={8} spellcheck={false} autocomplete="off" class="code" />
          </label>
          <button type="submit" class="main">
            Take it
          </button>
        </form>
      )}
    </section>
  );
}
