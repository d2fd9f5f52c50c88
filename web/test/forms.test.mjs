import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { launch, looks, open, screenshots, serve, syncguard } from "./harness.mjs";

// What a person could fill in, shared with the test of the engine.
const plausible = JSON.parse(readFileSync(new URL("plausible.json", import.meta.url), "utf8"));
const file = (name) => fileURLToPath(new URL(`files/${name}`, import.meta.url));

let browser, server, page, folder;
before(async () => {
  browser = await launch();
  server = await serve();
  page = await open(browser, server.address, "#/edit");
  page.on("dialog", (dialog) => void dialog.accept());
  folder = mkdtempSync(join(tmpdir(), "syncguard-forms-"));
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

// begin makes a new document of a type with the keyboard.
async function begin(id) {
  await page.locator(".new input").first().focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("org.acmecorp");
  await page.locator(".new input[type=search]").focus();
  await page.keyboard.insertText(id);
  await page.locator(".types-found button .types-id", { hasText: new RegExp(`^${id.replace(/[.()]/g, "\\$&")}$`) }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".type-form h2").waitFor();
}

async function close() {
  await page.getByRole("button", { name: "Close", exact: true }).press("Enter");
  await page.locator(".new").waitFor();
}

// settled waits until the text is read and checked.
const settled = () => page.waitForFunction(() => !document.querySelector(".forms-found summary")?.textContent.includes("Checking") && document.querySelector(".type-form h2"));

// next finds what is still to be filled: a required key, an empty element, or one of some more keys.
const next = (more) =>
  page.evaluate((more) => {
    const plain = (path) => path.replace(/^PayloadContent\[\d+\]\.|^Payload\./, "").replace(/\[\d+\]/g, "");
    const control = (f) => f.querySelector(":scope > .f-states input, :scope > select, :scope > .f-input > input, :scope > .f-data input[type=file], :scope > .f-inside > .f-input > button, :scope > details.f-inside > summary");
    const wanted = [...document.querySelectorAll(".type-form .f")].filter((f) => {
      const c = control(f);
      if (!c) return false;
      if (f.querySelector(":scope > .f-head > .f-required")) return true;
      if (c.matches(".f-inside > .f-input > button")) return f.matches(".f-set") ? !f.querySelector(":scope > .f-inside > .f-list") : more.includes(plain(f.dataset.path));
      if (f.matches("li > .f") && c.matches("[type=file]")) return !!f.querySelector(":scope > .f-data > p");
      if (f.matches("li > .f") && c.matches(".f-input > input")) return c.value === "";
      return more.includes(plain(f.dataset.path)) && !f.matches(".f-set");
    });
    const inner = wanted.filter((f) => !wanted.some((g) => g !== f && f.contains(g)));
    const f = inner[0];
    if (!f) {
      const missing = more.find((m) => ![...document.querySelectorAll(".type-form .f")].some((f) => plain(f.dataset.path) === m));
      const closed = missing && document.querySelector(".type-form details:not([open]) > summary");
      closed?.focus();
      return closed ? { open: true } : null;
    }
    const c = control(f);
    c.focus();
    const kind = c.matches("[type=radio]") ? "boolean" : c.matches("select") ? "choice" : c.matches("[type=file]") ? "file" : c.matches("button") ? "list" : c.matches("summary") ? "dictionary" : c.matches(".f-number") ? "number" : c.matches("[type=datetime-local]") ? "date" : "text";
    const isOpen = kind === "dictionary" && c.parentElement.open;
    if (isOpen) c.parentElement.querySelector(":scope > button:last-child").focus();
    return { kind, path: plain(f.dataset.path), sample: c.placeholder ?? "", options: kind === "choice" ? [...c.options].map((o) => o.value) : [], isOpen };
  }, more);

// fill fills the form of the chosen payload with the keyboard alone.
async function fill(id) {
  const more = plausible.more[id] ?? [];
  for (let round = 0; round < 80; round++) {
    await settled();
    const at = await next(more);
    if (!at) return;
    const given = plausible.keys[`${id}.${at.path}`];
    const before = await page.evaluate(() => document.querySelector(".type-form").innerHTML + [...document.querySelectorAll(".type-form input, .type-form select")].map((c) => c.value + c.checked).join());
    if (at.open) await page.keyboard.press("Enter");
    else if (at.kind === "boolean") await page.keyboard.press("ArrowRight");
    else if (at.kind === "choice") {
      const to = given === undefined ? 1 : at.options.indexOf(given);
      assert.ok(to > 0 && to < at.options.length - 1, `${id}: ${at.path} has no choice ${given ?? ""}: ${at.options}`);
      // The first letter, if no other choice has it: one change, as a person who types makes it.
      const letter = at.options[to][0];
      if (at.options.filter((o) => o[0] === letter).length === 1) await page.keyboard.press(letter);
      else for (let i = 0; i < to; i++) await page.keyboard.press("ArrowDown");
    } else if (at.kind === "file") {
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.locator(":focus").press("Enter")]);
      await chooser.setFiles(file(given ?? plausible.kinds.data));
    } else if (at.kind === "list" || at.kind === "dictionary") await page.keyboard.press("Enter");
    else if (at.kind === "date") await page.keyboard.type("01312027060000PM");
    else {
      const text = given ?? (at.kind === "number" ? (/^-?\d/.exec(at.sample)?.[0] ? at.sample.split(" ")[0] : plausible.kinds.integer) : at.sample ? at.sample.replace("example.com", "acmecorp.org").replace("com.example", "org.acmecorp") : plausible.kinds.string);
      await page.keyboard.press("Control+A");
      await page.keyboard.insertText(text);
      await page.keyboard.press("Enter");
    }
    // A change before the look back is none to wait for: the next round sees it.
    await page.waitForFunction((was) => document.querySelector(".type-form") && document.querySelector(".type-form").innerHTML + [...document.querySelectorAll(".type-form input, .type-form select")].map((c) => c.value + c.checked).join() !== was, before, { timeout: 2000 }).catch(() => {});
  }
  assert.fail(`${id}: no end of keys to fill`);
}

// make makes a minimal document of a type with the keyboard alone, and saves it.
async function make(id) {
  await begin(id);
  const other = plausible.references[id];
  if (other) {
    await page.getByRole("button", { name: "Add a payload" }).press("Enter");
    await page.locator(".payload-form input[type=search]").waitFor();
    await page.keyboard.insertText(other);
    await page.locator(".payload-form .types-found .types-id", { hasText: other }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator(`.type-form p code`, { hasText: other }).waitFor();
    await fill(other);
    await page.locator(".payloads li button").nth(1).press("Enter");
    await page.locator(`.type-form p code`, { hasText: id }).waitFor();
  }
  await fill(id);
  await settled();
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /^Save \./ }).press("Enter")]);
  const name = `${id}${saved.suggestedFilename().replace(/^.*(?=\.\w+$)/, "")}`;
  await saved.saveAs(join(folder, name));
  return name;
}

const sample = ["com.apple.wifi.managed", "com.apple.applicationaccess", "com.apple.security.root", "com.apple.mdm", "com.apple.homescreenlayout", "com.apple.vpn.managed.applayer", "com.apple.security.acme", "com.apple.dnsSettings.managed",
  "com.apple.configuration.passcode.settings", "com.apple.asset.credential.acme", "com.apple.configuration.softwareupdate.enforcement.specific", "com.apple.relay.managed"];

test("a minimal payload or declaration is made with the keyboard alone, and lint finds nothing", async () => {
  const all = JSON.parse(syncguard(["schema", "list", "--format", "json"]).stdout).types.filter((t) => ["payload", "configuration", "asset", "activation", "management"].includes(t.family));
  const ids = process.env.SYNCGUARD_SOAK ? all.map((t) => t.id) : sample;
  const failed = [];
  for (const id of ids) {
    try {
      const name = await make(id);
      const lint = JSON.parse(syncguard(["lint", "--format", "json", name], { cwd: folder }).stdout);
      const rules = lint.files.flatMap((f) => f.findings.map((d) => d.rule));
      const fact = plausible.never[id];
      if (fact ? !rules.every((r) => fact.startsWith(r + ":")) || rules.length === 0 : rules.length > 0) failed.push(`${id}: ${lint.files.flatMap((f) => f.findings.map((d) => d.message)).join("; ")}`);
      if (screenshots && looked.has(id)) await looks(page, `form-${id}`);
      await close();
    } catch (error) {
      failed.push(`${id}: ${error.message.split("\n")[0]}`);
      await page.goto("about:blank");
      await page.goto(server.address + "#/edit");
      await page.locator(".new").waitFor();
    }
  }
  assert.deepEqual(failed, []);
  assert.deepEqual(page.faults, []);
});

// Types to look at.
const looked = new Set([...sample, "com.apple.mobiledevice.passwordpolicy", "com.apple.notificationsettings", "com.apple.TCC.configuration-profile-policy", "com.apple.webcontent-filter", "com.apple.font", "com.apple.security.pkcs12", "com.apple.extensiblesso",
  "com.apple.dock", "com.apple.configuration.network.dns-settings", "com.apple.declarations", "com.apple.ManagedClient.preferences", "com.apple.airprint"]);
