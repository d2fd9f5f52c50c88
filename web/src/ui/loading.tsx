import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { EngineError, version } from "../engine";
import { load, waiting } from "./update";
import { Trouble } from "./trouble";

const state = signal<"loading" | "ready" | EngineError>("loading");
version.then(
  () => (state.value = "ready"),
  (error: EngineError) => (state.value = error),
);

// Loading says that the engine still loads, after a second, or why it cannot; and that a new version is there.
export function Loading() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      {state.value instanceof EngineError && <Trouble error={state.value} />}
      {state.value === "loading" && late && (
        <p class="loading" role="status">
          <progress aria-label="Loading the engine" /> Loading the engine, once: 3 MB.
        </p>
      )}
      {waiting.value && (
        <p class="loading" role="status">
          A new version of this page is here.{" "}
          <button type="button" onClick={load}>
            Load it
          </button>
        </p>
      )}
    </>
  );
}
