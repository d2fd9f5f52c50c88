// The picture of README.md and docs/web.md: the two sides of Make, for a person and for an admin. SYNCGUARD_PICTURES=docs makes it anew.
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, open, serve } from "./harness.mjs";

let browser, server;
before(async () => {
  browser = await launch();
  server = await serve();
});
after(async () => {
  await browser?.close();
  server?.close();
});

const pictures = process.env.SYNCGUARD_PICTURES;
const most = 150_000; // bytes
const height = 780;

const profile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>PayloadIdentifier</key>
			<string>org.acmecorp.office.wifi</string>
			<key>PayloadUUID</key>
			<string>6D6C2C52-5D3A-4F0B-9D5B-2F6A3C1B7E11</string>
			<key>SSID_STR</key>
			<string>Acme</string> <!-- both floors -->
			<key>EncryptionType</key>
			<string>WPA3</string>
			<key>AutoJoin</key>
			<true/>
			<key>AllowJoinBeforeFirstUnlok</key>
			<true/>
		</dict>
	</array>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
	<key>PayloadIdentifier</key>
	<string>org.acmecorp.office</string>
	<key>PayloadUUID</key>
	<string>6D6C2C52-5D3A-4F0B-9D5B-2F6A3C1B7E12</string>
	<key>PayloadDisplayName</key>
	<string>Office</string>
</dict>
</plist>
`;

// person is what somebody sees on a phone who wants iCloud to go on.
async function person() {
  const page = await open(browser, server.address, "#/make/en", { viewport: { width: 390, height }, deviceScaleFactor: 1.5, colorScheme: "light" });
  await page.locator(".make[aria-busy=false] .hand .big").waitFor();
  assert.equal(await page.locator(".cause").count(), 5);
  await page.locator("#make-does").evaluate((heading) => scrollTo(0, heading.getBoundingClientRect().top + scrollY - 16));
  const picture = await page.screenshot();
  await page.context().close();
  return picture;
}

// admin is what somebody sees on a desk who edits a profile: its form, its text, and a finding at both.
async function admin() {
  const page = await open(browser, server.address, "#/edit", { viewport: { width: 1180, height }, deviceScaleFactor: 1.5, colorScheme: "light" });
  await page.locator("input[type=file]").first().setInputFiles({ name: "office.mobileconfig", mimeType: "text/plain", buffer: Buffer.from(profile) });
  await page.locator('section[aria-label="Findings"][aria-busy=false]').waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Add devices" }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator(".f-effect li").first().waitFor();
  assert.equal(await page.locator(".side-form .f .finding").count(), 1);
  assert.ok((await page.locator(".cm-lintRange").count()) > 0);
  await page.locator('[data-path="PayloadContent[0].SSID_STR"] input').focus();
  await page.locator(".type-form h2").evaluate((heading) => scrollTo(0, heading.getBoundingClientRect().top + scrollY - 16));
  await page.locator(".cm-activeLine", { hasText: "Acme" }).waitFor();
  const picture = await page.screenshot();
  await page.context().close();
  return picture;
}

test("the two sides of Make", async () => {
  const [left, right] = [await person(), await admin()].map((png) => `data:image/png;base64,${png.toString("base64")}`);
  if (pictures) await write(left, right);
  assert.ok(statSync(fileURLToPath(new URL("../../docs/web.webp", import.meta.url))).size < most);
});

// write puts the two beside each other.
async function write(left, right) {
  const page = await (await browser.newContext({ viewport: { width: 390 + 24 + 1180, height }, deviceScaleFactor: 1 })).newPage();
  await page.setContent(`<style>body { margin: 0; display: flex; gap: 24px } img { height: ${height}px; border: 1px solid #d0d7de; border-radius: 10px; box-sizing: border-box }</style><img src="${left}"><img src="${right}">`);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  const tool = await page.context().newCDPSession(page);
  const { data } = await tool.send("Page.captureScreenshot", { format: "webp", quality: 80 });
  writeFileSync(join(pictures, "web.webp"), Buffer.from(data, "base64"));
  await page.context().close();
}
