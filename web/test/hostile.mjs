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
