// The engine: syncguard in a worker. Each call has its own files; the engine keeps none.
import type { Failure, Methods } from "./results";

export type Files = Record<string, Uint8Array>;

export class EngineError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

// Messages to and from the worker.
export type ToWorker =
  | { kind: "call"; id: number; method: string; params: string; files: Files }
  | { kind: "serve" }
  | { kind: "message"; text: string };
export type FromWorker =
  | { kind: "ready"; version: string }
  | { kind: "broken"; message: string }
  | { kind: "answer"; id: number; error: string | null; result: string | null; files: Files }
  | { kind: "message"; text: string };

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, { resolve: (value: { result: unknown; files: Files }) => void; reject: (error: Error) => void }>();
const editors = new Set<(message: string) => void>();

let ready: (version: string) => void;
let broken: (error: Error) => void;
export const version = new Promise<string>((resolve, reject) => {
  ready = resolve;
  broken = reject;
});
version.catch(() => {});

function fail(message: string) {
  const error = new EngineError(message, "load the page again");
  broken(error);
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}

// start loads the engine, once.
export function start(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onerror = (event) => fail(`the engine stopped: ${event.message || "it could not be loaded"}`);
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    switch (data.kind) {
      case "ready":
        return ready(data.version);
      case "broken":
        return fail(data.message);
      case "message":
        return editors.forEach((editor) => editor(data.text));
      case "answer": {
        const call = waiting.get(data.id);
        waiting.delete(data.id);
        if (!call) return;
        if (data.error === null) return call.resolve({ result: JSON.parse(data.result!), files: data.files });
        const failure = JSON.parse(data.error) as Failure;
        return call.reject(new EngineError(failure.message, failure.hint));
      }
    }
  };
  return worker;
}

// call asks the engine. It returns the result, and the files that the call wrote.
export function call<M extends keyof Methods>(
  method: M,
  params: Methods[M]["params"],
  files: Files = {},
): Promise<{ result: Methods[M]["result"]; files: Files }> {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (value: { result: unknown; files: Files }) => void, reject });
    start().postMessage({ kind: "call", id, method, params: JSON.stringify(params), files } satisfies ToWorker);
  });
}

// The language server, as a transport of @codemirror/lsp-client.
let serving = false;
export const languageServer = {
  send(message: string) {
    if (!serving) start().postMessage({ kind: "serve" } satisfies ToWorker);
    serving = true;
    start().postMessage({ kind: "message", text: message } satisfies ToWorker);
  },
  subscribe(handler: (message: string) => void) {
    editors.add(handler);
  },
  unsubscribe(handler: (message: string) => void) {
    editors.delete(handler);
  },
};
