// What the tests of the page share: a static server for dist, a browser, and the command line to compare with.
import { spawnSync } from "node:child_process";
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
  await page.locator("footer").getByText("syncguard").waitFor();
  return page;
}

// syncguard runs the command line.
export function syncguard(args, options = {}) {
  const run = spawnSync(binary, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (run.error) throw run.error;
  return run;
}
