// Times a check in the page beside the same check by the same engine as a native program, taking turns, and the time until the page can
// be used. Needs dist and Go: npm run bench, or make web first.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, open, phone, serve } from "./harness.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "syncguard-"));
const rounds = Number(process.env.ROUNDS ?? 5);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

// profileOf makes a profile of about some bytes: Wi-Fi networks and web clips, and a misspelt key.
function profileOf(size) {
  const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const payload = (n, type, keys) => `    <dict>
      <key>PayloadType</key><string>${type}</string>
      <key>PayloadVersion</key><integer>1</integer>
      <key>PayloadIdentifier</key><string>com.example.${n}</string>
      <key>PayloadUUID</key><string>${uuid(n)}</string>
${keys}    </dict>
`;
  const network = (n) => `      <key>SSID_STR</key><string>Network ${n}</string>
      <key>AutoJoin</key><true/>
      <key>EncryptionType</key><string>WPA2</string>
      <key>${n === 1 ? "Passwort" : "Password"}</key><string>correct horse ${n}</string>
`;
  const clip = (n) => `      <key>Label</key><string>Page ${n}</string>
      <key>URL</key><string>https://example.com/${n}</string>
      <key>IsRemovable</key><false/>
`;
  let text = "";
  for (let n = 1; text.length < size; n++) text += n % 2 ? payload(n, "com.apple.wifi.managed", network(n)) : payload(n, "com.apple.webClip.managed", clip(n));
  return `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example</string>
  <key>PayloadUUID</key><string>${uuid(0)}</string>
  <key>PayloadContent</key><array>
${text}  </array>
</dict></plist>
`;
}

const files = [["10kB", 10e3], ["100kB", 100e3], ["1MB", 1e6]].map(([name, size]) => {
  const path = join(folder, `${name}.mobileconfig`);
  writeFileSync(path, profileOf(size));
  return { name, path };
});

const program = join(folder, "web.test");
execFileSync(process.env.GO ?? "go", ["test", "-c", "-o", program, "./internal/web"], { cwd: root, env: { ...process.env, CGO_ENABLED: "0" }, stdio: "inherit" });

// native times one check of the program's engine, in milliseconds.
function native(path) {
  const out = execFileSync(program, ["-test.run=^$", "-test.bench=Lint", "-test.benchtime=5x"], { encoding: "utf8", env: { ...process.env, SYNCGUARD_BENCH: path } });
  return Number(/(\d+(?:\.\d+)?) ns\/op/.exec(out)[1]) / 1e6;
}

const browser = await launch();
const server = await serve();
try {
  const page = await open(browser, server.address, "#/find");
  const worker = page.workers()[0] ?? (await page.waitForEvent("worker"));
  await page.locator("details").first().waitFor(); // the engine answers
  // inPage times checks of the page's engine; the first one is not counted.
  const inPage = (bytes) =>
    worker.evaluate(
      async (text) => {
        const data = new TextEncoder().encode(text);
        const once = () =>
          new Promise((resolve, reject) => {
            const begun = performance.now();
            self.syncguard.call("lint", '{"targets":["iOS@26/supervised"]}', { "a.mobileconfig": data }, (error) => (error ? reject(new Error(error)) : resolve(performance.now() - begun)));
          });
        await once();
        let sum = 0;
        for (let i = 0; i < 5; i++) sum += await once();
        return sum / 5;
      },
      bytes,
    );
  console.log("a check, median of", rounds, "rounds, page and program by turns");
  for (const { name, path } of files) {
    const text = readFileSync(path, "utf8");
    const there = [], here = [];
    for (let i = 0; i < rounds; i++) {
      there.push(native(path));
      here.push(await inPage(text));
    }
    const ratios = here.map((ms, i) => ms / there[i]);
    console.log(`${name.padStart(6)}: page ${median(here).toFixed(1)} ms, program ${median(there).toFixed(1)} ms, ${median(ratios).toFixed(1)} times`);
  }
  await page.context().close();

  // The first screen can be used when the engine has answered.
  const cold = [], warm = [];
  for (let i = 0; i < rounds; i++) {
    const context = await browser.newContext({ viewport: phone });
    for (const times of [cold, warm]) {
      const page = await context.newPage();
      const begun = performance.now();
      await page.goto(`${server.address}#/find`);
      await page.locator("h1").waitFor();
      const seen = performance.now() - begun;
      await page.locator("details").first().waitFor();
      times.push([seen, performance.now() - begun]);
      await page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.active.state === "activated" || new Promise((done) => r.active.addEventListener("statechange", done))));
      await page.close();
    }
    await context.close();
  }
  for (const [name, times] of [["cold", cold], ["kept", warm]])
    console.log(`first screen, ${name}: seen after ${median(times.map(([s]) => s)).toFixed(0)} ms, the engine's first answer after ${median(times.map(([, a]) => a)).toFixed(0)} ms`);
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
