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
  | { kind: "module"; module: WebAssembly.Module } // for a worker that does one large call
  | { kind: "serve" }
  | { kind: "message"; text: string };
export type FromWorker =
  | { kind: "ready"; version: string; module: WebAssembly.Module }
  | { kind: "step"; id: number; done: number; all: number }
  | { kind: "broken"; message: string }
  | { kind: "answer"; id: number; error: string | null; result: string | null; files: Files }
  | { kind: "message"; text: string };

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, { resolve: (value: { result: unknown; files: Files }) => void; reject: (error: Error) => void }>();
const editors = new Set<(message: string) => void>();

let ready: (of: { version: string; module: WebAssembly.Module }) => void;
let broken: (error: Error) => void;
const loaded = new Promise<{ version: string; module: WebAssembly.Module }>((resolve, reject) => {
  ready = resolve;
  broken = reject;
});
export const version = loaded.then((of) => of.version);
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
        return ready(data);
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

// Job is a call that can take long.
export interface Job<T> {
  answer: Promise<{ result: T; files: Files }>;
  cancel(): void;
}

const manyFiles = 40;
const manyBytes = 2 << 20;

// job is call for input of any size. A large one has a worker of its own: the rest of the page goes on, step hears of the files
// done, the call can be cancelled, and its memory is given back at the end.
export function job<M extends keyof Methods>(
  method: M,
  params: Methods[M]["params"],
  files: Files,
  step: (done: number, all: number) => void = () => {},
): Job<Methods[M]["result"]> {
  const all = Object.values(files);
  if (all.length < manyFiles && all.reduce((sum, file) => sum + file.length, 0) < manyBytes) return { answer: call(method, params, files), cancel() {} };
  let cancel!: () => void;
  const answer = loaded.then(
    ({ module }) =>
      new Promise<{ result: Methods[M]["result"]; files: Files }>((resolve, reject) => {
        const own = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "job" });
        const end = (error?: Error) => {
          own.terminate();
          if (error) reject(error);
        };
        cancel = () => end(new EngineError("cancelled"));
        own.onerror = (event) => end(new EngineError(`the engine stopped: ${event.message || "it ran out of memory"}`, "give it fewer or smaller files"));
        own.onmessage = ({ data }: MessageEvent<FromWorker>) => {
          if (data.kind === "step") return step(data.done, data.all);
          if (data.kind === "broken") return end(new EngineError(data.message, "give it fewer or smaller files"));
          if (data.kind !== "answer") return;
          if (data.error !== null) {
            const failure = JSON.parse(data.error) as Failure;
            return end(new EngineError(failure.message, failure.hint));
          }
          end();
          resolve({ result: JSON.parse(data.result!) as Methods[M]["result"], files: data.files });
        };
        own.postMessage({ kind: "module", module } satisfies ToWorker);
        own.postMessage({ kind: "call", id: 0, method, params: JSON.stringify(params), files } satisfies ToWorker);
      }),
  );
  return { answer, cancel: () => cancel?.() };
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
