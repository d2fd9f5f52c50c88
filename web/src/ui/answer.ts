// What a view shows comes from the engine: useAnswer asks for it anew when the question changes, and drops late answers.
import { useEffect, useState } from "preact/hooks";
import { call, type EngineError } from "../engine";
import type { Methods } from "../results";

export interface Answer<T> {
  result?: T;
  error?: EngineError;
  late: boolean; // the result is of an earlier question
}

// useAnswer asks after a pause in milliseconds; no method asks nothing.
export function useAnswer<M extends keyof Methods>(method: M, params: Methods[M]["params"] | undefined, pause = 0): Answer<Methods[M]["result"]> {
  type Result = Methods[M]["result"];
  const question = params === undefined ? "" : JSON.stringify(params);
  const [answer, setAnswer] = useState<{ question: string; result?: Result; error?: EngineError }>({ question: "" });
  useEffect(() => {
    if (question === "") return;
    let current = true;
    const timer = setTimeout(() => {
      call(method, JSON.parse(question) as Methods[M]["params"]).then(
        ({ result }) => current && setAnswer({ question, result }),
        (error: EngineError) => current && setAnswer({ question, error }),
      );
    }, pause);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [method, question]);
  return { result: answer.result, error: answer.error, late: answer.question !== question };
}
