// Profiles for tests, and texts that try to become something else than text.
export const escapeXML = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");

export function profile({ id = "com.example", name = "Corp", settings = "" }) {
  return `<?xml version="1.0" encoding="UTF-8"?>
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
			<string>${id}.wifi</string>
			<key>PayloadUUID</key>
			<string>6D6C2C52-5D3A-4F0B-9D5B-2F6A3C1B7E11</string>
			<key>SSID_STR</key>
			<string>${escapeXML(name)}</string>
			${settings.replaceAll("><key>", ">\n\t\t\t<key>")}
		</dict>
	</array>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
	<key>PayloadIdentifier</key>
	<string>${id}</string>
	<key>PayloadUUID</key>
	<string>6D6C2C52-5D3A-4F0B-9D5B-2F6A3C1B7E12</string>
	<key>PayloadDisplayName</key>
	<string>${escapeXML(name)}</string>
</dict>
</plist>
`;
}

const marks = [
  "<script>globalThis.hacked=1;alert(1)</script>", "<img src=x onerror=\"globalThis.hacked=1;alert(1)\">", "<svg onload=alert(1)>", "<svg/onload=alert`1`>", "<iframe srcdoc=\"<script>parent.hacked=1</script>\">",
  "<a href=javascript:alert(1)>go</a>", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>",
  "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</style><script>alert(1)</script>", "<!--><script>alert(1)</script>-->", "<![CDATA[<script>alert(1)</script>]]>",
  "<math><mi xlink:href=\"javascript:alert(1)\">", "<object data=x>", "<embed src=x>", "<link rel=stylesheet href=//evil.example>", "<meta http-equiv=refresh content=\"0;url=//evil.example\">",
  "<base href=//evil.example>", "<form action=//evil.example><input name=a>", "<video><source onerror=alert(1)>", "<details open ontoggle=alert(1)>", "<style>*{display:none}</style>",
  "&lt;script&gt;alert(1)&lt;/script&gt;", "&#x3c;script&#x3e;", "{{constructor.constructor('alert(1)')()}}", "${alert(1)}", "__proto__", "constructor", "toString", "hasOwnProperty",
  "]]></string><key>a</key>", "../../../../etc/passwd", "-", "--help", "CON", "a#b?c=d&e", "%00%0a%3cscript%3e", "#/rule/<script>", "\u202egpj.elibom\u202c", "a\u2066b\u2069c", "zero\u200bwidth\u200djoin\ufeff",
  "\u2028line\u2029end", "soft\u00adhyphen", "\u061carabic", "\u001b]0;title\u0007", "\u001b[31mred", "\u0085next", "\u009b31m", "\ue000private", "tag\u{e0041}\u{e0042}",
  "[link](javascript:alert(1))", "![x](x)", "`code` <b>bold</b>", "| a | b |", "::error::x", "##vso[task.setvariable]x", "=cmd|' /C calc'!A0", "@SUM(1+1)", "x".repeat(3000), "😀".repeat(200), "ﷺ".repeat(50), "e\u0301".repeat(200),
];
export const hostileTexts = marks;

// guard notes what a page does that no text may make it do: a dialog, a request, a frame or a window.
export function guard(page, address) {
  const seen = [];
  page.on("dialog", (dialog) => {
    const isOwn = dialog.type() === "confirm" && /^Close [\s\S]* without saving its changes\?$/.test(dialog.message());
    if (!isOwn) seen.push(`${dialog.type()}: ${dialog.message()}`);
    void (isOwn ? dialog.accept() : dialog.dismiss());
  });
  const own = new RegExp(`^${address.replaceAll(".", "\\.")}(assets/[\\w.-]+|sw\\.js)?([#?].*)?$`);
  page.context().on("request", (request) => !own.test(request.url()) && !/^(blob|data):/.test(request.url()) && seen.push(`request: ${request.url()}`));
  page.context().on("page", (other) => seen.push(`window: ${other.url()}`));
  page.on("framenavigated", (frame) => frame !== page.mainFrame() && seen.push(`frame: ${frame.url()}`));
  page.on("framenavigated", (frame) => frame === page.mainFrame() && !frame.url().startsWith(address) && seen.push(`gone to ${frame.url()}`));
  return seen;
}

// harm lists what stands in the page as more than text: elements, handlers and links made from it, and characters that cannot be seen or
// that turn the others round. What is edited stays as it is.
export const harm = (page) =>
  page.evaluate(() => {
    const found = [];
    const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u;
    const turns = /[\u202a-\u202e\u2066-\u2069\0-\x08\x0e-\x1f\x7f-\x9f]/;
    const elements = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? elements(e.shadowRoot) : [])]);
    const made = "script, img:not(.cm-widgetBuffer), svg, math, iframe, frame, object, embed, style, video, audio, source, base, meta, link, marquee, form[action], b, a[href]:not([href^='#/'], .source, .skip, .big)";
    for (const e of elements(document.body)) {
      if (e.matches(made)) found.push(e.outerHTML.slice(0, 200));
      for (const { name, value } of e.attributes) {
        if (/^on/i.test(name)) found.push(`${e.localName} has ${name}`);
        if (/^(aria-label|title|placeholder|alt)$/.test(name) && unseen.test(value) && !e.closest(".cm-editor")) found.push(`${name} of ${e.localName} has U+${unseen.exec(value)[0].codePointAt(0).toString(16)}: ${value.slice(0, 60)}`);
      }
      for (const node of e.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || e.localName === "textarea") continue;
        const bad = (e.closest(".cm-editor") ? turns : unseen).exec(node.data.replace(/[\t\n]/g, ""));
        if (bad) found.push(`${e.localName}.${e.className}: U+${bad[0].codePointAt(0).toString(16)} in ${node.data.slice(0, 60)}`);
      }
    }
    if (unseen.test(document.title)) found.push(`title: ${document.title}`);
    if (globalThis.hacked !== undefined || globalThis.__x !== undefined) found.push("a script ran");
    if (({}).polluted !== undefined) found.push("the prototype of all objects changed");
    return found.slice(0, 10);
  });

// bplist writes a binary property list of objects that are bytes already; refs are of two bytes.
export function bplist(objects) {
  const parts = [Buffer.from("bplist00")];
  const offsets = [];
  let at = 8;
  for (const object of objects) {
    offsets.push(at);
    parts.push(object);
    at += object.length;
  }
  for (const offset of offsets) parts.push(Buffer.from([offset >>> 24, (offset >>> 16) & 255, (offset >>> 8) & 255, offset & 255]));
  const trailer = Buffer.alloc(32);
  trailer[6] = 4;
  trailer[7] = 2;
  trailer.writeBigUInt64BE(BigInt(objects.length), 8);
  trailer.writeBigUInt64BE(BigInt(at), 24);
  return Buffer.concat([...parts, trailer]);
}
const sized = (marker, n) => (n < 15 ? Buffer.from([marker | n]) : Buffer.from([marker | 15, 0x11, n >> 8, n & 255]));
const refs = (list) => Buffer.concat(list.map((n) => Buffer.from([n >> 8, n & 255])));
export const bplistText = (text) => {
  const units = Buffer.from(text, "utf16le").swap16();
  return Buffer.concat([sized(0x60, units.length / 2), units]);
};
export const bplistArray = (list) => Buffer.concat([sized(0xa0, list.length), refs(list)]);
export const bplistDictionary = (keys, values) => Buffer.concat([sized(0xd0, keys.length), refs(keys), refs(values)]);
