// The page, all of it, is at most 4 MB on its way to a browser.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dist } from "./harness.mjs";

const most = 4_000_000;

test("the page is small, and every file has its compressed forms", (t) => {
  const names = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  let total = 0;
  for (const name of names.filter((name) => !/\.(br|gz)$/.test(name))) {
    assert.ok(existsSync(`${name}.br`) && existsSync(`${name}.gz`), `${name} has no .br or no .gz: make web writes them`);
    if (name.startsWith(join(dist, "profiles"))) continue; // linked, and loaded only by who clicks one
    total += statSync(`${name}.br`).size;
  }
  t.diagnostic(`${total} bytes by brotli`);
  assert.ok(total <= most, `${total} bytes by brotli, want at most ${most}`);
  assert.ok(!/https?:\/\//.test(readFileSync(join(dist, "index.html"), "utf8")), "index.html names another server");
});
