import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { axe, dist, launch, looks, open, serve, syncguard } from "./harness.mjs";
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

const worker = readdirSync(join(dist, "assets")).find((name) => /^worker-.*\.js$/.test(name));

// engine calls the page's own engine, in the browser.
async function engine(page, method, params, files) {
  return page.evaluate(
    async ([worker, method, params, files]) => {
      globalThis.tested ??= new Worker(`assets/${worker}`, { type: "module" });
      const of = {};
      for (const [name, base64] of files) of[name] = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      return new Promise((resolve, reject) => {
        globalThis.tested.onmessage = ({ data }) => {
          if (data.kind === "answer") data.error === null ? resolve(JSON.parse(data.result)) : reject(new Error(data.error));
          if (data.kind === "broken") reject(new Error(data.message));
        };
        globalThis.tested.postMessage({ kind: "call", id: 1, method, params: JSON.stringify(params), files: of });
      });
    },
    [worker, method, params, files.map(([name, data]) => [name, Buffer.from(data).toString("base64")])],
  );
}

const repository = fileURLToPath(new URL("../..", import.meta.url));
const corpus = process.env.SYNCGUARD_DATA ? join(process.env.SYNCGUARD_DATA, "corpus") : join(repository, "internal/cli/testdata/shared");

test("the findings of every file at hand are those of lint", async () => {
  assert.ok(existsSync(corpus), corpus);
  const native = JSON.parse(syncguard(["lint", "--separate", "--format", "json", "."], { cwd: corpus }).stdout);
  const page = await open(browser, server.address, "#/check");
  // With what templates name beside them, such as certificates.
  const beside = readdirSync(corpus, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && native.files.some(({ file }) => file.endsWith(".yaml") && entry.parentPath === join(corpus, file, "..")))
    .map((entry) => relative(corpus, join(entry.parentPath, entry.name)));
  const names = [...new Set([...native.files.map(({ file }) => file), ...beside])];
  const files = names.map((name) => [name, readFileSync(join(corpus, name))]);
  const found = await engine(page, "lint", { separate: true }, files);
  assert.ok(found.files.length >= native.files.length);
  const said = (file) => JSON.stringify([file.kind, file.format, file.signed, file.encrypted, file.findings]);
  const different = native.files.filter((file) => said(file) !== said(found.files.find((other) => other.file === file.file) ?? { findings: [] }));
  assert.deepEqual(different.map(({ file }) => file), []);
  console.log(`# ${files.length} files, ${native.files.reduce((n, f) => n + f.findings.length, 0)} findings`);

  // A sample through the page itself.
  const sample = native.files.filter((file) => file.findings.length > 0 && file.findings.length < 30 && file.kind === "profile").slice(0, 8);
  for (const { file, findings } of sample) {
    await page.locator("input.files").setInputFiles(join(corpus, file));
    await page.locator(".card.file .finding").nth(findings.length - 1).waitFor();
    const messages = await page.locator(".finding .message").allTextContents();
    assert.equal(messages.length, findings.length);
    for (const [i, { message }] of findings.entries()) assert.ok(messages[i] === message || /\p{C}/u.test(message), message);
    await page.getByRole("button", { name: "Start over" }).click();
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

const twoMistakes = profile({ settings: "<key>EncryptionType</key><string>wpa2</string><key>AutoJoin</key><string>true</string><key>Password</key><string>hunter2hunter2</string>" });

test("a person sees the place, follows the rule, fixes and downloads", async () => {
  const page = await open(browser, server.address, "#/check");
  await axe(page);
  await looks(page, "check-empty");
  const loaded = server.requests.length;
  await page.locator("input.files").setInputFiles([
    { name: "corp.mobileconfig", mimeType: "application/xml", buffer: Buffer.from(twoMistakes) },
    { name: "again.mobileconfig", mimeType: "application/xml", buffer: Buffer.from(twoMistakes) },
  ]);
  await page.locator(".finding mark", { hasText: "wpa2" }).first().waitFor();
  assert.ok((await page.locator(".finding .rule", { hasText: "same-profile-twice" }).count()) > 0, "a clash in the set is found");
  assert.ok(!(await page.locator("main").innerText()).includes("hunter2"), "no secret is shown");
  await axe(page);
  await looks(page, "check-findings");
  const n = await page.locator(".file").first().locator(".finding").count();
  await page.getByRole("button", { name: 'Fix: write "WPA2"' }).first().click();
  await page.getByText("Corrected:").waitFor();
  await page.waitForFunction((n) => document.querySelector(".file").querySelectorAll(".finding").length < n, n);
  await page.getByText("Corrected:").click();
  await axe(page);
  await looks(page, "check-fixed");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the corrected file" }).first().click()]);
  const text = readFileSync(await download.path(), "utf8");
  assert.equal(text, twoMistakes.replace("wpa2", "WPA2"));
  await page.getByText("Devices, server and set").click();
  await page.getByLabel("Each file alone").check();
  await page.waitForFunction(() => ![...document.querySelectorAll(".finding .message")].some((m) => m.textContent.includes("again.mobileconfig")));
  await page.getByRole("button", { name: "Add devices" }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator(".chip").waitFor();
  for (const name of ["Content", "Coverage", "Report"]) {
    await page.getByRole("tab", { name }).click();
    await page.locator({ Content: ".tree", Coverage: "table", Report: "h2:has-text('as a file')" }[name]).first().waitFor();
    await axe(page);
    await looks(page, `check-${name.toLowerCase()}`);
    assert.ok(!(await page.locator("main").innerText()).includes("hunter2"));
  }
  const [sarif] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "SARIF" }).click()]);
  assert.equal(JSON.parse(readFileSync(await sarif.path(), "utf8")).version, "2.1.0");
  const [html] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "A page" }).click()]);
  assert.ok(!readFileSync(await html.path(), "utf8").includes("hunter2"));
  await page.getByRole("tab", { name: "Content" }).click();
  await page.getByLabel("Show secrets").check();
  await page.getByText("hunter2hunter2").waitFor();
  assert.deepEqual(server.requests.slice(loaded).filter((path) => path !== "/sw.js" && !path.includes("assets/") && path !== "/"), [], "no request after loading");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("a signed file is judged as by verify", async () => {
  const run = (args) => {
    const r = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    assert.equal(r.status, 0, r.stderr);
  };
  writeFileSync(join(folder, "plain.mobileconfig"), profile({}));
  for (const [root, leaf] of [["root", "leaf"], ["other-root", "other"]]) {
    run(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", `${root}.key`, "-out", `${root}.pem`, "-subj", `/CN=${root}`, "-days", "30", "-addext", "keyUsage=critical,keyCertSign"]);
    run(["req", "-newkey", "rsa:2048", "-nodes", "-keyout", `${leaf}.key`, "-out", `${leaf}.csr`, "-subj", `/CN=${leaf}`]);
    run(["x509", "-req", "-in", `${leaf}.csr`, "-CA", `${root}.pem`, "-CAkey", `${root}.key`, "-CAcreateserial", "-out", `${leaf}.pem`, "-days", "20"]);
    run(["cms", "-sign", "-nodetach", "-binary", "-outform", "DER", "-md", "sha256", "-in", "plain.mobileconfig", "-signer", `${leaf}.pem`, "-inkey", `${leaf}.key`, "-out", `${leaf}.mobileconfig`]);
  }
  run(["x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "short.pem", "-days", "-1"].map((a) => a));
  run(["cms", "-sign", "-nodetach", "-binary", "-outform", "DER", "-md", "sha256", "-in", "plain.mobileconfig", "-signer", "short.pem", "-inkey", "leaf.key", "-out", "expired.mobileconfig"]);
  const tampered = readFileSync(join(folder, "leaf.mobileconfig"));
  tampered[tampered.indexOf("Corp")] ^= 1;
  writeFileSync(join(folder, "tampered.mobileconfig"), tampered);
  const names = ["leaf", "other", "expired", "tampered", "plain"].map((name) => `${name}.mobileconfig`);
  const none = { ...process.env, SSL_CERT_FILE: join(folder, "none"), SSL_CERT_DIR: join(folder, "no-roots") };
  writeFileSync(join(folder, "none"), "");
  mkdirSync(join(folder, "no-roots"));
  const page = await open(browser, server.address, "#/check");
  const given = names.map((name) => [name, readFileSync(join(folder, name))]);
  const verdicts = [];
  for (const roots of [["root.pem"], []]) {
    const native = JSON.parse(syncguard(["verify", "--format", "json", ...roots.flatMap((r) => ["--roots", r]), ...names], { cwd: folder, env: none }).stdout);
    const here = await engine(page, "verify", { roots }, [...given, ...roots.map((name) => [name, readFileSync(join(folder, name))])]);
    const of = (files) => Object.fromEntries(files.map((file) => [file.file, file]));
    assert.deepEqual(of(here.files), of(native.files));
    verdicts.push(of(here.files));
  }
  assert.deepEqual(
    names.map((name) => ["integrity", "trust", "validity"].map((q) => (verdicts[0][name][q].ok ? "y" : "n")).join("")),
    ["yyy", "yny", "ynn", "nyy", "nnn"],
  );
  const signed = process.env.SYNCGUARD_DATA ? JSON.parse(syncguard(["lint", "--separate", "--format", "json", "."], { cwd: corpus }).stdout).files.filter((f) => f.signed).map((f) => f.file) : [];
  if (signed.length > 0) {
    const native = JSON.parse(syncguard(["verify", "--format", "json", ...signed], { cwd: corpus, env: none }).stdout);
    const here = await engine(page, "verify", {}, signed.map((name) => [name, readFileSync(join(corpus, name))]));
    assert.deepEqual(here.files, native.files);
    console.log(`# ${signed.length} signed files of the corpus`);
  }
  // The same in the page.
  await page.locator("input.files").setInputFiles(names.map((name) => join(folder, name)));
  await page.getByRole("tab", { name: "Signatures" }).click();
  await page.locator(".verdict").nth(3).waitFor();
  await page.getByText("not known here").first().waitFor();
  await page.locator("#view input.files").setInputFiles(join(folder, "root.pem"));
  await page.getByText("Trust is judged by root.pem alone").waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".verdict .yes").length === 8);
  assert.equal(await page.locator('.verdict[aria-label="leaf.mobileconfig"] .yes').count(), 3);
  assert.equal(await page.locator('.verdict[aria-label="tampered.mobileconfig"] .yes').count(), 2);
  assert.doesNotMatch(await page.locator("#view").innerText(), /--\w/, "a flag of the command line");
  await axe(page);
  await looks(page, "check-signatures");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("hostile names and values show as text only", async () => {
  const page = await open(browser, server.address, "#/check");
  let asked = 0;
  page.on("dialog", (dialog) => (asked++, dialog.dismiss()));
  const files = hostileTexts.map((text, i) => ({
    name: `${i} ${text.replaceAll(/[/\\\0]/g, "")}`.slice(0, 90) + ".mobileconfig",
    mimeType: "text/plain",
    buffer: Buffer.from(profile({ name: text, settings: `<key>EncryptionType</key><string>${escapeXML(text)}</string><key>${escapeXML(text)}</key><string>${escapeXML(text)}</string>` })),
  }));
  assert.ok(files.length >= 60);
  await page.locator("input.files").setInputFiles(files);
  await page.locator(".card.file").nth(30).waitFor();
  for (const view of ["Findings", "Content", "Coverage"]) {
    await page.getByRole("tab", { name: view }).click();
    await page.locator({ Findings: ".finding", Content: ".tree li", Coverage: "table tr" }[view]).first().waitFor();
    const options = view === "Content" ? await page.locator("#view select option").count() : 1;
    for (let i = 0; i < options; i += 6) {
      if (view === "Content") {
        await page.locator("#view select").selectOption({ index: i });
        await page.locator(".tree li").first().waitFor();
      }
      const bad = await page.evaluate(() => {
        const found = [...document.querySelectorAll("main script, main img, main svg, main iframe, main object, main embed, main style, main video, main math, main [onerror], main [onload]")].map((e) => e.outerHTML.slice(0, 100));
        const text = document.body.textContent + [...document.querySelectorAll("main *")].flatMap((e) => [...e.attributes].map((a) => (a.name === "value" ? "" : a.value))).join("");
        const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u.exec(text.replaceAll("\n", ""));
        if (control) found.push("U+" + control[0].codePointAt(0).toString(16));
        found.push(...[...document.querySelectorAll("main a")].map((a) => a.getAttribute("href")).filter((href) => !href.startsWith("#/")));
        if (globalThis.hacked) found.push("a script ran");
        return found;
      });
      assert.deepEqual(bad, [], view);
    }
  }
  await axe(page);
  assert.equal(asked, 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("large inputs do not freeze the page", async () => {
  const page = await open(browser, server.address, "#/check");
  const big = join(folder, "set");
  mkdirSync(big);
  for (let i = 0; i < 2000; i++) writeFileSync(join(big, `p${i}.mobileconfig`), profile({ id: `com.example.p${i}`, settings: "<key>EncryptionType</key><string>wpa2</string>" }));
  writeFileSync(join(folder, "big.mobileconfig"), profile({ settings: `<key>EncryptionType</key><string>${"wpa2 ".repeat(10 << 20)}</string>` }));
  await page.evaluate(() => {
    globalThis.longest = 0;
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      globalThis.longest = Math.max(globalThis.longest, now - last);
      last = now;
    }, 20);
  });
  await page.locator("input.folder").setInputFiles(big);
  await page.locator("progress").waitFor({ timeout: 120000 });
  await page.evaluate(() => (globalThis.longest = 0));
  await page.locator(".summary").getByText("warning").or(page.locator(".summary").getByText("error")).first().waitFor({ timeout: 120000 });
  assert.equal(await page.locator(".card.file").count(), 40);
  const longest = await page.evaluate(() => globalThis.longest);
  console.log(`# 2,000 files: the page stood still for ${Math.round(longest)} ms at most`);
  assert.ok(longest < 2000, `${longest} ms`);
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator("input.files").setInputFiles(join(folder, "big.mobileconfig"));
  await page.getByRole("button", { name: "Cancel" }).click({ timeout: 60000 });
  await page.getByText("cancelled").waitFor();
  await page.getByLabel("Each file alone").evaluate((e) => e.click());
  await page.locator(".finding, .trouble").first().waitFor({ timeout: 120000 });
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
