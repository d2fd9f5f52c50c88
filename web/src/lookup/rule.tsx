import type { RuleFile } from "../results";
import { address, route } from "../route";
import { useAnswer } from "../ui/answer";
import { useTitle } from "../ui/title";
import { Trouble } from "../ui/trouble";
import { Source } from "./source";

// Rule is the page of a rule of the check.
export function Rule() {
  const id = route.value.path[0] ?? "";
  useTitle(id);
  const { result, error, late } = useAnswer("rule", { name: id });
  return (
    <div class="lookup">
      <nav class="trail" aria-label="Where this is">
        <a href={address("find")}>Look up</a>
      </nav>
      {error && !late && (
        <>
          <h1>Not found</h1>
          <Trouble error={error} />
        </>
      )}
      {result && !late && (
        <article aria-label={result.id}>
          <h1 class="name">
            <code>{result.id}</code>
          </h1>
          <p class="facts">
            <span class={`badge ${result.severity}`}>{result.severity}</span>
            {result.groups.map((group) => (
              <span class="badge">{group}</span>
            ))}
          </p>
          <p class="lead">{result.summary}</p>
          {result.why.split("\n\n").map((paragraph) => (
            <p>{paragraph}</p>
          ))}
          {result.fix && (
            <p>
              <strong>Fix:</strong> {result.fix}
            </p>
          )}
          <Examples heading="Breaks the rule" files={result.bad} />
          <Examples heading="Keeps it" files={result.good} />
          <h2>Sources</h2>
          <ul class="sources">
            {result.sources.map((s) => (
              <li>
                <Source text={s} />
              </li>
            ))}
            {result.sources.length === 0 && <li>Apple's schemas, as embedded</li>}
          </ul>
        </article>
      )}
    </div>
  );
}

function Examples({ heading, files }: { heading: string; files: RuleFile[] }) {
  if (files.length === 0) return null;
  return (
    <>
      <h2>{heading}</h2>
      {files.map((file) => (
        <figure class="example">
          <figcaption>{file.file}</figcaption>
          <pre tabIndex={0}>{file.text ?? "(a binary file)"}</pre>
        </figure>
      ))}
    </>
  );
}
