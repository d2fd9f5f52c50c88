import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Answer, VerifiedFile } from "../results";
import { Drop } from "../ui/drop";
import { Trouble } from "../ui/trouble";
import { visible } from "../ui/visible";
import { useAnswer } from "./ask";
import * as state from "./state";
import type { Files } from "../engine";

// Signatures answers the three questions about each signed file.
export function Signatures() {
  const roots = useSignal<Files>({});
  const signed = state.checked.value?.files.filter((file) => file.signed).map((file) => file.file) ?? [];
  const given = useMemo(() => {
    const of: Files = {};
    for (const name of signed) if (state.files.value[name]) of[name] = state.files.value[name]!;
    return of;
  }, [state.files.value, signed.join("\0")]);
  const all = useMemo(() => {
    const of: Files = { ...given };
    for (const [name, data] of Object.entries(roots.value)) of[`roots/${name}`] = data;
    return of;
  }, [given, roots.value]);
  const names = Object.keys(roots.value).map((name) => `roots/${name}`);
  const { answer, error } = useAnswer("verify", signed.length ? { roots: names } : undefined, all);
  if (!state.checked.value) return null;
  return (
    <>
      {signed.length === 0 && <p>None of the files is signed.</p>}
      {signed.length > 0 && (
        <>
          <p>
            {names.length === 0
              ? "Trust is judged by Apple's own roots alone: a browser shows a page no roots of its system. A device that has other roots may answer otherwise. Give the certificates to judge by:"
              : `Trust is judged by ${Object.keys(roots.value).map(visible).join(", ")} alone.`}
          </p>
          <Drop
            many
            label="Certificates to trust (PEM or DER)"
            onGiven={({ files }) => {
              roots.value = { ...roots.value, ...files };
            }}
          />
          {names.length > 0 && (
            <button type="button" onClick={() => (roots.value = {})}>
              Trust Apple's roots again
            </button>
          )}
        </>
      )}
      {error && <Trouble error={error} />}
      {answer?.unread.map((text) => <p class="trouble">{visible(text)}</p>)}
      {answer?.files.map((file) => <Verdict file={file} apple={answer.trusts === "apple"} />)}
      {signed.length > 0 && !answer && !error && <p role="status">Verifying…</p>}
    </>
  );
}

function Verdict({ file, apple }: { file: VerifiedFile; apple: boolean }) {
  const open = apple && !file.trust.ok && ["untrusted-root", "missing-issuer", "no-roots"].includes(file.trust.reason);
  return (
    <section class="card verdict" aria-label={visible(file.file)}>
      <h2>{visible(file.file)}</h2>
      <ul class="answers">
        <Question name="Integrity" asks="Is it whole?" answer={file.integrity} />
        <Question name="Trust" asks="Is the signer trusted?" answer={file.trust} open={open} />
        <Question name="Validity" asks="Are the certificates valid now?" answer={file.validity} />
      </ul>
      {[...file.warnings, ...file.notes].map((text) => <p class="small">{visible(text)}</p>)}
      <details>
        <summary>Signers and certificates</summary>
        {file.signers.map((signer) => (
          <p class="small">
            Signed by {visible(signer.name) || "an unknown certificate"}
            {signer.key && `, ${signer.key}`}
            {signer.digest && `, ${signer.digest}`}
            {signer.signingTime && `, at ${signer.signingTime} by its own claim`}
          </p>
        ))}
        <ul>
          {file.certificates.map((of) => (
            <li class="small">
              {of.role}: {visible(of.subject)}, {of.key}, valid {of.notBefore.slice(0, 10)} to {of.notAfter.slice(0, 10)}
              <span class="help code">SHA-256 {of.sha256}</span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

// inPage says for the page what the engine says for the command line.
const inPage = (help: string) =>
  help
    .replace("sign again with --chain and the certificate of that issuer", "sign again with the certificate of that issuer in the file")
    .replace(" with --roots", " above")
    .replace("; extract the content with syncguard extract --unverified", "")
    .replace("; require this very certificate with --pin", "");

function Question({ name, asks, answer, open }: { name: string; asks: string; answer: Answer; open?: boolean }) {
  return (
    <li class={answer.ok ? "yes" : open ? "open" : "no"} data-reason={answer.reason}>
      <strong>
        {name}: {answer.ok ? "yes" : open ? "not known here" : "no"}
      </strong>
      <span class="help">{asks}</span>
      <span class="small">{visible(answer.detail)}</span>
      {answer.help && <span class="help">{visible(inPage(answer.help))}</span>}
    </li>
  );
}
