import type { EngineError } from "../engine";

// Trouble says why something could not be done, and what to do.
export function Trouble({ error }: { error: EngineError }) {
  return (
    <p class="trouble" role="alert">
      {error.message}
      {error.hint && <span class="help">{error.hint}</span>}
    </p>
  );
}
