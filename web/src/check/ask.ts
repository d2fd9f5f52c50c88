// useAnswer asks the engine for what a view shows, again whenever the question changes, and drops answers that came too late.
import { useEffect, useState } from "preact/hooks";
import { job, type EngineError, type Files } from "../engine";
import type { Methods } from "../results";

export function useAnswer<M extends keyof Methods>(method: M, params: Methods[M]["params"] | undefined, files: Files, also: unknown[] = []) {
  const [state, set] = useState<{ answer?: Methods[M]["result"]; error?: EngineError }>({});
  useEffect(() => {
    set({});
    if (params === undefined) return;
    let old = false;
    const asked = job(method, params, files);
    asked.answer.then(
      ({ result }) => !old && set({ answer: result }),
      (error: EngineError) => !old && set({ error }),
    );
    return () => {
      old = true;
      asked.cancel();
    };
  }, [files, JSON.stringify(params), ...also]);
  return state;
}
