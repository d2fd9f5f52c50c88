import type { EngineError } from "../engine";
import { visible } from "./visible";

// Trouble says why something could not be done, and what to do.
export function Trouble({ error }: { error: EngineError }) {
  return (
    <p class="trouble" role="alert">
      {visible(error.message)}
      {error.hint && <span class="help">{visible(error.hint)}</span>}
    </p>
  );
}
