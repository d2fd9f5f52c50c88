package document

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

// latin1 is text of the same code points as bytes.
func latin1(data string) string {
	var b strings.Builder
	for _, octet := range []byte(data) {
		b.WriteRune(rune(octet))
	}
	return b.String()
}

func mail(header, body string) string { return header + "\n\n" + body }

// Whatever happened to a signed profile, and whatever else was given for one, one finding names the cause and the way out.
func TestDefects(t *testing.T) {
	message := signed(profileXML + strings.Repeat("\n<!-- ü -->", 20))
	b64 := base64.StdEncoding.EncodeToString([]byte(message))
	lines := strings.Split(armored("X", message), "\n")
	body := strings.Join(lines[1:len(lines)-2], "\n") + "\n"
	smime := "MIME-Version: 1.0\nContent-Type: application/x-pkcs7-mime; smime-type=signed-data; name=\"smime.p7m\"\nContent-Transfer-Encoding: base64"
	const oid = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
	detached := der(0x30, oid+"\x02", der(0xa0, der(0x30, der(0x02, "\x01"), der(0x31), der(0x30, oid+"\x01"), der(0x31))))
	inUTF16 := "\xff\xfe"
	for _, unit := range utf16.Encode([]rune(latin1(message))) {
		inUTF16 += string(binary.LittleEndian.AppendUint16(nil, unit))
	}
	for _, c := range []struct {
		name, content, rule, message, help string
		reads                              bool
	}{
		{"PEM", armored("PKCS7", message), rule.SignatureInPEM, "the signed message is PEM text, want its bytes (DER)", "openssl pkcs7 -in corp.mobileconfig", true},
		{"PEM of openssl cms", armored("CMS", message), rule.SignatureInPEM, "the signed message is PEM text, want its bytes (DER)", "openssl cms -cmsout", true},
		{"base64", b64, rule.SignatureInPEM, "the signed message is base64 text, want its bytes (DER)", "base64 -d", true},
		{"base64 in lines", body, rule.SignatureInPEM, "the signed message is base64 text, want its bytes (DER)", "base64 -d", true},
		{"S/MIME", mail(smime, body), rule.SignatureInPEM, "the signed message is inside a mail (S/MIME), want its bytes (DER)", "-inform SMIME", true},
		{"S/MIME with CR LF", strings.ReplaceAll(mail(smime, body), "\n", "\r\n"), rule.SignatureInPEM, "the signed message is inside a mail (S/MIME), want its bytes (DER)", "-inform SMIME", true},
		{"multipart", mail("MIME-Version: 1.0\nContent-Type: multipart/signed; protocol=\"application/x-pkcs7-signature\"; boundary=\"x\"", "--x\n"+profileXML),
			rule.DamagedSignature, "the file is a mail (S/MIME) with the profile beside its signature, want the signed message", "syncguard sign", false},
		{"a newline at the end", message + "\n", rule.DamagedSignature, "1 byte follows the end of the signed message (a line end)", "head -c ", true},
		{"garbage at the end", message + "garbage", rule.DamagedSignature, "7 bytes follow the end of the signed message", "head -c ", true},
		{"byte order mark before", "\xef\xbb\xbf" + message, rule.DamagedSignature, "the signed message begins after 3 bytes of byte order mark or white space", "tail -c +4 ", true},
		{"line feed before", "\n" + message, rule.DamagedSignature, "the signed message begins after 1 byte of byte order mark or white space", "tail -c +2 ", true},
		{"base64 of a profile", base64.StdEncoding.EncodeToString([]byte(profileXML)), "not-a-property-list", "the file is base64 text of a property list", "base64 -d", false},
		{"data URL", "data:application/x-apple-aspen-config;base64," + base64.StdEncoding.EncodeToString([]byte(profileXML)), "not-a-property-list", "the file is a data URL", "comma", false},
		{"escaped", strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(profileXML), "not-a-property-list", "the file is a property list with escaped markup", "&lt;", false},
		{"merge conflict", strings.Replace(profileXML, "\n", "\n<<<<<<< HEAD\n=======\n>>>>>>> main\n", 1), "not-a-property-list", "the file is text with a merge conflict in line 2", "marker lines", false},
		{"cut off", message[:len(message)-3], rule.DamagedSignature, "the signed message is cut off, or its line ends were changed", "source", false},
		{"cut off short", message[:100], rule.DamagedSignature, "the signed message is cut off: the file has 100 of ", "source", false},
		{"LF to CR LF", strings.ReplaceAll(message, "\n", "\r\n"), rule.DamagedSignature, "line ends of the signed message were changed from LF to CR LF", ".gitattributes", false},
		{"CR LF to LF", strings.ReplaceAll(signed(strings.ReplaceAll(profileXML, "\n", "\r\n")), "\r\n", "\n"), rule.DamagedSignature,
			"line ends of the signed message were changed from CR LF to LF", ".gitattributes", false},
		{"without its beginning", message[strings.Index(message, "<plist"):] + "\xa0\x82" + oid + "\x02", rule.DamagedSignature, "the beginning of the signed message is missing", "source", false},
		{"without its beginning, with other line ends", strings.ReplaceAll(message[strings.Index(message, "<plist"):]+"\xa0\x82"+oid+"\x02", "\r", "\n"), rule.DamagedSignature,
			"the beginning of the signed message is missing", "source", false},
		{"detached", detached, rule.DamagedSignature, "the signature is detached: the profile is not in the file", "-nodetach", false},
		{"a mail inside", signed("Content-Type: text/plain\r\n\r\n" + profileXML), rule.DamagedSignature, "the signed content begins with the header of a mail, want a profile", "-text", false},
		{"saved as UTF-8", latin1(message), rule.DamagedSignature, "the signed message was saved as UTF-8 text, and its bytes changed", "iconv -f UTF-8 -t ISO-8859-1", false},
		{"saved as UTF-8 with a mark", "\xef\xbb\xbf" + latin1(message), rule.DamagedSignature, "the signed message was saved as UTF-8 text", "iconv", false},
		{"saved as UTF-16", inUTF16, rule.DamagedSignature, "the signed message was saved as UTF-16 text", "iconv -f UTF-16", false},
		{"bytes replaced", strings.ToValidUTF8(message, "\ufffd"), rule.DamagedSignature, "the signed message was saved as text, and some of its bytes are lost", ".gitattributes", false},
		{"signed twice in PEM", signed(armored("PKCS7", message)), rule.NestedSignature, "the signed content is another signed message", "once", false},
		{"PEM of a cut message", armored("PKCS7", message[:100]), rule.DamagedSignature, "the signed message is cut off", "source", false},

		{"certificate", armored("CERTIFICATE", "x"), "not-a-property-list", "the file is a certificate, want", "com.apple.security.root", false},
		{"private key", armored("EC PRIVATE KEY", "x"), "not-a-property-list", "the file is a private key, want", "--key", false},
		{"PKCS#12", der(0x30, "\x02\x01\x03", der(0x30, strings.Repeat("x", 200))), "not-a-property-list", "the file is PKCS#12", "--p12", false},
		{"encrypted message", der(0x30, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", strings.Repeat("x", 200)), "not-a-property-list", "the file is an encrypted message (CMS)", "openssl cms -decrypt", false},
		{"HTML", " \n<!DOCTYPE HTML><html>", "not-a-property-list", "the file is an HTML page", "login", false},
		{"ZIP", "PK\x03\x04abc", "not-a-property-list", "the file is a ZIP archive", "unpack", false},
		{"picture", "\x89PNG\r\n\x1a\n\x00\x01\xff\xfe<", "not-a-property-list", "the file is a picture (PNG)", "", false},
		{"binary data", "\x7fELF\x02\x00\x01\xff\xfe", "not-a-property-list", "the file is binary data of an unknown kind", "", false},
		{"RTF", "{\\rtf1\\ansi <plist>}", "not-a-property-list", "the file is a rich text document", "plain text", false},
		{"Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "not-a-property-list", "the file is a Git LFS pointer", "git lfs pull", false},
		{"Ansible Vault", "$ANSIBLE_VAULT;1.1;AES256\n00\n", "not-a-property-list", "the file is encrypted by Ansible Vault", "decrypt", false},
		{"AppleDouble", "\x00\x05\x16\x07\x00\x02\x00\x00", "not-a-property-list", "the file is an AppleDouble file", "._", false},
		{"template", "organization: {name: A}\n", "not-a-property-list", "the file is a template", "syncguard build", false},
		{"empty", "\n", "empty-file", "the file is empty", "", false},
		{"job of launchd", "<plist><dict><key>Label</key><string>x</string><key>Program</key><string>x</string></dict></plist>", "not-a-profile", `the top level has none of the keys of a profile, such as "PayloadContent"`, "launchd", true},
		{"preferences", "<plist><dict><key>autohide</key><true/></dict></plist>", "not-a-profile", "the top level has none of the keys of a profile", "ManagedClient", true},
		{"an array", "<plist><array/></plist>", "not-a-profile", "the top level is an array, want the dictionary of a profile", "", true},
		{"JSON", `{"a": 1}`, "not-a-declaration", `the top level has none of the keys of a declaration, such as "Type"`, "syncguard schema list", true},
	} {
		d, found := open(c.content)
		if d.Defect == nil {
			t.Errorf("%s: no defect, found %v", c.name, found)
			continue
		}
		if d.Defect.Rule != c.rule || !strings.HasPrefix(d.Defect.Message, c.message) || !strings.Contains(d.Defect.Help, c.help) || c.help == "" && d.Defect.Help != "" {
			t.Errorf("%s: defect is %q, help %q [%s]", c.name, d.Defect.Message, d.Defect.Help, d.Defect.Rule)
		}
		if (d.Root != nil) != c.reads || !d.Defect.HideSource {
			t.Errorf("%s: root is %v, source hidden: %t", c.name, d.Root.Describe(), d.Defect.HideSource)
		}
		errors := 0
		for _, f := range found {
			if f.Severity == diag.Error {
				errors++
			}
		}
		if want := map[bool]int{true: 0, false: 1}[strings.HasPrefix(c.rule, "not-a-profile") || c.rule == "not-a-declaration"]; errors != want {
			t.Errorf("%s: found %d errors, want %d: %v", c.name, errors, want, found)
		}
	}
}

// A profile or a declaration has no defect, whatever is wrong in it, and text around a whole message is no other defect.
func TestNoDefect(t *testing.T) {
	for _, content := range []string{profileXML, profileBinary, signed(profileXML), `{"Type": "x"}`, "\n" + profileXML, "<plist><dict><key>PayloadType</key></dict></plist>",
		"0" + profileXML, "M" + profileXML} {
		if d, _ := open(content); d.Defect != nil && d.Root != nil {
			t.Errorf("%.20q: %v", content, d.Defect)
		}
	}
}

func TestNotATemplate(t *testing.T) {
	for content, want := range map[string]string{
		profileXML:                    "the file is a profile, want a template",
		profileBinary:                 "the file is a profile, want a template",
		signed(profileXML):            "the file is a signed profile, want a template",
		armored("PKCS7", signed("")):  "the signed message is PEM text, want a template",
		"<html>":                      "the file is an HTML page, want a template",
		"<?xml version='1.0'?><rss/>": "the file is XML or a damaged property list, want a template",
		"<plist><dict><key>a</key><true/></dict></plist>":                                             "the file is a property list other than a profile, want a template",
		"<plist><dict><key>Entitlements</key><dict/><key>TeamIdentifier</key><array/></dict></plist>": "the file is the provisioning profile of an app, want a template",
		`{"Type": "com.apple.configuration.x"}`:                                                       "the file is a declaration, want a template",
		armored("RSA PRIVATE KEY", "x"):                                                               "the file is a private key, want a template",
		"organization: x":                                                                             "",
		"extends: builtin:prevention":                                                                 "",
		"":                                                                                            "",
		"# nothing":                                                                                   "",
		`{"organization": {"name": "A"}}`:                                                             "",
		"{organization: {name: A}}":                                                                   "",
		"[a, b]":                                                                                      "",
		"hello":                                                                                       "",
	} {
		got := ""
		if d := NotATemplate(diag.NewFile("f", []byte(content))); d != nil {
			got = d.Message
		}
		if got != want {
			t.Errorf("%.30q: got %q, want %q", content, got, want)
		}
	}
}

// FuzzDefect: whatever the bytes, opening them ends, and a file without a tree has a defect that says why.
func FuzzDefect(f *testing.F) {
	for _, seed := range []string{profileXML, signed(profileXML), armored("PKCS7", signed(profileXML)), latin1(signed(profileXML)), "Content-Type: multipart/signed\n\nM", signed(profileXML) + "\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, found := Open(diag.NewFile("f", data))
		if d.Root == nil && (d.Defect == nil || len(found) == 0) {
			t.Fatalf("no tree, defect %v, findings %v", d.Defect, found)
		}
		NotATemplate(diag.NewFile("f", data))
	})
}
