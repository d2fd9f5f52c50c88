// Nothing leaves the page, it works without a network, and it is of one version.
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { createHash } from "node:crypto";
import { dist, launch, open, serve } from "./harness.mjs";

let browser, server;
before(async () => {
  browser = await launch();
  server = await serve();
});
after(async () => {
  await browser?.close();
  server?.close();
});

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

// folderServer serves a folder as it is now. Of .wasm it knows no type.
async function folderServer(folder) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const name = path === "/" ? "/index.html" : path;
    try {
      response.writeHead(200, { "Content-Type": types[extname(name)] ?? "application/octet-stream" }).end(readFileSync(join(folder, name)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => { server.closeAllConnections(); server.close(); } };
}

// kept waits until the service worker has the whole page.
const kept = (page) => page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.active.state === "activated" || new Promise((done) => r.active.addEventListener("statechange", done))));

const tabsOf = (page) => page.locator("header nav a").evaluateAll((links) => links.map((a) => a.getAttribute("href")));

// visit opens every tab, and asks the engine for something.
async function visit(page) {
  for (const route of [...(await tabsOf(page)), "#/type/com.apple.wifi.managed", "#/rule/duplicate-payload-uuid"]) {
    await page.evaluate((to) => void (location.hash = to), route);
    await page.locator("main h1").first().waitFor();
  }
  await page.evaluate(() => void (location.hash = "#/key/com.apple.applicationaccess/allowCamera"));
  await page.getByRole("table", { name: "iOS, iPadOS" }).waitFor();
}

test("no request after the page is loaded, and nothing is stored", async () => {
  const page = await open(browser, server.address);
  await page.locator("main h1").first().waitFor();
  await kept(page);
  const asked = [];
  page.context().on("request", (request) => asked.push(request.url()));
  const before = server.requests.length;
  await visit(page);
  assert.deepEqual(asked.filter((url) => !url.startsWith("data:") && !url.startsWith("blob:")), []);
  assert.deepEqual(server.requests.slice(before), []);
  const stored = await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, document.cookie]);
  assert.deepEqual(stored, [0, 0, 0, ""]);
  assert.deepEqual(await page.context().cookies(), []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("the policy of the page refuses other origins", async () => {
  const page = await open(browser, server.address);
  const other = await serve();
  const refused = await page.evaluate(
    (address) => fetch(address, { mode: "no-cors" }).then(() => false, () => true),
    other.address,
  );
  assert.equal(refused, true);
  assert.deepEqual(other.requests, []);
  assert.match(page.faults.join("\n"), /Content Security Policy/);
  other.close();
  await page.context().close();
});

test("every tab works without a network", async () => {
  const own = await serve();
  const page = await open(browser, own.address);
  await kept(page);
  own.close();
  await page.context().setOffline(true);
  await page.reload();
  await visit(page);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("a new version replaces the old one as a whole, when it is asked for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "syncguard-"));
  cpSync(dist, folder, { recursive: true, filter: (name) => !/\.(br|gz)$/.test(name) });
  const own = await folderServer(folder);
  try {
    const page = await open(browser, own.address); // the engine comes without its type here
    await page.locator("main h1").first().waitFor();
    await kept(page);
    // the next version: another index.html, and a service worker that knows it
    const index = join(folder, "index.html");
    const worker = join(folder, "sw.js");
    const old = createHash("sha256").update(readFileSync(index)).digest("hex");
    appendFileSync(index, "<!-- next -->\n");
    const next = createHash("sha256").update(readFileSync(index)).digest("hex");
    const text = readFileSync(worker, "utf8");
    assert.ok(text.includes(old), "sw.js knows index.html");
    // a server half way between two versions: the worker refuses the mixture
    writeFileSync(worker, text.replace(/page-[0-9a-f]{16}/, "page-0123456789abcdef"));
    assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistration().then((r) => r.update().then(() => new Promise((done) => {
      const w = r.installing;
      if (!w) return done("none");
      w.addEventListener("statechange", () => done(w.state));
    })))), "redundant");
    assert.equal(await page.evaluate(() => caches.has("page-0123456789abcdef")), false);
    writeFileSync(worker, text.replace(/page-[0-9a-f]{16}/, "page-fedcba9876543210").replace(old, next));
    await page.evaluate(() => navigator.serviceWorker.getRegistration().then((r) => r.update()));
    await page.getByText("A new version of this page is here.").waitFor();
    assert.equal(await page.evaluate(() => fetch("./").then((r) => r.text()).then((t) => t.includes("next"))), false, "an old page has the old files");
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Load it" }).click()]);
    await page.locator("main h1").first().waitFor();
    assert.equal(await page.evaluate(() => fetch("./").then((r) => r.text()).then((t) => t.includes("next"))), true);
    assert.deepEqual(await page.evaluate(() => caches.keys()), ["page-fedcba9876543210"]);
    await page.context().close();
  } finally {
    own.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the footer shows the version of the page and its engine", async () => {
  const page = await open(browser, server.address);
  await page.locator("main h1").first().waitFor();
  assert.doesNotMatch(await page.locator("footer.bottom").textContent(), /with engine/);
  await page.context().close();
});
