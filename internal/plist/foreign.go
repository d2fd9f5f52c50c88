package plist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/diag"
)

// emptyInput is the kind of a file with nothing but white space.
const emptyInput = "empty"

// Foreign names the kind of a file other than an XML or binary property list, such as "a ZIP archive", and the way out. Both
// are empty for a property list, however damaged, and for unknown text.
func Foreign(data []byte) (kind, help string) {
	if kind, help = foreignBytes(data); kind != "" || bytes.HasPrefix(data, []byte("bplist")) {
		return kind, help
	}
	text, ok := decodeText(diag.NewFile("", data), &findings{file: diag.NewFile("", data)})
	if !ok {
		return "", ""
	}
	if kind, help = foreignText(text); kind == unknownText {
		return "", ""
	}
	return kind, help
}

// magic lists the first bytes of files mistaken for profiles.
var magic = [...]struct{ prefix, kind, help string }{
	{"PK\x03\x04", "a ZIP archive", "unpack it first"},
	{"\x1f\x8b", "gzip data", "unpack it first"},
	{"xar!", "an installer package", ""},
	{"%PDF-", "a PDF document", ""},
	{"\x89PNG\r\n", "a picture (PNG)", ""},
	{"\xff\xd8\xff", "a picture (JPEG)", ""},
	{"{\\rtf", "a rich text document", "save it as plain text; in TextEdit choose Format > Make Plain Text"},
	{"\x00\x05\x16\x07", "an AppleDouble file with metadata of another file", "use the file of the same name without ._"},
	{"version https://git-lfs.github.com/", "a Git LFS pointer", "fetch the file itself with git lfs pull"},
	{"\x00GITCRYPT\x00", "encrypted by git-crypt", "decrypt it first with git-crypt unlock"},
	{"$ANSIBLE_VAULT;", "encrypted by Ansible Vault", "decrypt it first with ansible-vault decrypt"},
}

// foreignBytes names the kind of an input other than text or a binary property list, or returns "".
func foreignBytes(data []byte) (kind, help string) {
	if len(bytes.Trim(data, " \t\r\n\x00")) == 0 {
		return emptyInput, ""
	}
	// A DER or BER SEQUENCE: a length of 128 bytes or more, or an indefinite one, has the high bit set.
	if len(data) > 1 && data[0] == 0x30 && data[1] >= 0x80 {
		return foreignDER(data)
	}
	for _, m := range magic {
		if bytes.HasPrefix(data, []byte(m.prefix)) {
			return m.kind, m.help
		}
	}
	if begin := []byte("-----BEGIN "); bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \t\r\n"), begin) {
		_, label, _ := bytes.Cut(data, begin)
		label, _, _ = bytes.Cut(label, []byte("-"))
		return foreignPEM(string(label))
	}
	if isBinary(data) {
		return "binary data of an unknown kind", ""
	}
	return "", ""
}

// isBinary tells data that is no text: nothing in it can be pointed at.
func isBinary(data []byte) bool {
	head := data[:min(len(data), 512)]
	for _, text := range []string{"bplist", "\xff\xfe", "\xfe\xff", "\x00\x00\xfe\xff"} { // the others: marks of UTF-16 and UTF-32
		if bytes.HasPrefix(data, []byte(text)) {
			return false
		}
	}
	return bytes.IndexByte(head, 0) >= 0 && !bytes.ContainsAny(head, "<{[")
}

const (
	carryCertificate = "show it with syncguard identity show FILE; to install it on devices, put it into a payload of type com.apple.security.root or com.apple.security.pkcs1"
	keepKey          = "give it to --key only, and keep it secret"
)

func foreignPEM(label string) (kind, help string) {
	switch {
	case strings.HasSuffix(label, "PRIVATE KEY"):
		return "a private key", keepKey
	case strings.HasSuffix(label, "CERTIFICATE REQUEST"):
		return "a certificate request", ""
	case strings.HasSuffix(label, "CERTIFICATE"):
		return "a certificate", carryCertificate
	}
	return "PEM text", ""
}

// foreignDER names the kind of a SEQUENCE by its first elements.
func foreignDER(data []byte) (kind, help string) {
	inside := insideSequence(data)
	switch {
	case bytes.HasPrefix(inside, []byte("\x02\x01\x03\x30")):
		return "PKCS#12 with a key and certificates", "give it to --p12; to install it on devices, put it into a payload of type com.apple.security.pkcs12"
	case bytes.HasPrefix(inside, []byte("\x02\x01\x00")):
		return "a private key", keepKey
	case bytes.HasPrefix(inside, []byte("\x30")) && bytes.HasPrefix(insideSequence(inside), []byte("\xa0\x03\x02\x01")):
		return "a certificate", carryCertificate
	case bytes.HasPrefix(inside, []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03")):
		return "an encrypted message (CMS)", "decrypt it with the key of its recipient: openssl cms -decrypt -inform DER -in FILE -inkey KEY -out OUT.mobileconfig"
	case bytes.HasPrefix(inside, []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07")):
		return "a signed or encrypted message (CMS)", "unwrap the profile first"
	}
	return "binary data in DER", ""
}

// insideSequence returns the contents of a SEQUENCE, perhaps cut off, or nil.
func insideSequence(data []byte) []byte {
	if len(data) < 2 || data[0] != 0x30 {
		return nil
	}
	octets := 0
	if data[1] > 0x80 {
		octets = int(data[1] & 0x7f)
	}
	if len(data) < 2+octets {
		return nil
	}
	return data[2+octets:]
}

const unknownText = "of an unknown kind"

// templateKeys are keys at the top level of syncguard's own templates.
var templateKeys = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(organization|prevention|payloads):|^extends:[ \t]*["']?builtin:`)
})

// IsTemplate tells a template of syncguard's own from other YAML, by the keys of its top level.
func IsTemplate(data []byte) bool { return templateKeys().Match(data) }

// foreignText names the kind of a text other than an XML property list, or returns "".
func foreignText(text string) (kind, help string) {
	text = strings.TrimLeft(strings.TrimPrefix(text, utf8BOM), " \t\r\n")
	switch {
	case hasPrefixFold(text, "<!doctype html"), hasPrefixFold(text, "<html"):
		return "an HTML page", "check that the download was not a login or error page"
	case conflictLine(text) > 0:
		return fmt.Sprintf("text with a merge conflict in line %d", conflictLine(text)), "choose one side and delete the marker lines of the conflict"
	case hasAnyPrefix(text, "PD94bWwg", "PHBsaXN0", "PCFET0NUWVBF", "YnBsaXN0"):
		return "base64 text of a property list", "decode it: base64 -d < FILE > OUT.mobileconfig"
	case strings.HasPrefix(text, "data:") && strings.Contains(text[:min(len(text), 200)], ";base64,"):
		return "a data URL", "decode the text after the comma with base64 -d"
	case hasAnyPrefix(text, "&lt;?xml", "&lt;plist", "&lt;!DOCTYPE plist"):
		return "a property list with escaped markup, as in an API response", "replace &lt;, &gt; and &amp; with <, > and &, in this order"
	case strings.HasPrefix(text, "<"), strings.Contains(text, "<plist"):
		return "", ""
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		if isJSON(text) {
			return "JSON", ""
		}
		return "an OpenStep property list", "convert it with plutil -convert xml1"
	case strings.HasPrefix(text, "("):
		return "an OpenStep property list", "convert it with plutil -convert xml1"
	case IsTemplate([]byte(text)):
		return "a template", "build profiles from it: syncguard build FILE"
	}
	return unknownText, ""
}

// conflictLine returns the line of the first merge conflict left by git, or 0.
func conflictLine(text string) int {
	const ours, theirs = "<<<<<<< ", "\n>>>>>>> "
	if !hasSevenLess(text) {
		return 0
	}
	at := 0
	if !strings.HasPrefix(text, ours) {
		at = strings.Index(text, "\n"+ours) + 1
	}
	if at == 0 && !strings.HasPrefix(text, ours) || !strings.Contains(text[at:], theirs) {
		return 0
	}
	return 1 + strings.Count(text[:at], "\n")
}

// hasSevenLess is true for a text with "<<<<<<<", and false for most others: it looks at every seventh character, as "<" alone
// is everywhere.
func hasSevenLess(text string) bool {
	for i := 6; i < len(text); i += 7 {
		if text[i] == '<' && (text[i-1] == '<' || i+1 < len(text) && text[i+1] == '<') {
			return true
		}
	}
	return false
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isJSON recognizes damaged JSON too: the first separator in an OpenStep dictionary is never a colon.
func isJSON(text string) bool {
	if text[0] == '[' || json.Valid([]byte(text)) {
		return true
	}
	i := strings.IndexAny(text, ":=;")
	return i >= 0 && text[i] == ':'
}
