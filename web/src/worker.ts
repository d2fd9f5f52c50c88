// The worker: runs the engine, WebAssembly made from Go, and passes messages on.
import "../build/wasm_exec.js";
import address from "../build/engine.wasm?url";
import type { Files, FromWorker, ToWorker } from "./engine";

interface Engine {
  version: string;
  call(method: string, params: string, files: Files, done: (error: string | null, result: string | null, files: Files | null) => void, step: (done: number, all: number) => void): void;
  serve(send: (message: string) => void): (message: string) => void;
}

const scope = self as unknown as DedicatedWorkerGlobalScope & { syncguard: Engine };
declare const Go: new () => { importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> };

const post = (message: FromWorker, moved: Transferable[] = []) => scope.postMessage(message, moved);

// A worker for one large call gets the module that the first one loaded.
let given: (module: WebAssembly.Module) => void;
const module = new Promise<WebAssembly.Module>((resolve) => (given = resolve));

async function instantiate(imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  if (scope.name === "job") return { module: await module, instance: await WebAssembly.instantiate(await module, imports) };
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the engine could not be loaded: ${response.status}`);
  // A browser keeps the compiled engine of a response as it came. Some servers do not know the type that streaming needs.
  const knows = /^application\/wasm\s*(;|$)/.test(response.headers.get("Content-Type") ?? "");
  const typed = knows ? response : new Response(response.body, { headers: { "Content-Type": "application/wasm" } });
  return WebAssembly.instantiateStreaming(typed, imports);
}

async function load(): Promise<Engine> {
  const go = new Go();
  const { module, instance } = await instantiate(go.importObject);
  void go.run(instance).then(() => post({ kind: "broken", message: "the engine stopped" }));
  post({ kind: "ready", version: scope.syncguard.version, module });
  return scope.syncguard;
}

const engine = load();
engine.catch((error: unknown) => post({ kind: "broken", message: error instanceof Error ? error.message : String(error) }));

let toServer: ((message: string) => void) | undefined;

scope.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "module") return given(data.module);
  const syncguard = await engine;
  switch (data.kind) {
    case "call":
      return syncguard.call(
        data.method,
        data.params,
        data.files,
        (error, result, files) => {
          const written = files ?? {};
          post({ kind: "answer", id: data.id, error, result, files: written }, Object.values(written).map((file) => file.buffer));
        },
        (done, all) => post({ kind: "step", id: data.id, done, all }),
      );
    case "serve":
      toServer ??= syncguard.serve((text) => post({ kind: "message", text }));
      return;
    case "message":
      return toServer?.(data.text);
  }
};
