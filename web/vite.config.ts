import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

// precache tells the service worker which files the page is made of, and their hashes, so that it works offline and of one version.
function precache(): Plugin {
  return {
    name: "precache",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const worker = bundle["sw.js"];
      if (worker?.type !== "chunk") throw new Error("vite made no sw.js");
      const files: Record<string, string> = {};
      const add = (name: string, data: string | Uint8Array) => (files[name] = createHash("sha256").update(data).digest("hex"));
      for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (file === worker) continue;
        add(name === "index.html" ? "./" : name, file.type === "chunk" ? file.code : file.source);
      }
      const kept = existsSync("public") ? readdirSync("public", { recursive: true, withFileTypes: true }) : [];
      for (const name of kept
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name).slice("public/".length))
        .filter((name) => !name.startsWith("profiles/")) // the engine makes the same ones offline
        .sort()) {
        add(name, readFileSync(join("public", name)));
      }
      const list = JSON.stringify(files);
      const version = createHash("sha256").update(list).digest("hex").slice(0, 16);
      worker.code = worker.code.replace(/["'`]__FILES__["'`]/, list).replace(/__HASH__/, version);
    },
  };
}

export default defineConfig({
  base: "./",
  define: { __VERSION__: JSON.stringify(process.env.VERSION ?? "devel") },
  plugins: [precache()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", sw: "src/sw.ts" },
      output: { entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
});
