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

// axe checks the accessibility of what the page shows now, in light and in dark.
export async function axe(page) {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const found = await evaluate(page, `if (!globalThis.axe) { ${axeSource} } (${checkAccessibility})()`);
    assert.deepEqual(found, [], `axe, ${colorScheme}:\n${found.join("\n")}`);
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

// syncguard runs the command line.
export function syncguard(args, options = {}) {
  const run = spawnSync(binary, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (run.error) throw run.error;
  return run;
}
