import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, launch, looks, open, serve, syncguard } from "./harness.mjs";
import { escapeXML, hostileTexts, profile } from "./hostile.mjs";

let browser, server, folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "syncguard-"));
  browser = await launch();
  server = await serve();
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (password, encryption) => `<key>Password</key><string>${password}</string><key>EncryptionType</key><string>${encryption}</string>`;

test("two files: what differs, and the Markdown of diff", async () => {
  for (const [name, text] of [["old", profile({ settings: settings("hunter2hunter2", "WPA") })], ["new", profile({ settings: settings("hunter3hunter3", "WPA2") })]])
    writeFileSync(join(folder, `${name}.mobileconfig`), text);
  const page = await open(browser, server.address, "#/compare", { permissions: ["clipboard-read", "clipboard-write"] });
  const inputs = page.locator("input.files");
  await axe(page);
  await looks(page, "compare-empty");
  await inputs.nth(0).setInputFiles(join(folder, "old.mobileconfig"));
  await inputs.nth(1).setInputFiles(join(folder, "new.mobileconfig"));
  await page.getByRole("heading", { name: "On a device" }).waitFor();
  await page.getByText("a secret: not shown").waitFor();
  assert.ok(!(await page.locator("main").innerText()).includes("hunter"));
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await page.getByText("Copied.").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const native = syncguard(["diff", "--format", "markdown", "old.mobileconfig", "new.mobileconfig"], { cwd: folder }).stdout;
  assert.equal(copied.trim(), native.trim());
  await page.getByText("The text", { exact: true }).click();
  await axe(page);
  await looks(page, "compare");
  await page.getByRole("button", { name: "Swap" }).click();
  await page.getByText("The old file: new.mobileconfig").waitFor();
  await inputs.nth(0).setInputFiles(join(folder, "old.mobileconfig"));
  await inputs.nth(1).setInputFiles(join(folder, "old.mobileconfig"));
  await page.getByText("the content is the same").or(page.getByText("nothing").first()).first().waitFor();
  assert.deepEqual(page.faults, []);
});

test("hostile values show as text only", async () => {
  const page = await open(browser, server.address, "#/compare");
  page.on("dialog", (dialog) => assert.fail(dialog.message()));
  const all = (suffix) => hostileTexts.slice(0, 60).map((text, i) => `<key>k${i}</key><string>${escapeXML(text)}${suffix}</string>`).join("");
  for (const [i, suffix] of ["a", "b"].entries())
    await page.locator("input.files").nth(i).setInputFiles({ name: "<img src=x onerror=alert(1)>\u202e.mobileconfig", mimeType: "text/plain", buffer: Buffer.from(profile({ settings: all(suffix) })) });
  await page.locator(".keys li").nth(50).waitFor();
  const bad = await page.evaluate(() => [
    ...[...document.querySelectorAll("main script, main img, main svg, main iframe, main style")].map((e) => e.outerHTML),
    ...(document.body.textContent.replaceAll("\n", "").match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu) ?? []),
  ]);
  assert.deepEqual(bad, []);
  await axe(page);
  assert.deepEqual(page.faults, []);
});
