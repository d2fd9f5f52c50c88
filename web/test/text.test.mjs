import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, launch, looks, open, phone, serve, syncguard } from "./harness.mjs";
import { bplist, bplistArray, bplistDictionary, bplistText } from "./hostile.mjs";

let browser, server, folder;
before(async () => {
  browser = await launch();
  server = await serve();
  folder = mkdtempSync(join(tmpdir(), "syncguard-text-"));
});
after(async () => {
  await browser?.close();
  server?.close();
  if (folder) rmSync(folder, { recursive: true });
});

const profile = (keys = "") => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<!-- the first of two -->
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadType</key>
			<string>com.apple.applicationaccess</string>
			<key>PayloadIdentifier</key>
			<string>com.example.restrictions</string>
			<key>PayloadUUID</key>
			<string>0C2B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8A</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>allowCamera</key>
			<false/> <!-- meeting rooms -->${keys}
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>Größe 😀 &amp; Co</string>
	<key>PayloadIdentifier</key>
	<string>com.example.profile</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>5A1B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8B</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`;

function file(name, content) {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

// edit opens the page's editor with a file, and waits for its check. At 1280 px both sides are there.
async function edit(path, options) {
  const page = await open(browser, server.address, "#/edit", options);
  await page.locator("input[type=file]").setInputFiles(path);
  const switched = page.getByRole("group", { name: "Side" }).getByRole("button", { name: "Text" });
  if ((options?.viewport?.width ?? 1280) < 1000 && (await switched.count())) await switched.click();
  await checked(page);
  return page;
}

// reopen closes the document, and opens another one.
async function reopen(page, path) {
  await page.getByRole("button", { name: "Close" }).click();
  await page.locator("input[type=file]").setInputFiles(path);
  await checked(page);
}

const checked = (page) => page.locator('section[aria-label="Findings"][aria-busy=false]').waitFor({ state: "attached" });

async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
  return { name: download.suggestedFilename(), data: readFileSync(await download.path()) };
}

async function ended(page) {
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

test("the findings are those of lint, at the same lines, as one types", async () => {
  const path = file("a.mobileconfig", profile("\n\t\t\t<key>allowCamra</key>\n\t\t\t<string>x</string>"));
  const page = await edit(path);
  const told = () => page.locator(".side-text .finding").evaluateAll((all) => all.map((e) => [e.querySelector(".line")?.textContent ?? "", e.querySelector(".badge + *:not(.line), .line ~ span")?.textContent].join(" ")).sort());
  const want = (path) => JSON.parse(syncguard(["lint", "--format", "json", path]).stdout).files[0].findings.map((f) => `${f.start ? `line ${f.start.line}` : ""} ${f.message}`).sort();
  assert.deepEqual(await told(), want(path));
  assert.ok((await page.locator(".cm-lintRange").count()) > 0, "nothing is underlined");

  await page.locator(".cm-content").press("ControlOrMeta+Home");
  await page.keyboard.insertText("\n\n");
  await page.keyboard.press("ControlOrMeta+z");
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.insertText("<!-- typed -->\n");
  await page.locator('section[aria-label="Findings"][aria-busy=true]').waitFor({ state: "attached" }).catch(() => {});
  await checked(page);
  const { name, data } = await saved(page, "Save .mobileconfig");
  assert.equal(name, "com.example.profile.mobileconfig");
  assert.equal(data.toString(), readFileSync(path, "utf8") + "<!-- typed -->\n");
  assert.deepEqual(await told(), want(file("b.mobileconfig", data)));
  await ended(page);
});

test("bytes that nobody changed stay: line ends, a byte order mark, tabs", async () => {
  const page = await edit(file("a.mobileconfig", profile()));
  for (const [name, content] of [
    ["crlf.mobileconfig", profile().replaceAll("\n", "\r\n")],
    ["mixed.mobileconfig", profile().replaceAll("\n", "\r\n").replace("\r\n\t<key>", "\n\t<key>").replace("Größe", "a\rb")],
    ["mark.mobileconfig", "\ufeff" + profile()],
    ["end.mobileconfig", profile().trimEnd()],
  ]) {
    await reopen(page, file(name, content));
    assert.equal((await saved(page, "Save .mobileconfig")).data.toString(), content, name);
  }
  await ended(page);
});

test("signed and binary profiles open, and a signature is made that openssl verifies", async () => {
  const run = (args, options) => {
    const r = spawnSync("openssl", args, { cwd: folder, encoding: "utf8", ...options });
    assert.equal(r.status, 0, r.stderr);
    return r.stdout;
  };
  run(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "400", "-subj", "/CN=Example Signing", "-addext", "keyUsage=digitalSignature"]);
  run(["pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-out", "id.p12", "-passout", "pass:correct horse"]);
  const page = await edit(file("plain.mobileconfig", profile()));
  await page.getByRole("button", { name: "Sign…" }).click();
  const form = page.getByRole("form", { name: "Sign and save" });
  await form.locator("input[type=file]").setInputFiles(join(folder, "id.p12"));
  await form.getByLabel("Passphrase").fill("wrong");
  await form.getByRole("button", { name: "Sign and save" }).click();
  await form.getByRole("alert").getByText("wrong passphrase").waitFor();
  await form.getByLabel("Passphrase").fill("correct horse");
  const [download] = await Promise.all([page.waitForEvent("download"), form.getByRole("button", { name: "Sign and save" }).click()]);
  await form.getByText("Signed by Example Signing").waitFor();
  assert.match(await form.getByRole("status").textContent(), /Not Verified/);
  assert.equal(await form.getByLabel("Passphrase").inputValue(), "");
  assert.ok(!(await page.content()).includes("correct horse"), "the passphrase is in the page");
  const signed = file("signed.mobileconfig", readFileSync(await download.path()));
  const content = run(["cms", "-verify", "-inform", "DER", "-in", signed, "-CAfile", "cert.pem", "-purpose", "any", "-binary"]);
  assert.equal(content, profile());
  await axe(page);
  await ended(page);

  const again = await edit(signed);
  await again.getByText("Signed by Example Signing").waitFor();
  await again.getByText("Saving makes an unsigned copy").waitFor();
  assert.equal((await saved(again, "Save .mobileconfig")).data.toString(), profile());
  await ended(again);
});

test("a binary profile opens, and is saved as XML with the same values", async () => {
  const keys = ["PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadContent"];
  const values = ["Configuration", 1, "com.example.binary", "5A1B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8B", "Größe 😀"];
  const one = (v) => (typeof v === "number" ? Buffer.from([0x10, v]) : bplistText(v));
  const data = bplist([bplistDictionary(keys.map((_, i) => i + 1), keys.map((_, i) => i + 7)), ...keys.map(bplistText), ...values.map(one), bplistArray([])]);
  const path = file("binary.plist", data);
  const page = await edit(path);
  await page.getByText("The file was a binary property list. It is saved as XML.").waitFor();
  const { name, data: text } = await saved(page, "Save .mobileconfig");
  assert.equal(name, "com.example.binary.mobileconfig");
  assert.match(text.toString(), /^<\?xml[\s\S]*<string>Größe 😀<\/string>/);
  const values2 = (path) => syncguard(["inspect", "--format", "json", path]).stdout.replaceAll(/"(file|format|size)": [^\n]*/g, "");
  assert.equal(values2(file("saved.mobileconfig", text)), values2(path));
  await ended(page);
});

test("form and text follow each other, with one undo for both", async () => {
  const path = file("both.mobileconfig", profile());
  const page = await edit(path);
  const camera = page.locator('.side-form [data-path*="allowCamera"]').first();
  await camera.waitFor();

  // From the form to the text: nothing but the value changes.
  await camera.getByText("True", { exact: true }).click();
  await page.locator(".cm-line", { hasText: "<true/> <!-- meeting rooms -->" }).waitFor();
  await checked(page);
  assert.equal((await saved(page, "Save .mobileconfig")).data.toString(), profile().replace("<false/>", "<true/>"));

  // From the text to the form.
  await page.locator(".cm-line", { hasText: "<true/> <!-- meeting rooms -->" }).click();
  await page.keyboard.press("Home");
  for (let i = 0; i < "<true/>".length; i++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.insertText("<false/>");
  await camera.locator("label", { hasText: "False" }).locator("input:checked").waitFor();
  await checked(page);

  // Undo takes back both, the last first.
  const undo = page.getByRole("button", { name: "Undo" });
  while (await undo.isEnabled()) await undo.click();
  await camera.locator("label", { hasText: "False" }).locator("input:checked").waitFor();
  await checked(page);
  assert.equal((await saved(page, "Save .mobileconfig")).data.toString(), profile());
  await page.getByRole("button", { name: "Redo" }).click();
  await page.locator(".cm-line", { hasText: "<true/> <!-- meeting rooms -->" }).waitFor();

  // While the text cannot be read, the form cannot change it, and the page says where.
  await page.locator(".cm-line", { hasText: "PayloadDisplayName" }).click();
  await page.keyboard.press("Home");
  await page.keyboard.insertText("</array>");
  await page.locator(".side-text .trouble", { hasText: "Line " }).waitFor();
  await ended(page);
});

test("the cursor in the text opens the form's field, and the focus in the form goes to its line", async () => {
  const second = `<dict>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadIdentifier</key>
			<string>com.example.wifi</string>
			<key>PayloadUUID</key>
			<string>0C2B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8C</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>SSID_STR</key>
			<string>Office</string>
		</dict>
		`;
  const page = await edit(file("two.mobileconfig", profile().replace("<dict>\n\t\t\t<key>PayloadType</key>\n\t\t\t<string>com.apple.app", `${second}$&`)));
  await page.locator(".cm-line", { hasText: "<false/> <!-- meeting rooms -->" }).click();
  await page.locator(".payloads [aria-current]", { hasText: "com.apple.applicationaccess" }).waitFor();
  await page.locator('.side-form [data-path="PayloadContent[1].allowCamera"]').waitFor();
  await page.locator(".cm-line", { hasText: "Office" }).click();
  await page.locator('.side-form [data-path="PayloadContent[0].SSID_STR"]').waitFor();
  await page.locator('[data-path="PayloadContent[0].SSID_STR"] input').focus();
  await page.locator(".cm-activeLine", { hasText: "Office" }).waitFor();
  await page.locator(".payloads li button").nth(0).click();
  await page.locator('[data-path="PayloadDisplayName"] input').focus();
  await page.locator(".cm-activeLine", { hasText: "Größe" }).waitFor();
  await ended(page);
});

test("a name leads to its definition, and is renamed everywhere", async () => {
  const uuid = "11111111-2222-4333-8444-555555555555";
  const other = "99999999-2222-4333-8444-555555555555";
  const wifi = `
		</dict>
		<dict>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadIdentifier</key>
			<string>com.example.wifi</string>
			<key>PayloadUUID</key>
			<string>0C2B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8C</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>PayloadCertificateUUID</key>
			<string>${uuid}</string>`;
  const page = await edit(file("names.mobileconfig", profile(wifi).replace("0C2B4B4B-5B3C-4C1C-8D8D-6E6E7F7F8A8A", uuid)));
  const line = () => page.locator(".cm-activeLine").first().textContent();
  const reference = page.locator(".cm-line", { hasText: uuid }).last();
  await reference.click();
  await page.keyboard.press("Home");
  for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowRight");
  const before = await page.evaluate(() => [...document.querySelector(".editor").shadowRoot.querySelectorAll(".cm-line")].findIndex((l) => l.matches(".cm-activeLine")));
  await page.keyboard.press("F12");
  await page.waitForFunction((before) => [...document.querySelector(".editor").shadowRoot.querySelectorAll(".cm-line")].findIndex((l) => l.matches(".cm-activeLine")) < before, before);
  assert.match(await line(), new RegExp(uuid));
  await page.keyboard.press("F2");
  await page.locator(".cm-lsp-rename-panel input").fill(other);
  await page.keyboard.press("Enter");
  await page.locator(".cm-line", { hasText: other }).nth(1).waitFor();
  await checked(page);
  const text = (await saved(page, "Save .mobileconfig")).data.toString();
  assert.equal(text.split(other).length, 3);
  assert.ok(!text.includes(uuid));
  await ended(page);
});

test("hover, completion and fixes come from the language server", async () => {
  const page = await edit(file("c.mobileconfig", profile()));
  const content = page.locator(".cm-content");
  await page.locator(".cm-line", { hasText: "allowCamera" }).first().click();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.type("\n<key>allowAir", { delay: 20 });
  await page.locator(".cm-tooltip-autocomplete li").first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".cm-line", { hasText: "<key>allowCamera" }).hover({ position: { x: 120, y: 8 } });
  await page.locator(".cm-lsp-hover-tooltip").getByText("camera", { exact: false }).first().waitFor();
  await content.press("Escape");
  await ended(page);
});

test("text of a file is shown as text, in the form, the text and the messages", async () => {
  const harm = ["<img src=x onerror=alert(1)>", "</textarea><script>alert(1)</script>", "javascript:alert(1)", "[x](javascript:alert(1))", "${alert(1)}", "\u202egnp.exe", "<svg/onload=alert(1)>", "{{alert(1)}}", "<a href='javascript:alert(1)'>x</a>", "<style>*{display:none}</style>"];
  const around = [(t) => t, (t) => `"${t}"`, (t) => `'${t}`, (t) => `x ${t} y`, (t) => `-->${t}`, (t) => `\u0060${t}\u0060`];
  const hostile = around.flatMap((f) => harm.map(f));
  assert.equal(hostile.length, 60);
  const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const data = hostile.map((text) => `\n\t\t\t<key>${escape(text)}</key>\n\t\t\t<string>${escape(text)}</string>`).join("");
  const page = await edit(file("<b>h&h.mobileconfig", profile(data).replace("Größe", escape(harm[0]))));
  let dialogs = 0;
  page.on("dialog", (dialog) => (dialogs++, dialog.dismiss()));
  await page.locator(".side-text .finding").nth(20).waitFor();
  await page.locator(".cm-line", { hasText: "onerror" }).first().hover({ position: { x: 120, y: 8 } });
  assert.equal(await page.locator(".desk :is(img:not(.cm-widgetBuffer), script, svg[onload], a[href^=javascript], b, style)").count(), 0);
  assert.equal(dialogs, 0);
  await ended(page);
});

test("the editor looks right and is accessible", async () => {
  const page = await open(browser, server.address, "#/edit");
  await page.getByText("Open a file").waitFor();
  await axe(page);
  await looks(page, "edit-start");
  await page.locator("input[type=file]").setInputFiles(file("d.mobileconfig", profile("\n\t\t\t<key>allowCamra</key>\n\t\t\t<string>x</string>")));
  await checked(page);
  await axe(page);
  await looks(page, "edit");
  await page.setViewportSize(phone);
  const text = page.getByRole("group", { name: "Side" }).getByRole("button", { name: "Text" });
  if (await text.count()) await text.click();
  await axe(page);
  await looks(page, "edit-text");
  await ended(page);
});

test("typing in a large profile keeps the page responsive", async () => {
  const apps = Array.from({ length: 14000 }, (_, i) => `\n\t\t\t\t<string>com.example.application.with.a.long.name.number-${i}</string>`).join("");
  const data = `\n\t\t\t<key>allowListedAppBundleIDs</key>\n\t\t\t<array>${apps}\n\t\t\t</array>`;
  const page = await edit(file("large.mobileconfig", profile(data)));
  await page.locator(".cm-content").click();
  await page.evaluate(() => {
    globalThis.slow = [];
    new PerformanceObserver((list) => globalThis.slow.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" });
  });
  await page.keyboard.type("abcdefghij", { delay: 60 });
  await checked(page);
  const slow = await page.evaluate(() => globalThis.slow);
  console.log(`# long tasks while typing in ${Math.round(data.length / 1000)} kB: ${slow.map(Math.round).join(", ") || "none"} ms`);
  assert.ok(Math.max(0, ...slow) < 3000, `typing blocks the page: ${slow}`);
  await ended(page);
});
