// Names and values of others are shown as text, and files that are made to harm end in a message.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, serve, syncguard } from "./harness.mjs";
import { bplist, bplistArray, bplistDictionary, bplistText, escapeXML, guard, harm, hostileTexts, profile } from "./hostile.mjs";

let browser, server, folder;
before(async () => {
  browser = await launch();
  server = await serve();
  folder = mkdtempSync(join(tmpdir(), "syncguard-hostile-"));
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const texts = [...hostileTexts, "<img src=x onerror=\"globalThis.__x=1\">", "<script>globalThis.__x=1</script>", "null", "undefined", "NaN", "valueOf", "A\u0301\u0327\u0489".repeat(20), "🏴\u200d☠️👩‍👩‍👧‍👦", "\u202eltr\u2066\u2069", " ", "${{7*7}}", "<%= 7*7 %>", "#{7*7}", "%n%s", "`;alert(1)//"];
const fileName = (text, ending) => text.replaceAll(/[/\\\0]/g, "").slice(0, 80) + ending;
const xml = (text) => `<string>${escapeXML(text)}</string>`;

// watched opens the page at a route, with a guard.
async function watched(route) {
  const page = await open(browser, server.address, route);
  page.seen = guard(page, server.address);
  return page;
}

async function ended(page) {
  assert.deepEqual(page.seen, []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

const checked = (page) => page.locator('section[aria-label="Findings"][aria-busy=false]').waitFor({ state: "attached" });

async function edit(page, name, data) {
  await page.locator("input[type=file]").first().setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(data) });
  await checked(page);
}

async function close(page) {
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.locator(".new").waitFor();
}

const openAll = (page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll(".forms details:not([open])")) details.open = true;
  });

const payload = (i, type, keys) => `<dict><key>PayloadType</key>${xml(type)}<key>PayloadVersion</key><integer>1</integer><key>PayloadUUID</key><string>6D6C2C52-5D3A-4F0B-9D5B-${String(i).padStart(12, "0")}</string>${keys}</dict>`;
const profileOf = (name, payloads) => profile({ name }).replace(/<array>[\s\S]*<\/array>/, () => `<array>${payloads.join("\n")}</array>`);

test("names and values in forms, text and findings are text", async () => {
  assert.ok(texts.length >= 60, String(texts.length));
  const named = texts.map((text, i) => payload(i, "com.apple.webClip.managed", `<key>PayloadIdentifier</key>${xml(text)}<key>PayloadDisplayName</key>${xml(text)}<key>Label</key>${xml(text)}<key>URL</key>${xml(text)}`));
  const keys = texts.map((text) => `<key>${escapeXML(text)}</key>${xml(text)}`).join("\n");
  const domain = `<key>PayloadContent</key><dict><key>${escapeXML(texts[0])}</key><dict><key>Forced</key><array><dict><key>mcx_preference_settings</key><dict>${keys}</dict></dict></array></dict></dict>`;
  const others = [
    payload(900, `com.example.${texts[1]}`, keys),
    payload(901, "com.apple.ManagedClient.preferences", domain),
    payload(902, "com.apple.security.pkcs12", `<key>PayloadDisplayName</key>${xml(texts[1])}`),
    payload(903, "com.apple.wifi.managed", `<key>SSID_STR</key>${xml(texts[2])}<key>EncryptionType</key>${xml(texts[3])}<key>PayloadCertificateUUID</key>${xml(texts[4])}<key>Password</key>${xml(texts[5])}`),
  ];
  const page = await watched("#/edit");
  await edit(page, fileName(texts[1], ".mobileconfig"), profileOf(texts[1], [...others, ...named]));
  await page.locator(".payloads li").nth(60).waitFor();
  await page.locator(".side-text .finding").nth(20).waitFor();
  for (const at of [1, 2, 3, 4, 0, 5, 20, 40, 60]) {
    await page.locator(".payloads li button").nth(at).click();
    await page.locator(".type-form h2").waitFor();
    await openAll(page);
    assert.deepEqual(await harm(page), [], `payload ${at}`);
  }
  await page.locator(".cm-line", { hasText: "onerror" }).first().hover({ position: { x: 120, y: 8 } });
  await page.locator(".forms-found button", { hasText: "Go there" }).nth(5).click();
  assert.deepEqual(await harm(page), [], "after a finding");
  await close(page);

  // JSON has the characters that XML cannot have.
  const own = { Type: "com.apple.configuration.passcode.settings", Identifier: texts[0], ServerToken: texts[1], Payload: Object.fromEntries(texts.map((text) => [text, [text, { [text]: text }]])) };
  await edit(page, fileName(texts[2], ".json"), JSON.stringify(own).replace('"Payload":{', '"Payload":{"__proto__":{"polluted":"yes"},'));
  await page.locator(".type-form h2").waitFor();
  await openAll(page);
  await page.locator(".type-form .f").nth(60).waitFor();
  assert.deepEqual(await harm(page), [], "a declaration");
  await close(page);
  const template = `version: 1\nprofile:\n  name: ${JSON.stringify(texts[1])}\n  identifier: ${JSON.stringify(texts[2])}\npayloads:\n${texts.map((text, i) => `  - type: com.apple.webClip.managed\n    id: ${JSON.stringify(text)}\n    name: ${JSON.stringify(text)}\n    keys:\n      ${JSON.stringify(text || `k${i}`)}: ${JSON.stringify(text)}\n`).join("")}`;
  await edit(page, fileName(texts[3], ".yaml"), template);
  await page.locator(".payloads li, .trouble").first().waitFor();
  assert.deepEqual(await harm(page), [], "a template");
  await ended(page);
});

test("keys that a person names, and names of files, are text", async () => {
  const page = await watched("#/edit");
  await edit(page, "__proto__", profileOf("Corp", [payload(1, "com.example.unknown", "<key>PayloadIdentifier</key><string>com.example.a</string>")]));
  await page.locator(".payloads li button").nth(1).click();
  await page.locator("summary", { hasText: "A key of your own" }).click();
  const given = ["__proto__", "constructor", "hasOwnProperty", ...texts.filter((text) => /[<"'`{]/.test(text)).slice(0, 12)];
  for (const [i, key] of given.entries()) {
    const form = page.locator(".type-form > details form.f-new");
    await form.locator("input").fill(key);
    await form.getByRole("button", { name: "Add key" }).click();
    await page.locator(".type-form > .f").nth(i).locator("input").fill(key);
  }
  await checked(page);
  assert.deepEqual(await harm(page), []);
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save .mobileconfig" }).click()]);
  const text = readFileSync(await saved.path(), "utf8");
  for (const key of given) assert.ok(text.includes(`<key>${escapeXML(key)}</key>`) && text.includes(`<string>${escapeXML(key)}</string>`), key);
  await close(page);
  await page.evaluate(() => void (location.hash = "#/check"));
  const names = ["__proto__", "constructor", "-", "toString.json", ...texts.slice(0, 20).map((t) => fileName(t, ".mobileconfig"))];
  await page.locator("input.files").setInputFiles(names.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(profile({})) })));
  await page.getByText(`${names.length} files`, { exact: true }).waitFor();
  await page.locator(".finding").first().waitFor();
  assert.deepEqual(await harm(page), []);
  await ended(page);
});

test("names in certificates and of signers are text", async () => {
  const run = (args) => {
    const r = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    assert.equal(r.status, 0, r.stderr);
  };
  const escape = (text) => text.replaceAll(/[/\\+=,;"#<>]/g, (c) => `\\${c}`);
  const short = texts.filter((text) => text.trim() !== "" && Buffer.byteLength(text) <= 60 && !/[\0-\x1f]/.test(text));
  const name = short.map((text) => `/OU=${escape(text)}`).join("") + `/CN=${escape(texts[2])}`;
  run(["req", "-x509", "-utf8", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "400", "-subj", name]);
  run(["x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der"]);
  const der = readFileSync(join(folder, "cert.der"));
  writeFileSync(join(folder, "root.mobileconfig"), profileOf("Corp", [payload(1, "com.apple.security.root", `<key>PayloadIdentifier</key><string>com.example.a</string><key>PayloadContent</key><data>${der.toString("base64")}</data><key>PayloadCertificateFileName</key>${xml(texts[1])}`)]));
  run(["cms", "-sign", "-nodetach", "-binary", "-outform", "DER", "-md", "sha256", "-in", "root.mobileconfig", "-signer", "cert.pem", "-inkey", "key.pem", "-out", "signed.mobileconfig"]);
  const page = await watched("#/edit");
  await edit(page, "signed.mobileconfig", readFileSync(join(folder, "signed.mobileconfig")));
  await page.locator(".origin", { hasText: "svg" }).waitFor();
  await page.locator(".payloads li button").nth(1).click();
  await page.locator(".f-certificate dd", { hasText: "onerror" }).first().waitFor();
  assert.deepEqual(await harm(page), []);
  await close(page);
  await page.evaluate(() => void (location.hash = "#/check"));
  await page.locator("input.files").setInputFiles([join(folder, "signed.mobileconfig"), join(folder, "root.mobileconfig")]);
  await page.getByRole("tab", { name: "Signatures" }).click();
  await page.locator(".verdict summary").click();
  await page.locator(".verdict", { hasText: "svg" }).first().waitFor();
  assert.deepEqual(await harm(page), []);
  await page.getByRole("tab", { name: "Content" }).click();
  await page.locator(".tree .help", { hasText: "certificate: " }).first().waitFor();
  assert.deepEqual(await harm(page), []);
  await ended(page);
});

test("what an address names is text", async () => {
  const page = await watched("#/find");
  for (const [i, text] of texts.entries()) {
    const routes = ["key/com.apple.wifi.managed", "type", ...(i % 4 ? [] : ["rule", "find", "edit/new"]), ...(i % 12 ? [] : ["key", "make", "check", ""])];
    for (const route of routes) {
      await page.evaluate((to) => void (location.hash = to), `#/${route}${route ? "/" : ""}${encodeURIComponent(text)}`);
      if (route === "find" && text.trim()) await page.locator("p[role=status]").waitFor();
      else if (/key|type|rule/.test(route)) await page.locator("main [role=alert], main article, main h2").first().waitFor();
      assert.deepEqual(await harm(page), [], `${route} ${text}`);
    }
  }
  for (const raw of ["<img src=x onerror=alert(1)>", "javascript:alert(1)", "%", "%E0%A4%A", "\u202ex", "__proto__/constructor"]) {
    await page.evaluate((to) => void (location.hash = to), `#/key/${raw}/${raw}`);
    await page.locator("main [role=alert], main h1").first().waitFor();
    assert.deepEqual(await harm(page), [], raw);
  }
  await ended(page);
});

test("reports of hostile files are text when they are opened", async () => {
  const page = await watched("#/check");
  const files = texts.slice(0, 30).map((text, i) => ({ name: `${i} ${fileName(text, ".mobileconfig")}`, mimeType: "text/plain", buffer: Buffer.from(profile({ name: text, settings: `<key>EncryptionType</key>${xml(text)}<key>${escapeXML(text)}</key>${xml(text)}` })) }));
  await page.locator("input.files").setInputFiles(files);
  await page.locator(".card.file").nth(20).waitFor();
  await page.getByRole("tab", { name: "Report" }).click();
  const [html] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "A page" }).click()]);
  const report = await (await browser.newContext()).newPage();
  const seen = guard(report, "about:blank");
  await report.setContent(readFileSync(await html.path(), "utf8"));
  const bad = await report.evaluate(() => [...document.querySelectorAll("body script, img, svg, iframe, object, embed, video, math, [onerror], [onload], a[href^=javascript]")].map((e) => e.outerHTML.slice(0, 100)).concat(/[\u202a-\u202e\u2066-\u2069\x1b]/.exec(document.body.textContent) ?? []));
  assert.deepEqual(bad, []);
  assert.deepEqual(seen, []);
  await report.context().close();
  await ended(page);
});

// dag is a binary property list of few bytes and 10^12 values: each array has the next one ten times.
function dag() {
  const texts = ["PayloadType", "Configuration", "PayloadContent"].map(bplistText);
  const arrays = Array.from({ length: 12 }, (_, i) => bplistArray(Array(10).fill(i < 11 ? 5 + i : 1)));
  return bplist([bplistDictionary([1, 3], [2, 4]), ...texts, ...arrays]);
}

const many = (n, f) => Array.from({ length: n }, (_, i) => f(i)).join("");
const harmful = {
  "empty.mobileconfig": "",
  "mark.mobileconfig": "\ufeff",
  "zeros.mobileconfig": Buffer.alloc(4096),
  "page.mobileconfig": "<!doctype html><html><script>globalThis.__x=1</script><img src=x onerror=alert(1)></html>",
  "picture.mobileconfig": Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64"),
  "archive.mobileconfig": Buffer.from("504b0304140000000800", "hex"),
  "one-line.mobileconfig": profile({}).replace(/<key>SSID_STR[\s\S]*?<\/string>/, () => many(3000, (i) => `<key>unknown${i}</key><string>x</string>`)).replaceAll(/\n\s*/g, ""),
  "one-line.json": `{"Type":"com.apple.configuration.passcode.settings","Identifier":"com.example.a","ServerToken":"1","Payload":{${many(3000, (i) => `${i ? "," : ""}"unknown${i}":1`)}}}`,
  "one-uuid.mobileconfig": profileOf("Corp", Array.from({ length: 1500 }, (_, i) => payload(7, "com.apple.webClip.managed", `<key>PayloadIdentifier</key><string>com.example.${i}</string><key>URL</key><string>https://example.com</string><key>Label</key><string>a</string>`))),
  "aliases.yaml": `version: 1\nprofile: {name: a, identifier: com.example.a}\nx: &a "${"a".repeat(200000)}"\ny: [${many(300, () => "*a, ")}]\n`,
  "deep.mobileconfig": profile({ settings: `<key>a</key>${"<array>".repeat(20000)}${"</array>".repeat(20000)}` }),
  "deep.json": `{"Type":"a","Payload":${"[".repeat(100000)}${"]".repeat(100000)}}`,
  "deep.yaml": `a: ${"[".repeat(20000)}`,
  "dag.mobileconfig": dag(),
  "cut.mobileconfig": dag().subarray(0, 90),
  "long-key.mobileconfig": profile({ settings: `<key>${"k".repeat(1 << 20)}</key><string>x</string>` }),
  "line-feeds.mobileconfig": profile({ settings: `<key>a</key><string>${"\n".repeat(300000)}</string>` }),
  "comments.mobileconfig": profile({ settings: "<!-- c -->".repeat(60000) }),
  "instructions.mobileconfig": profile({ settings: "<?a b?>".repeat(60000) }),
  "placeholders.mobileconfig": profile({ settings: `<key>a</key><string>${"${a}".repeat(100000)}${"%A".repeat(200000)}</string>` }),
  "entities.mobileconfig": `<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "${"a".repeat(1000)}"><!ENTITY b "${"&a;".repeat(1000)}"><!ENTITY c SYSTEM "http://evil.example/x">]><plist version="1.0"><dict><key>a</key><string>${"&b;".repeat(1000)}&c;</string></dict></plist>`,
  "twice.mobileconfig": profile({ settings: "<key>AutoJoin</key><false/><key>AutoJoin</key><true/>" }),
  "second.mobileconfig": profile({}) + profile({}),
  "utf-16.mobileconfig": Buffer.from("\ufeff" + profile({}).replace("UTF-8", "UTF-16"), "utf16le"),
  "latin-1.mobileconfig": Buffer.from(profile({ name: "Größe" }).replace("UTF-8", "ISO-8859-1"), "latin1"),
  "utf-7.mobileconfig": profile({ name: "+ADw-script+AD4-" }).replace("UTF-8", "UTF-7"),
  "not-utf-8.mobileconfig": Buffer.concat([Buffer.from(profile({})), Buffer.from([0xff, 0xfe, 0xc0, 0x80])]),
  "signed-badly.mobileconfig": Buffer.concat([Buffer.from("3080060926864886f70d010702a0803080", "hex"), Buffer.alloc(300, 0x30)]),
  "length.mobileconfig": Buffer.from("3084ffffffff06092a864886f70d010702", "hex"),
};
// What can be read: it has findings of its own, or none. All others have one message that says why not.
const works = /^(one-|aliases|entities|line-feeds|comments|instructions|placeholders|long-key|twice|utf-16|latin-1|deep\.mobileconfig|second|not-utf-8)/;

test("files made to harm end in a message, and the page goes on", async () => {
  const page = await watched("#/check");
  const good = { name: "good.mobileconfig", mimeType: "text/plain", buffer: Buffer.from(profile({ settings: "<key>EncryptionType</key><string>wpa2</string>" })) };
  const slow = [];
  const unclear = [];
  await page.evaluate(() => {
    globalThis.longest = 0;
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      globalThis.longest = Math.max(globalThis.longest, now - last);
      last = now;
    }, 20);
  });
  const timed = async (what, work) => {
    const began = performance.now();
    await page.evaluate(() => void (globalThis.longest = 0));
    await work();
    const took = performance.now() - began;
    const stood = await page.evaluate(() => globalThis.longest);
    if (took > 5000 || stood > 1000) slow.push(`${what}: ${Math.round(took)} ms, stood still ${Math.round(stood)} ms`);
    assert.ok(took < 30000 && stood < 5000, slow.at(-1));
  };
  for (const [name, data] of Object.entries(harmful)) {
    await timed(`check ${name}`, async () => {
      await page.locator("input.files").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(data) });
      await page.locator("#view .finding, #view .trouble, .summary .good, .trouble[role=alert]").first().waitFor({ timeout: 30000 });
    });
    const messages = await page.locator("#view .finding .message, .trouble").allTextContents();
    if (!works.test(name) && messages.length !== 1) unclear.push(`${name}: ${messages.length}: ${messages.slice(0, 3).join(" | ")}`);
    for (const message of messages) assert.ok(message.length < 600 && !/undefined|\[object|panic|goroutine/.test(message), `${name}: ${message.slice(0, 300)}`);
    assert.deepEqual(await harm(page), [], name);
    await page.getByRole("tab", { name: "Content" }).click();
    await timed(`content of ${name}`, () => page.locator("#view .tree, #view .trouble, #view .card").first().waitFor({ timeout: 30000 }));
    assert.deepEqual(await harm(page), [], name);
    await page.getByRole("tab", { name: "Findings" }).click();
    await page.getByRole("button", { name: "Start over" }).click();
  }
  await page.locator("input.files").setInputFiles(good);
  await page.locator(".finding mark", { hasText: "wpa2" }).waitFor();

  await page.evaluate(() => void (location.hash = "#/edit"));
  for (const [name, data] of Object.entries(harmful)) {
    await timed(`edit ${name}`, async () => {
      await page.locator("input[type=file]").first().setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(data) });
      await page.locator('main > .trouble, section[aria-label="Findings"][aria-busy=false], .side-text > .trouble').first().waitFor({ state: "attached", timeout: 30000 });
    });
    const isOpen = await page.locator(".desk").count();
    const messages = await page.locator(".trouble").allTextContents();
    for (const message of messages) assert.ok(message.length < 600 && !/undefined|\[object|panic|goroutine/.test(message), `${name}: ${message.slice(0, 300)}`);
    if (!isOpen && messages.length !== 1) unclear.push(`edit ${name}: ${messages.join(" | ")}`);
    assert.deepEqual(await harm(page), [], name);
    if (isOpen) await close(page);
  }
  await edit(page, good.name, good.buffer);
  await page.locator(".side-text .finding", { hasText: "wpa2" }).first().waitFor();
  assert.deepEqual(unclear, []);
  if (slow.length) console.log(`# slow:\n#   ${slow.join("\n#   ")}`);
  await ended(page);
});

test("an identity that asks for endless work is refused", async () => {
  const run = (args) => {
    const r = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    assert.equal(r.status, 0, r.stderr);
  };
  run(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days", "400", "-subj", "/CN=a"]);
  run(["pkcs12", "-export", "-inkey", "k.pem", "-in", "c.pem", "-out", "work.p12", "-passout", "pass:a", "-iter", "70000", "-maciter"]);
  const file = readFileSync(join(folder, "work.p12"));
  for (let at = 0; (at = file.indexOf(Buffer.from("0203011170", "hex"), at)) >= 0; at++) file.set([0x7f, 0xff, 0xff], at + 2);
  const page = await watched("#/edit");
  await edit(page, "a.mobileconfig", profile({}));
  await page.getByRole("button", { name: "Sign…" }).click();
  const form = page.getByRole("form", { name: "Sign and save" });
  await form.locator("input[type=file]").setInputFiles({ name: "<b>.p12", mimeType: "application/x-pkcs12", buffer: file });
  await form.getByLabel("Passphrase").fill("a");
  await form.getByRole("button", { name: "Sign and save" }).click();
  await form.getByRole("alert").getByText("iterations").waitFor({ timeout: 10000 });
  assert.deepEqual(await harm(page), []);
  await ended(page);
});
