// What the tests of the page share: a static server for dist, a browser, and the command line to compare with.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
export const dist = join(root, "dist");
export const screenshots = process.env.SYNCGUARD_SCREENSHOTS; // folder to put them in; none without
export const binary = process.env.SYNCGUARD_BINARY ?? join(root, "../bin/syncguard");

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".mobileconfig": "application/x-apple-aspen-config" };

// serve serves dist on loopback, as any static server does.
export async function serve() {
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    requests.push(path);
    try {
      const file = await readFile(join(dist, normalize(path === "/" ? "/index.html" : path)));
      response.writeHead(200, { "Content-Type": types[extname(path)] ?? (path === "/" ? "text/html" : "application/octet-stream") }).end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, requests, close: () => server.close() };
}

// launch starts the browser. SYNCGUARD_CHROMIUM names another one.
export const launch = () =>
  chromium.launch({
    executablePath: process.env.SYNCGUARD_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 900 };

// open opens the page at a route, and waits for the engine. Errors of the page, and what its policy refused, fail the test.
export async function open(browser, address, route = "", options = {}) {
  const context = await browser.newContext({ viewport: desk, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  await page.goto(address + route);
  await page.locator("footer.bottom").getByText("syncguard").waitFor();
  return page;
}

// evaluate runs a script in the page; the policy of the page does not hold for the tool that tests it.
async function evaluate(page, expression) {
  const tool = await page.context().newCDPSession(page);
  const { result, exceptionDetails } = await tool.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  await tool.detach();
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

const axeSource = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

const checkAccessibility = () =>
  globalThis.axe
    .run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } })
    .then(({ violations }) => violations.map((v) => [`${v.id}: ${v.help}`, ...v.nodes.map((n) => `${n.target} ${n.html} ${n.failureSummary}`)].join("\n")));

// axe checks the accessibility of what the page shows now, on a phone and a desk, in light and in dark.
export async function axe(page) {
  const size = page.viewportSize();
  const other = size.width === phone.width ? desk : phone;
  for (const viewport of [other, size]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const found = await evaluate(page, `if (!globalThis.axe) { ${axeSource} } (${checkAccessibility})()`);
      assert.deepEqual(found, [], `axe, ${viewport.width} px, ${colorScheme}:\n${found.join("\n")}`);
    }
  }
}

// looks checks that nothing scrolls sideways on phones, and takes pictures of the page as it is: on a phone and a desk, light and dark.
export async function looks(page, name) {
  const size = page.viewportSize();
  for (const width of [320, phone.width]) {
    await page.setViewportSize({ ...phone, width });
    const wide = await page.evaluate(() => {
      const room = document.documentElement.clientWidth;
      const out = [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
        for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return false;
        return e.getBoundingClientRect().right > room + 1;
      });
      return document.documentElement.scrollWidth > room ? [document.documentElement.scrollWidth + " px", ...out.slice(0, 5).map((e) => e.outerHTML.slice(0, 200))] : [];
    });
    assert.deepEqual(wide, [], `${name}: wider than ${width} px`);
  }
  if (screenshots) {
    mkdirSync(screenshots, { recursive: true });
    for (const [at, viewport] of [["390", phone], ["1280", desk]])
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.screenshot({ path: join(screenshots, `${name}-${at}-${colorScheme}.png`), fullPage: true });
      }
  }
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

// walk presses Tab, or Shift and Tab, until the focus is where the locator is: what a person can do who has no mouse.
export async function walk(page, locator) {
  await locator.waitFor({ state: "attached" });
  await locator.evaluate((element) => void (globalThis.wanted = element));
  for (let presses = 0; presses < 800; presses++) {
    const key = await page.evaluate(() => {
      const { wanted } = globalThis;
      const at = document.activeElement ?? document.body;
      if (at === wanted || (wanted.type === "radio" && at.name === wanted.name)) return "";
      if (!wanted.isConnected) return "gone";
      return at.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
    });
    if (key === "gone") break;
    if (key === "") return;
    await page.keyboard.press(key);
  }
  assert.fail(`no way by keyboard to ${await locator.evaluate((element) => element.outerHTML.slice(0, 200)).catch(() => locator)}`);
}

// spoken lists what a screen reader meets that can have the focus: its role, its name, the names of the groups around it, and the path of
// its field in a form.
export async function spoken(page) {
  const tool = await page.context().newCDPSession(page);
  await tool.send("Accessibility.enable");
  const { nodes } = await tool.send("Accessibility.getFullAXTree");
  const { root } = await tool.send("DOM.getDocument", { depth: -1, pierce: true });
  await tool.detach();
  const elements = new Map();
  const add = (element, path, isFinding) => {
    const attributes = element.attributes ?? [];
    const of = (name) => attributes[attributes.findIndex((a, i) => i % 2 === 0 && a === name) + 1];
    if (attributes.includes("data-path")) path = of("data-path");
    if (attributes.includes("class") && of("class").split(" ").includes("f-found")) isFinding = true;
    const byScript = attributes.some((a, i) => i % 2 === 0 && a === "tabindex" && attributes[i + 1] === "-1" && !/^(button|input|a)$/.test(element.localName));
    elements.set(element.backendNodeId, { byScript, html: `${element.localName} ${attributes.join(" ")}`, path, isFinding });
    for (const child of [...(element.children ?? []), ...(element.shadowRoots ?? [])]) add(child, path, isFinding);
  };
  add(root, undefined, false);
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const groups = (node) => {
    const names = [];
    for (let at = byId.get(node.parentId); at; at = byId.get(at.parentId)) if (/^(group|radiogroup)$|Date|Time/.test(at.role?.value)) names.push(at.name?.value ?? "");
    return names;
  };
  const hasFocus = (node) => node.properties?.some((p) => p.name === "focusable" && p.value.value);
  return nodes
    .filter((node) => !node.ignored && hasFocus(node) && node.role.value !== "RootWebArea")
    .map((node) => ({ role: node.role.value, name: node.name?.value?.trim() ?? "", groups: groups(node), ...elements.get(node.backendDOMNodeId) }))
    .filter(({ role, byScript }) => role !== "option" && !byScript); // a select has the name, and a script alone gets to the others
}

// syncguard runs the command line.
export function syncguard(args, options = {}) {
  const run = spawnSync(binary, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (run.error) throw run.error;
  return run;
}
