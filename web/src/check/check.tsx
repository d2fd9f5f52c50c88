import { useSignal } from "@preact/signals";
import { call, type EngineError, type Files } from "../engine";
import type { Checked } from "../results";
import { Findings } from "../ui/findings";
import { Trouble } from "../ui/trouble";

// Check drops files and shows their findings.
export function Check() {
  const checked = useSignal<Checked | undefined>(undefined);
  const trouble = useSignal<EngineError | undefined>(undefined);

  async function check(list: FileList | null) {
    const files: Files = {};
    for (const file of list ?? []) files[file.name] = new Uint8Array(await file.arrayBuffer());
    try {
      checked.value = (await call("lint", {}, files)).result;
      trouble.value = undefined;
    } catch (error) {
      trouble.value = error as EngineError;
    }
  }

  return (
    <>
      <h1>Check profiles</h1>
      <label class="field">
        <span>Profiles, templates or declarations</span>
        <input type="file" multiple onChange={(event) => void check(event.currentTarget.files)} />
      </label>
      {trouble.value && <Trouble error={trouble.value} />}
      {checked.value?.files.map((file) => <Findings file={file} />)}
    </>
  );
}
