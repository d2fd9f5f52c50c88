import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launch, looks, open, phone, serve, syncguard } from "./harness.mjs";

let browser, server, page;
before(async () => {
  browser = await launch();
  server = await serve();
  page = await open(browser, server.address, "#/find");
});
after(async () => {
  await browser?.close();
  server?.close();
});

const go = (route) => page.evaluate((to) => void (location.hash = to), route);
const rowsOf = (platform) =>
  page.getByRole("region", { name: platform, exact: true }).locator("tbody tr").evaluateAll((rows) => rows.map((r) => [...r.children].map((c) => c.querySelector("button")?.childNodes[2]?.textContent.trim() ?? c.textContent)));

test("the catalog is listed, and searched in spite of mistakes", async () => {
  await page.getByRole("heading", { name: "Payloads", exact: true }).waitFor();
  await axe(page);
  await looks(page, "find");
  const box = page.getByRole("searchbox", { name: "Search" });
  for (const [query, first] of [
    ["dns failover", "DNSSettings.AllowFailover"],
    ["allowcamera", "allowCamera"],
    ["allowfailovr", "DNSSettings.AllowFailover"],
    ["com.apple.dnsSettings.managed.DNSSettings.AllowFailover", "DNSSettings.AllowFailover"],
    ["duplicate uuid", "duplicate-payload-uuid"],
    ["battery health", "device.power.battery-health"],
  ]) {
    await box.fill(query);
    await page.locator(".hit code").filter({ hasText: new RegExp(`^${first}$`) }).first().waitFor();
    assert.equal(await page.locator(".hit code").first().textContent(), first, query);
  }
  await axe(page);
  await looks(page, "find-hits");
});

test("the keyboard is enough", async () => {
  await go("#/rule/duplicate-payload-uuid");
  await page.getByRole("heading", { name: "duplicate-payload-uuid" }).waitFor();
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.id === "find");
  await page.keyboard.type("allowCamera");
  await page.locator(".hit code", { hasText: /^allowCamera$/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /allowCamera/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "allowCamera", exact: true }).waitFor();
  assert.equal(await page.title(), "allowCamera of com.apple.applicationaccess · syncguard");
});

test("a key has what coverage says", async () => {
  await go("#/key/com.apple.dnsSettings.managed/DNSSettings.AllowFailover");
  await page.getByRole("heading", { name: "DNSSettings.AllowFailover" }).waitFor();
  await page.getByRole("table", { name: "iOS, iPadOS" }).waitFor();
  assert.deepEqual(await rowsOf("iOS, iPadOS"), [
    ["by hand", "not there", "preset"],
    ["MDM; Shared iPad", "not there", "preset"],
    ["User Enrollment", "not there", "no effect"],
  ]);
  await page.getByRole("region", { name: "iOS, iPadOS", exact: true }).getByRole("button", { name: /preset/ }).first().click();
  await page.getByText("lets a person switch to another DNS setting").first().waitFor();
  await page.locator(".why li").first().waitFor();
  await axe(page);
  await looks(page, "key");
  await go("#/key/com.apple.applicationaccess/forceAutomaticDateAndTime");
  await page.getByRole("group", { name: "With the value" }).waitFor();
  assert.deepEqual((await rowsOf("iOS, iPadOS"))[1].slice(1), ["by hand", "enforced"]);
  await looks(page, "key-by-hand");
  await go("#/key/StatusItems/device.model.family");
  await page.getByRole("table", { name: "watchOS" }).waitFor();
  await axe(page);
});

test("a type shows its keys, and a rule its examples", async () => {
  await go("#/type/com.apple.wifi.managed");
  await page.locator(".keys code", { hasText: /^SSID_STR$/ }).waitFor();
  await page.getByRole("table", { name: "iOS, iPadOS" }).waitFor();
  const shown = JSON.parse(syncguard(["schema", "show", "com.apple.wifi.managed", "--format", "json"]).stdout).types[0];
  const count = (keys) => keys.reduce((n, k) => n + (k.element ? 0 : 1) + count(k.keys ?? []), 0);
  assert.equal(await page.locator(".keys .keyname a").count(), count(shown.keys));
  await axe(page);
  await looks(page, "type");
  await go("#/rule/duplicate-payload-uuid");
  await page.getByRole("heading", { name: "Breaks the rule" }).waitFor();
  await axe(page);
  await looks(page, "rule");
});

test("what is not there is said", async () => {
  await go("#/type/com.apple.wifi.manged");
  await page.getByRole("alert").getByText("unknown type").waitFor();
  await go("#/key/com.apple.wifi.managed/%3Cimg%20src=x%20onerror=alert(1)%3E");
  await page.getByRole("alert").waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  await go("#/rule/nothing");
  await page.getByRole("alert").getByText("unknown rule").waitFor();
  assert.deepEqual(page.faults, []);
});

test("every type and rule has a page", { skip: !process.env.SYNCGUARD_SOAK && "long: SYNCGUARD_SOAK=1" }, async () => {
  await page.setViewportSize(phone);
  const { types } = JSON.parse(syncguard(["schema", "list", "--format", "json"]).stdout);
  for (const type of types) {
    await go(`#/type/${encodeURIComponent(type.id)}`);
    await page.locator("h1 code", { hasText: type.id }).first().waitFor();
    await page.locator("table.effects").first().waitFor();
  }
  assert.deepEqual(page.faults, []);
});
