import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { axe, launch, looks, open, screenshots, serve, spoken, syncguard, walk } from "./harness.mjs";

// What a person could fill in, shared with the test of the engine.
const plausible = JSON.parse(readFileSync(new URL("plausible.json", import.meta.url), "utf8"));
const file = (name) => fileURLToPath(new URL(`files/${name}`, import.meta.url));

let browser, server, page, folder;
before(async () => {
  browser = await launch();
  server = await serve();
  page = await open(browser, server.address, "#/edit");
  page.on("dialog", (dialog) => void dialog.accept());
  page.on("filechooser", () => {}); // so that the browser hands over each, from the first one on
  folder = mkdtempSync(join(tmpdir(), "syncguard-forms-"));
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

// begin makes a new document of a type with the keyboard.
async function begin(id) {
  const domain = page.locator(".new input").first();
  if ((await domain.inputValue()) !== "org.acmecorp") {
    await walk(page, domain);
    await page.keyboard.type("org.acmecorp");
  }
  await walk(page, page.locator(".new input[type=search]"));
  await choose(page.locator(".new"), id);
}

// choose types the name of a type, and takes it from those found.
async function choose(search, id) {
  await page.keyboard.press("Control+A");
  await page.keyboard.type(id);
  await search.locator(".types-id", { hasText: new RegExp(`^${id.replace(/[.()]/g, "\\$&")}$`) }).first().waitFor();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("ArrowDown");
    if (await page.evaluate((id) => document.activeElement.querySelector(".types-id")?.textContent === id, id)) break;
  }
  await page.keyboard.press("Enter");
  await page.locator(".type-form p code", { hasText: new RegExp(`^${id.replace(/\(.*/, "").replaceAll(".", "\\.")}$`) }).waitFor();
}

// close closes the document, from where it was saved.
async function close() {
  await walk(page, page.getByRole("button", { name: "Close", exact: true }));
  await page.keyboard.press("Enter");
  await page.locator(".new").waitFor();
}

// settled waits until the text is read and checked.
const settled = () => page.waitForFunction(() => !document.querySelector(".forms-found summary")?.textContent.includes("Checking") && document.querySelector(".type-form h2"));

// next looks for what is still to be filled: a required key, an empty element, or one of some more keys. It marks the control to go to.
const next = (more) =>
  page.evaluate((more) => {
    const plain = (path) => path.replace(/^PayloadContent\[\d+\]\.|^Payload\./, "").replace(/\[\d+\]/g, "");
    const control = (f) => f.querySelector(":scope > .f-states input, :scope > select, :scope > .f-input > input, :scope > .f-data input[type=file], :scope > .f-inside > .f-input > button, :scope > details.f-inside > summary");
    const mark = (c) => {
      document.querySelector("[data-next]")?.removeAttribute("data-next");
      c.setAttribute("data-next", "");
    };
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
      if (closed) mark(closed);
      return closed ? { open: true } : null;
    }
    const c = control(f);
    const kind = c.matches("[type=radio]") ? "boolean" : c.matches("select") ? "choice" : c.matches("[type=file]") ? "file" : c.matches("button") ? "list" : c.matches("summary") ? "dictionary" : c.matches(".f-number") ? "number" : c.matches("[type=datetime-local]") ? "date" : "text";
    const isOpen = kind === "dictionary" && c.parentElement.open;
    mark(isOpen ? c.parentElement.querySelector(":scope > button:last-child") : c);
    return { kind, path: plain(f.dataset.path), sample: c.placeholder ?? "", options: kind === "choice" ? [...c.options].map((o) => o.value) : [], letters: kind === "choice" ? [...c.options].map((o) => o.text[0].toLowerCase()) : [], isOpen };
  }, more);

const shownNow = () => page.evaluate(() => document.querySelector(".type-form").innerHTML + [...document.querySelectorAll(".type-form input, .type-form select")].map((c) => c.value + c.checked).join());

// fill fills the form of the chosen payload with the keyboard alone.
async function fill(id) {
  const more = plausible.more[id] ?? [];
  for (let round = 0; round < 80; round++) {
    await settled();
    const at = await next(more);
    if (!at) return;
    const given = plausible.keys[`${id}.${at.path}`];
    await walk(page, page.locator("[data-next]"));
    const before = await shownNow();
    if (at.open) await page.keyboard.press("Enter");
    else if (at.kind === "boolean") await page.keyboard.press("ArrowRight");
    else if (at.kind === "choice") {
      const to = given === undefined ? 1 : at.options.indexOf(given);
      assert.ok(to > 0 && to < at.options.length - 1, `${id}: ${at.path} has no choice ${given ?? ""}: ${at.options}`);
      // The first letter, if no other choice has it: one change, as a person who types makes it.
      const letter = at.letters[to];
      if (/[a-z0-9]/.test(letter) && at.letters.filter((l) => l === letter).length === 1) await page.keyboard.press(letter);
      else for (let i = 0; i < to; i++) await page.keyboard.press("ArrowDown");
    } else if (at.kind === "file") {
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
      await chooser.setFiles(file(given ?? plausible.kinds.data));
    } else if (at.kind === "list" || at.kind === "dictionary") await page.keyboard.press("Enter");
    else if (at.kind === "date") await page.keyboard.type("01312027060000PM");
    else {
      const text = given ?? (at.kind === "number" ? (/^-?\d/.exec(at.sample)?.[0] ? at.sample.split(" ")[0] : plausible.kinds.integer) : at.sample ? at.sample.replace("example.com", "acmecorp.org").replace("com.example", "org.acmecorp") : plausible.kinds.string);
      await page.keyboard.press("Control+A");
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
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
    await walk(page, page.getByRole("button", { name: "Add a payload" }));
    await page.keyboard.press("Enter");
    await page.locator(".payload-form input[type=search]:focus").waitFor();
    await choose(page.locator(".payload-form"), other);
    await fill(other);
    await walk(page, page.locator(".payloads li button").nth(1));
    await page.keyboard.press("Enter");
    await page.locator(`.type-form p code`, { hasText: id }).waitFor();
  }
  await fill(id);
  await settled();
  await walk(page, page.getByRole("button", { name: /^Save \./ }));
  const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  const name = `${id}${saved.suggestedFilename().replace(/^.*(?=\.\w+$)/, "")}`;
  await saved.saveAs(join(folder, name));
  return name;
}

const sample = ["com.apple.wifi.managed", "com.apple.applicationaccess", "com.apple.security.root", "com.apple.mdm", "com.apple.homescreenlayout", "com.apple.vpn.managed.applayer", "com.apple.security.acme", "com.apple.dnsSettings.managed",
  "com.apple.configuration.passcode.settings", "com.apple.asset.credential.acme", "com.apple.configuration.softwareupdate.enforcement.specific", "com.apple.relay.managed"];

test("a minimal payload or declaration is made with the keyboard alone, and lint finds nothing", async () => {
  const all = JSON.parse(syncguard(["schema", "list", "--format", "json"]).stdout).types.filter((t) => ["payload", "configuration", "asset", "activation", "management"].includes(t.family));
  const ids = process.env.SYNCGUARD_SOAK ? all.map((t) => t.id) : screenshots ? [...looked] : sample;
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

// pick begins a document of a type by the mouse.
async function pick(id) {
  await page.locator(".new input").first().fill("org.acmecorp");
  await page.locator(".new input[type=search]").fill(id);
  await page.locator(".types-found button", { has: page.locator(".types-id", { hasText: new RegExp(`^${id.replace(/[.()]/g, "\\$&")}$`) }) }).first().click();
  await page.locator(".type-form h2").waitFor();
  await settled();
}

async function leave() {
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.locator(".new").waitFor();
}

// expand opens everything that is folded, some levels deep, and begins each list.
async function expand(levels) {
  for (let level = 0; level < levels; level++) {
    const opened = await page.evaluate(() => {
      const closed = [...document.querySelectorAll(".type-form details:not([open])")];
      for (const details of closed) details.open = true;
      return closed.length;
    });
    if (opened === 0) break;
    await page.waitForFunction(() => document.querySelectorAll(".type-form details[open] > :only-child").length === 0);
  }
}

// keyOf is the last key of a path.
const keyOf = (path) => path.replace(/(\[\d+\])+$/, "").split(".").at(-1).replace(/^.*\["|"\]$/g, "");

test("a screen reader has a name for every control, with its key", async () => {
  const all = JSON.parse(syncguard(["schema", "list", "--format", "json"]).stdout).types.filter((t) => ["payload", "configuration", "asset", "activation", "management"].includes(t.family));
  const bad = [];
  let controls = 0;
  for (const id of process.env.SYNCGUARD_SOAK ? all.map((t) => t.id) : [...sample, "com.apple.systempolicy.rule", "com.apple.ManagedClient.preferences"]) {
    await pick(id);
    await expand(3);
    for (const c of await spoken(page)) {
      if (c.name === "") bad.push(`${id}: ${c.role} without a name: ${c.html}`);
      if (c.path === undefined || c.isFinding) continue;
      controls++;
      if (![c.name, ...c.groups].some((name) => name.includes(keyOf(c.path)))) bad.push(`${id}: ${c.role} "${c.name}" does not say ${c.path}: ${c.html}`);
    }
    await leave();
  }
  assert.deepEqual(bad, []);
  assert.ok(controls > 500, `${controls} controls`);
  console.log(`# ${controls} controls with names`);
  assert.deepEqual(page.faults, []);
});

test("forms with every kind of control are accessible and fit", async () => {
  const seen = new Set();
  for (const id of ["com.apple.wifi.managed", "com.apple.homescreenlayout", "com.apple.security.root", "com.apple.systempolicy.rule", "com.apple.ManagedClient.preferences", "com.apple.configuration.softwareupdate.enforcement.specific", "com.apple.vpn.managed"]) {
    await pick(id);
    await expand(2);
    for (const button of await page.locator(".type-form > .f > .f-inside > .f-input > button:not(.plain)").all()) await button.click();
    const data = page.locator(".type-form > .f > .f-data input[type=file]");
    if (await data.count()) {
      await data.first().setInputFiles(file("certificate.der"));
      await page.locator(".f-certificate").waitFor();
    }
    await settled();
    for (const kind of await page.locator(".type-form").evaluate((form) => ["select", "textarea", "details", "form.f-new", "input[type=radio]", "input[type=password]", "input[type=file]", "input[type=datetime-local]", "input.f-number", ".f-list", ".f-certificate", ".f-found", ".f-kind"].filter((s) => form.querySelector(s)))) seen.add(kind);
    await axe(page);
    await looks(page, `form-open-${id}`);
    await leave();
  }
  for (const kind of ["select", "details", "form.f-new", "input[type=radio]", "input[type=password]", "input[type=file]", "input[type=datetime-local]", "input.f-number", ".f-list", ".f-certificate", ".f-found", ".f-kind"]) assert.ok(seen.has(kind), `no ${kind} was looked at`);
  assert.deepEqual(page.faults, []);
});

test("F8 goes to what is still to be done, and Ctrl-S saves what was just typed", async () => {
  await pick("com.apple.security.acme");
  const at = () => page.evaluate(() => document.activeElement.closest(".f")?.dataset.path);
  const needed = await page.locator(".type-form .f:has(> .f-head > .f-required)").evaluateAll((all) => all.map((f) => f.dataset.path));
  assert.ok(needed.length > 2, String(needed));
  await walk(page, page.locator(".type-form input").first());
  const gone = new Set([await at()]);
  for (let i = 0; i < needed.length; i++) {
    await page.keyboard.press("F8");
    gone.add(await at());
  }
  for (const path of needed) assert.ok(gone.has(path), path);
  await page.keyboard.press("Shift+F8");
  assert.ok(needed.includes(await at()));
  await walk(page, page.locator('.f[data-path$="DirectoryURL"] input'));
  await page.keyboard.type("https://acme.acmecorp.org/directory");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Control+s")]);
  assert.match(readFileSync(await saved.path(), "utf8"), /https:\/\/acme\.acmecorp\.org\/directory/);
  await settled();
  await leave();
});

test("a link from the catalog begins a document, and adds to an open one", async () => {
  const go = (route) => page.evaluate((to) => void (location.hash = to), route);
  await go("#/type/com.apple.wifi.managed");
  await page.getByRole("link", { name: "Use it" }).click();
  await page.locator(".types-id", { hasText: /^com\.apple\.wifi\.managed$/ }).waitFor();
  await page.locator(".new input").first().fill("org.acmecorp");
  await page.locator(".new input[type=search]").press("Enter");
  await page.locator(".type-form p code", { hasText: "com.apple.wifi.managed" }).waitFor();
  assert.equal(await page.evaluate(() => location.hash), "#/edit");
  await go("#/key/com.apple.dock/autohide");
  await page.getByRole("link", { name: "Use it" }).click();
  await page.locator(".payload-form .types-id", { hasText: /^com\.apple\.dock$/ }).waitFor();
  await page.locator(".payload-form input[type=search]").press("Enter");
  await page.locator(".type-form p code", { hasText: "com.apple.dock" }).waitFor();
  assert.equal(await page.locator(".payloads li").count(), 3);
  await go("#/type/com.apple.configuration.passcode.settings");
  await page.getByRole("link", { name: "Use it" }).click();
  await page.getByText("Close this document to begin one with com.apple.configuration.passcode.settings").waitFor();
  await leave();
  await page.locator(".types-id", { hasText: /^com\.apple\.configuration\.passcode\.settings$/ }).waitFor();
  await go("#/edit");
  assert.deepEqual(page.faults, []);
});
