// The page as "syncguard web" serves it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { binary, dist, launch, open } from "./harness.mjs";

let browser, program, address;
before(async () => {
  browser = await launch();
  program = spawn(binary, ["web"]);
  address = await new Promise((resolve, reject) => {
    let said = "";
    for (const stream of [program.stdout, program.stderr])
      stream.on("data", (data) => {
        said += data;
        const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
        if (found) resolve(found[0]);
      });
    program.on("exit", (code) => reject(new Error(`exit code ${code}: ${said}`)));
  });
});
after(async () => {
  await browser?.close();
  program?.kill();
});

test("a ready-made profile has its type, and HEAD is answered", async () => {
  const file = "profiles/en/cloudflare/icloud-sync.ios-manual.mobileconfig";
  const want = readFileSync(join(dist, file));
  for (const method of ["HEAD", "GET"]) {
    const response = await fetch(address + file, { method, headers: { "Accept-Encoding": "identity" } });
    assert.equal(response.status, 200, method);
    assert.equal(response.headers.get("Content-Type"), "application/x-apple-aspen-config", method);
    assert.equal(response.headers.get("Content-Length"), String(want.length), method);
    assert.equal(Buffer.from(await response.arrayBuffer()).equals(method === "GET" ? want : Buffer.alloc(0)), true, method);
  }
  assert.equal((await fetch(address + "profiles/en/cloudflare/none.mobileconfig", { method: "HEAD" })).status, 404);
});

test("the page takes the ready-made profile from it", async () => {
  const page = await open(browser, address, "#/make/en");
  await page.locator(".make[aria-busy=false] .hand .big").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".hand .big").click()]);
  assert.match(download.url(), /\/profiles\/en\/cloudflare\/icloud-sync\.ios-manual\.mobileconfig$/);
  assert.ok(readFileSync(await download.path()).equals(readFileSync(join(dist, "profiles/en/cloudflare/icloud-sync.ios-manual.mobileconfig"))));
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
