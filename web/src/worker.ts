// The worker: runs the engine, WebAssembly made from Go, and passes messages on.
import "../build/wasm_exec.js";
import address from "../build/engine.wasm?url";
import type { Files, FromWorker, ToWorker } from "./engine";

interface Engine {
  version: string;
  call(method: string, params: string, files: Files, done: (error: string | null, result: string | null, files: Files | null) => void): void;
  serve(send: (message: string) => void): (message: string) => void;
}

const scope = self as unknown as DedicatedWorkerGlobalScope & { syncguard: Engine };
declare const Go: new () => { importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> };

const post = (message: FromWorker, moved: Transferable[] = []) => scope.postMessage(message, moved);

async function load(): Promise<Engine> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the engine could not be loaded: ${response.status}`);
  const go = new Go();
  // A browser keeps the compiled engine of a response as it came. Some servers do not know the type that streaming needs.
  const knows = /^application\/wasm\s*(;|$)/.test(response.headers.get("Content-Type") ?? "");
  const typed = knows ? response : new Response(response.body, { headers: { "Content-Type": "application/wasm" } });
  const { instance } = await WebAssembly.instantiateStreaming(typed, go.importObject);
  void go.run(instance).then(() => post({ kind: "broken", message: "the engine stopped" }));
  post({ kind: "ready", version: scope.syncguard.version });
  return scope.syncguard;
}

const engine = load();
engine.catch((error: unknown) => post({ kind: "broken", message: error instanceof Error ? error.message : String(error) }));

let toServer: ((message: string) => void) | undefined;

scope.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  const syncguard = await engine;
  switch (data.kind) {
    case "call":
      return syncguard.call(data.method, data.params, data.files, (error, result, files) => {
        const written = files ?? {};
        post({ kind: "answer", id: data.id, error, result, files: written }, Object.values(written).map((file) => file.buffer));
      });
    case "serve":
      toServer ??= syncguard.serve((text) => post({ kind: "message", text }));
      return;
    case "message":
      return toServer?.(data.text);
  }
};
