import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import ts from "typescript";
import { axe, launch, looks, open, phone, screenshots, serve, syncguard } from "./harness.mjs";

let browser, server, folder;
before(async () => {
  browser = await launch();
  server = await serve();
  folder = mkdtempSync(join(tmpdir(), "syncguard-"));
  const run = syncguard(["build", "builtin:prevention", "--unsigned", "-o", join(folder, "built")]);
  assert.equal(run.status, 0, run.stderr);
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const locale = (language) => JSON.parse(readFileSync(new URL(`../src/make/locales/${language}.json`, import.meta.url), "utf8"));
const en = locale("en");

const button = (page) => page.locator(".hand .big");

// made waits for the answer to the choices that were made last.
async function made(page, file) {
  await page.locator(`.make[aria-busy=false] .hand .big[href$="/${file}"]`).waitFor();
}

async function choose(page, { device, version = "26", way, dns, exempt, texts = en }) {
  await page.getByRole("radio", { name: device, exact: true }).check();
  await page.getByLabel(texts.version).selectOption(version);
  await page.getByRole("radio", { name: way, exact: true }).check();
  if (dns !== undefined) await page.getByLabel(texts.dns, { exact: true }).selectOption(dns);
  if (exempt !== undefined) {
    const field = page.locator("textarea");
    if (!(await field.isVisible())) await page.locator("summary", { hasText: texts.exempt }).click();
    await field.fill(exempt);
  }
}

async function download(page, click) {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()), url: file.url() };
}

const controlled = (page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);

const defaults = [
  ["iPhone", "way.manual", "icloud-sync.ios-manual.mobileconfig"],
  ["iPhone", "way.supervised", "icloud-sync.ios-supervised.mobileconfig"],
  ["Mac", "way.manual", "icloud-sync.macos-manual.mobileconfig"],
  ["Mac", "way.device", "icloud-sync.macos-supervised.mobileconfig"],
  ["Apple TV", "way.supervised", "icloud-sync.tvos-supervised.mobileconfig"],
  ["Apple Vision Pro", "way.supervised", "icloud-sync.visionos-supervised.mobileconfig"],
];

for (const [name, options, where] of [
  ["a ready-made file", {}, /\/profiles\/en\/cloudflare\//],
  ["the service worker, offline", { offline: true }, /\/made\//],
  ["a blob", { offline: true, serviceWorkers: "block" }, /^blob:/],
])
  test(`the bytes of build for the default targets, by ${name}`, async () => {
    const { offline, ...rest } = options;
    const page = await open(browser, server.address, "#/make/en", rest);
    if (!rest.serviceWorkers) await controlled(page);
    if (offline) await page.context().setOffline(true);
    for (const [device, way, file] of defaults) {
      await choose(page, { device, way: en[way] });
      await made(page, file);
      const got = await download(page, () => button(page).click());
      assert.equal(got.name, file);
      assert.match(got.url, where, file);
      assert.ok(got.bytes.equals(readFileSync(join(folder, "built", file))), `${file} differs`);
      await page.getByText(en.taken).waitFor();
    }
    if (!offline) assert.deepEqual(page.faults, []);
    await page.context().close();
  });

test("other choices have the bytes of build, from the template of the page, in another language", async () => {
  const texts = locale("de");
  const page = await open(browser, server.address, "#/make/de");
  await controlled(page);
  for (const [i, [device, version, dns, exempt, file]] of [
    ["iPad", "27", "quad9", "Büro\n  WLAN 2  \n\nBüro", "icloud-sync.ipados-27-manual.mobileconfig"],
    ["Mac", "15", "google", "", "icloud-sync.macos-15-manual.mobileconfig"],
    ["Mac", "26", "", undefined, "icloud-sync.macos-manual.mobileconfig"],
  ].entries()) {
    await choose(page, { device, version, way: texts["way.manual"], dns, exempt, texts });
    await made(page, file);
    if (exempt) await page.locator(".network", { hasText: "Büro" }).waitFor();
    const template = await download(page, () => page.getByRole("button", { name: texts.asTemplate, exact: true }).click());
    const got = await download(page, () => button(page).click());
    assert.match(got.url, /\/made\//);
    const at = join(folder, `other-${i}.yaml`);
    writeFileSync(at, template.bytes);
    const run = syncguard(["build", at, "--unsigned", "-o", join(folder, `other-${i}`)]);
    assert.equal(run.status, 0, run.stderr);
    assert.ok(got.bytes.equals(readFileSync(join(folder, `other-${i}`, file))), `${file} differs`);
    assert.match(got.bytes.toString(), /iCloud synchron halten/);
    const saved = await download(page, () => page.getByRole("button", { name: texts.saveFile }).click());
    assert.ok(saved.bytes.equals(got.bytes) && saved.name === file);
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("what the cards say is what coverage says", async () => {
  const page = await open(browser, server.address, "#/make/en");
  for (const [device, way, target] of [
    ["iPhone", en["way.manual"], "iOS@26/manual"],
    ["Mac", en["way.manual"], "macOS@26/manual"],
    ["iPad", en["way.supervised"], "iPadOS@26/supervised"],
    ["Apple Watch", en["way.manual"], "watchOS@26/manual"],
    ["Apple TV", en["way.manual-supervised"], "tvOS@26/manual-supervised"],
  ]) {
    await choose(page, { device, way });
    const cells = JSON.parse(syncguard(["coverage", "builtin:prevention", "--target", target, "--format", "json"]).stdout);
    const want = cells.map((cell) => `cause ${cell.class}`);
    await page.waitForFunction((want) => JSON.stringify([...document.querySelectorAll(".cause")].map((e) => e.className)) === JSON.stringify(want), want);
    const steps = cells.filter((cell) => ["manual", "locked"].includes(cell.class)).flatMap((cell) => cell.settings);
    await page.waitForFunction((n) => document.querySelectorAll(".step").length === n, steps.length).catch(() => assert.fail(`${target}: not ${steps.length} steps`));
  }
  await choose(page, { device: "Apple Watch", way: en["way.manual"] });
  await page.getByText(en.nothing).waitFor();
  assert.equal(await button(page).count(), 0);
  await page.context().close();
});

test("the browser is told apart", async () => {
  const source = readFileSync(new URL("../src/make/guess.ts", import.meta.url), "utf8");
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
  const { guess } = await import(`data:text/javascript;base64,${Buffer.from(outputText).toString("base64")}`);
  const apple = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
  const iphone = `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${apple}`;
  const mac = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${apple}`;
  for (const [userAgent, browser, want] of [
    [`${iphone} Version/27.0 Mobile/15E148 Safari/604.1`, {}, "iOS 27 asks"],
    [`${iphone} CriOS/143.0.0.0 Mobile/15E148 Safari/604.1`, {}, "iOS ? asks"],
    [`${iphone.replace("18_6", "17_5")} CriOS/143.0.0.0 Mobile/15E148 Safari/604.1`, {}, "iOS 17 asks"],
    [`${iphone} FxiOS/145.0 Mobile/15E148 Safari/605.1.15`, {}, "iOS ? saves Firefox"],
    [`${iphone} FxiOS/145.0 Focus/145.0 Mobile/15E148 Safari/605.1.15`, {}, "iOS ? saves Firefox Focus"],
    [`${iphone} Version/26.1 Mobile/15E148 Safari/604.1 Ddg/26.1`, {}, "iOS 26 saves DuckDuckGo"],
    [`${iphone} Mobile/15E148 Instagram 400.0.0.0`, {}, "iOS ? app"],
    [`${iphone.replace("18_6", "17_2")} Mobile/15C202`, {}, "iOS 17 app"],
    [`${iphone} Version/26.1 Mobile/15E148 Safari/604.1`, { standalone: true }, "iOS 26 app"],
    [`${mac} Version/26.1 Safari/605.1.15`, { maxTouchPoints: 5 }, "iPadOS 26 asks"],
    [`${mac} Version/26.1 Safari/605.1.15`, {}, "macOS ? asks"],
    [`${mac} Chrome/150.0.0.0 Safari/537.36`, { platformVersion: "15.6.1" }, "macOS 15 asks"],
    ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36", {}, "iOS ? asks elsewhere"],
    ["Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36", { maxTouchPoints: 5 }, "iOS ? asks elsewhere"],
  ]) {
    const g = guess({ userAgent, maxTouchPoints: 0, ...browser });
    assert.equal([g.platform, g.version ?? "?", g.takes, g.browser, g.isHere ? "" : "elsewhere"].filter(Boolean).join(" "), want, userAgent);
  }
});

test("the page says which browser it needs", async () => {
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15";
  const page = await open(browser, server.address, "#/make/en", { userAgent, viewport: phone });
  await page.getByText("Firefox only saves a file").waitFor();
  await page.getByText(en.untested).waitFor();
  await page.context().close();
});

test("the language is the browser's, and can be changed at the foot", async () => {
  for (const [asked, tag] of [["pt-PT", "pt-BR"], ["zh-CN", "zh-Hans"], ["sv-SE", "en"]]) {
    const page = await open(browser, server.address, "", { locale: asked });
    assert.equal(await page.locator(".make").getAttribute("lang"), tag);
    await page.getByRole("link", { name: "Français" }).click();
    await page.getByRole("heading", { name: "Garder iCloud synchronisé" }).waitFor();
    await page.context().close();
  }
});

test("names of networks show as text, and nothing leaves the page", async () => {
  const page = await open(browser, server.address, "#/make/en");
  await controlled(page);
  const names = ["<img src=x onerror=alert(1)>", "</textarea><script>alert(1)</script>", "'; alert(1)//", "\u202egnirts", "{{7*7}} ${HOME} %s", "javascript:alert(1)", "\"><svg onload=alert(1)>", "&lt;b&gt;"].map((n) => n.slice(0, 32));
  const before = server.requests.length;
  await choose(page, { device: "iPhone", way: en["way.manual"], exempt: names.join("\n") });
  await page.locator(".network").nth(names.length - 1).waitFor();
  assert.deepEqual(await page.locator(".network").allTextContents(), names);
  assert.equal(await page.locator(".make img, .make script, .make svg").count(), 0);
  const got = await download(page, () => button(page).click());
  assert.match(got.bytes.toString(), /&lt;img src=x onerror=alert\(1\)&gt;/);
  const asked = () => [...new Set(server.requests.slice(before))].filter((path) => path !== "/sw.js"); // the browser looks for a newer one
  assert.deepEqual(asked(), []);
  await choose(page, { device: "iPhone", way: en["way.manual"], exempt: "ü".repeat(17) });
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").textContent(), /32 bytes/);
  await choose(page, { device: "iPhone", way: en["way.manual"], exempt: "" });
  await button(page).waitFor();
  await download(page, () => button(page).click());
  assert.deepEqual(asked(), ["/profiles/en/cloudflare/icloud-sync.ios-manual.mobileconfig"]);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("the keyboard is enough", async () => {
  const page = await open(browser, server.address, "#/make/en", { viewport: phone });
  await button(page).waitFor();
  const press = (key) => page.keyboard.press(key);
  const until = async (what) => {
    for (let i = 0; i < 80; i++) {
      await press("Tab");
      if (await page.evaluate((what) => document.activeElement?.matches(what), what)) return;
    }
    assert.fail(`no way to ${what}`);
  };
  await until(".tile input");
  await press("ArrowRight"); // from the iPhone to the iPad
  await until("#make-version");
  await until(".choice input");
  await press("ArrowDown");
  await until("#make-dns");
  await press("ArrowDown");
  await until(".make-device summary");
  await press("Enter");
  await until("textarea");
  await page.keyboard.type("Office");
  await made(page, "icloud-sync.ipados-manual-supervised.mobileconfig");
  await page.locator(".network").waitFor();
  await until(".hand .big");
  const got = await download(page, () => press("Enter"));
  assert.match(got.bytes.toString(), /dns\.google/);
  assert.match(got.bytes.toString(), /<string>Office<\/string>/);
  await until(".step input");
  await press("Space");
  assert.ok(await page.locator(".step input").first().isChecked());
  assert.match(await page.locator(".progress").textContent(), /^1 /);
  await page.context().close();
});

test("it works offline after the first visit", async () => {
  const page = await open(browser, server.address, "#/make/en");
  await controlled(page);
  await page.context().setOffline(true);
  await page.reload();
  await button(page).waitFor();
  const got = await download(page, () => button(page).click());
  assert.ok(got.bytes.equals(readFileSync(join(folder, "built/icloud-sync.ios-manual.mobileconfig"))));
  await page.context().close();
});

test("it fits and is accessible in every language", async () => {
  const page = await open(browser, server.address, "#/make/en", { viewport: phone });
  for (const language of ["en", "de", "fr", "es", "ja", "pt-BR", "zh-Hans"]) {
    const texts = locale(language);
    await page.goto(`${server.address}#/make/${language}`);
    await page.getByText(texts.lead).waitFor();
    await choose(page, { device: "Mac", way: texts["way.manual"], exempt: "Office", texts });
    await page.locator(".steps").first().waitFor();
    await page.locator(".network").waitFor();
    for (const summary of await page.locator(".notes summary, .hand summary").all()) await summary.click();
    await axe(page);
    await looks(page, `make-mac-${language}`);
  }
  const big = await page.locator(".make button, .make select, .make summary, .languages a, .tile, .choice, .step").evaluateAll((all) => all.filter((e) => e.offsetHeight > 0 && e.offsetHeight < 40).map((e) => e.outerHTML));
  assert.deepEqual(big, []);
  if (screenshots) {
    for (const [device, way] of [["iPhone", "way.manual"], ["iPhone", "way.supervised"], ["Apple Watch", "way.manual"]]) {
      await page.goto(`${server.address}#/make/en`);
      await page.getByText(en.lead).waitFor();
      await choose(page, { device, way: en[way], exempt: "" });
      await page.locator(".step").first().waitFor();
      await looks(page, `make-${device.replace(" ", "-")}-${way}`.toLowerCase());
    }
  }
  await page.context().close();
});
