import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, launch, looks, open, serve, syncguard } from "./harness.mjs";

let browser, server;
before(async () => {
  browser = await launch();
  server = await serve();
});
after(async () => {
  await browser?.close();
  server?.close();
});

test("the findings are those of lint", async () => {
  const folder = mkdtempSync(join(tmpdir(), "syncguard-"));
  const name = "upside.mobileconfig";
  writeFileSync(join(folder, name), '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>\n');
  const lint = JSON.parse(syncguard(["lint", "--format", "json", name], { cwd: folder }).stdout);
  const page = await open(browser, server.address, "#/check");
  await page.locator("input[type=file]").setInputFiles(join(folder, name));
  await page.locator(".finding").first().waitFor();
  assert.equal(await page.locator(".finding").count(), lint.files[0].findings.length);
  await axe(page);
  await looks(page, "check");
  assert.deepEqual(page.faults, []);
});
