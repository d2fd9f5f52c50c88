// Signing in the page. The key stays in the memory of the page, and goes with the call.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call, EngineError, type Files } from "../engine";
import type { SignedProfile } from "../results";
import { save } from "../ui/download";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { Doc } from "./document";
import { download } from "./edit";

export function Sign({ doc, close }: { doc: Doc; close: () => void }) {
  const file = useRef<HTMLInputElement>(null);
  const passphrase = useRef<HTMLInputElement>(null);
  const signed = useSignal<SignedProfile | undefined>(undefined);
  const trouble = useSignal<EngineError | undefined>(undefined);
  const busy = useSignal(false);

  async function sign(event: Event) {
    event.preventDefault();
    const identity = file.current?.files?.[0];
    if (!identity) {
      trouble.value = new EngineError("no file of an identity is chosen", "choose a PKCS#12 file (.p12 or .pfx)");
      return;
    }
    const secret = new TextEncoder().encode(passphrase.current!.value);
    passphrase.current!.value = "";
    busy.value = true;
    await doc.written();
    const { name, type } = download(doc);
    // The names of the files are the page's own, so that none can be the other's.
    const files: Files = { [name]: doc.bytes(), "key/identity.p12": new Uint8Array(await identity.arrayBuffer()), "key/passphrase": secret };
    try {
      const answer = await call("sign", { profile: name, identity: "key/identity.p12", passphrase: "key/passphrase" }, files);
      signed.value = answer.result;
      trouble.value = undefined;
      const bytes = answer.files[`signed/${name}`];
      if (bytes) save(name, bytes as Uint8Array<ArrayBuffer>, type);
    } catch (error) {
      signed.value = undefined;
      trouble.value = explained(error as EngineError, identity.name);
    } finally {
      secret.fill(0);
      files["key/identity.p12"]!.fill(0);
      busy.value = false;
    }
  }

  const refused = signed.value?.signed?.findings.filter((f) => f.severity === "error") ?? [];
  return (
    <form class="card sign" onSubmit={(event) => void sign(event)} aria-labelledby="sign-title">
      <h2 id="sign-title">Sign and save</h2>
      <p class="faint">With a certificate and its key in a PKCS#12 file. Both stay in this page, and are forgotten with it.</p>
      <label class="field">
        <span>PKCS#12 file</span>
        <input ref={file} type="file" accept=".p12,.pfx,application/x-pkcs12" />
      </label>
      <label class="field">
        <span>Passphrase</span>
        <input ref={passphrase} type="password" autocomplete="off" />
      </label>
      <p class="desk-tools">
        <button type="submit" class="main" disabled={busy.value}>{busy.value ? "Signing" : "Sign and save"}</button>
        <button type="button" onClick={close}>Cancel</button>
      </p>
      {trouble.value && <Trouble error={trouble.value} />}
      <div role="status">
        {refused.length > 0 && (
          <ul class="findings">
            {refused.map((f) => (
              <li class="finding error">
                <span class="badge">error</span> {visible(f.message)}
                {f.help && <span class="help">{visible(f.help)}</span>}
              </li>
            ))}
          </ul>
        )}
        {signed.value?.signed?.written && signed.value.identity && <Opinion {...signed.value} />}
      </div>
    </form>
  );
}

// Opinion says what devices make of the signature.
function Opinion({ identity, signed }: SignedProfile) {
  if (!identity || !signed) return null;
  const words: Record<string, string> = {
    verified: `Devices show it as Verified: the chain ends at ${visible(identity.root)}.`,
    "needs-root": `Devices that trust ${visible(identity.root) || "the root of its chain"} show it as Verified, others as Not Verified. This page knows no roots but Apple's.`,
    "not-verified": "Devices show it as Not Verified.",
  };
  return (
    <>
      <p class="good">Signed by {visible(identity.name)}.</p>
      <p>{words[identity.verdict] ?? ""}</p>
      {identity.findings.length > 0 && (
        <ul>
          {identity.findings.map((f) => (
            <li>
              {visible(f.message)}
              {f.help && <span class="help">{visible(f.help)}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

// explained puts the chosen file's name into a message, and leaves out flags of the command line.
function explained(error: EngineError, name: string): EngineError {
  const hint = error.hint && /--\w/.test(error.hint) ? "give the passphrase of the file" : error.hint;
  return new EngineError(error.message.replaceAll("key/identity.p12", () => name), hint?.replaceAll("key/identity.p12", () => name));
}
