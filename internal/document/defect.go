package document

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// defect is the reason in one sentence why a device refuses the file as a whole, with the way out.
type defect struct {
	rule, cause, help string
	message, content  []byte // of a signed message readable all the same, or nil
}

// The ways out of several defects. FILE and OUT stand for names.
const (
	getAgain  = "get it again from its source, byte for byte"
	signAnew  = "sign the profile again with syncguard sign, or with openssl cms -sign -binary -nodetach -outform DER"
	wantDER   = ", want its bytes (DER)"
	unchanged = getAgain + ": transfer it as binary, and in git add *.mobileconfig -text to .gitattributes"
)

// signedDefect finds the damage done to a signed message on its way: wrapped in text, saved as text, cut, lengthened, or with
// changed line ends. For an undamaged message it returns nil and the content; for other files, nil and nil.
func signedDefect(data []byte) (*defect, []byte) {
	if cms.IsSigned(data) {
		return checkMessage(data)
	}
	return wrappedMessage(data), nil
}

// wrappedMessage finds a signed message inside text, or after the wrong first bytes.
func wrappedMessage(data []byte) *defect {
	text := bytes.TrimLeft(data, "\ufeff \t\r\n")
	switch {
	case bytes.HasPrefix(text, []byte("-----BEGIN ")):
		return inPEM(text)
	case isMail(text):
		return inMail(text)
	case cms.IsSigned(text):
		return afterBlanks(text, len(data)-len(text))
	}
	if inside := fromBase64(text); cms.IsSigned(inside) {
		return inText("base64 text", "decode it: base64 -d < FILE > OUT.mobileconfig", inside)
	}
	if c := cutAtStart(data); c != nil {
		return c
	}
	return savedAsText(data)
}

// pkcs begins the identifiers of signed messages in DER: 1.2.840.113549, without its last byte 0x0D, because a conversion of
// line ends changes it.
var pkcs = []byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7}

// cutAtStart finds a message without its beginning: a profile with a signature after it.
func cutAtStart(data []byte) *defect {
	const end = "</plist>"
	i := bytes.LastIndex(data, []byte(end))
	if i < 0 || bytes.IndexByte(data[:i], 0) >= 0 {
		return nil
	}
	if rest := data[i+len(end):]; utf8.Valid(rest) || !bytes.Contains(rest, pkcs) {
		return nil
	}
	return damaged("the beginning of the signed message is missing: the file begins with the profile, and the signature follows", getAgain)
}

// afterBlanks returns the defect of a message after n bytes of a byte order mark or white space.
func afterBlanks(message []byte, n int) *defect {
	c, content := checkMessage(message)
	if c != nil {
		c.message = nil
		return c
	}
	return &defect{rule.DamagedSignature, fmt.Sprintf("the signed message begins after %s of byte order mark or white space", text.Count(n, "byte")),
		fmt.Sprintf("remove them: tail -c +%d FILE > OUT.mobileconfig", n+1), message, content}
}

// inText returns the defect of a message inside text. Damage to the message itself comes first.
func inText(form, help string, message []byte) *defect {
	c, content := checkMessage(message)
	if c != nil {
		c.message = nil
		return c
	}
	return &defect{rule.SignatureInPEM, "the signed message is " + form + wantDER, help, message, content}
}

func inPEM(text []byte) *defect {
	block, _ := pem.Decode(text)
	if block == nil || !slices.Contains([]string{"PKCS7", "CMS", "PKCS #7 SIGNED DATA"}, block.Type) || !cms.IsSigned(block.Bytes) {
		return nil
	}
	command := "convert it: openssl pkcs7 -in FILE -outform DER -out OUT.mobileconfig"
	if block.Type == "CMS" {
		command = "convert it: openssl cms -cmsout -in FILE -inform PEM -outform DER -out OUT.mobileconfig"
	}
	return inText("PEM text", command, block.Bytes)
}

// isMail is true for text with the header of an S/MIME message.
func isMail(text []byte) bool {
	text = text[:min(len(text), 4096)]
	name, _, found := bytes.Cut(text, []byte(":"))
	if !found || bytes.ContainsAny(name, " \t\r\n<") {
		return false
	}
	head, _, _ := bytes.Cut(text, []byte("\n\n"))
	head = bytes.ToLower(head)
	return bytes.Contains(head, []byte("content-type:")) &&
		(bytes.Contains(head, []byte("pkcs7-mime")) || bytes.Contains(head, []byte("pkcs7-signature")) || bytes.Contains(head, []byte("multipart/signed")))
}

// inMail reads the one message of an S/MIME entity. A profile beside a detached signature may have changed on the way.
func inMail(text []byte) *defect {
	_, body, _ := bytes.Cut(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	if message := fromBase64(body); cms.IsSigned(message) {
		return inText("inside a mail (S/MIME)", "convert it: openssl cms -cmsout -in FILE -inform SMIME -outform DER -out OUT.mobileconfig", message)
	}
	return damaged("the file is a mail (S/MIME) with the profile beside its signature, want the signed message", signAnew)
}

// fromBase64 decodes the base64 of a SEQUENCE, in lines of any length. It returns nil for other text.
func fromBase64(text []byte) []byte {
	if !bytes.HasPrefix(text, []byte("M")) { // its first six bits
		return nil
	}
	joined := bytes.Join(bytes.Fields(text), nil)
	data, err := base64.StdEncoding.AppendDecode(nil, joined)
	if err != nil {
		return nil
	}
	return data
}

// damaged returns the defect of an unreadable message.
func damaged(cause, help string) *defect {
	return &defect{rule: rule.DamagedSignature, cause: cause, help: help}
}

// checkMessage finds the damage in the bytes of a signed message, or returns its content.
func checkMessage(data []byte) (*defect, []byte) {
	content, end, err := cms.Unwrap(data)
	switch {
	case errors.Is(err, cms.ErrDetached):
		return damaged("the signature is detached: the profile is not in the file", signAnew), nil
	case err == nil && end < len(data):
		c := damaged(trailing(data[end:]), fmt.Sprintf("cut the rest off: head -c %d FILE > OUT.mobileconfig", end))
		if checkContent(content) == nil {
			c.message, c.content = data[:end], content
		}
		return c, nil
	case err == nil:
		return checkContent(content), content
	case cms.IsTooMuch(err):
		return damaged("the signed message cannot be read: "+err.Error(), ""), nil
	}
	for _, change := range [][2]string{{"\n", "\r\n"}, {"\r\n", "\n"}} {
		if cms.Scan(bytes.ReplaceAll(data, []byte(change[1]), []byte(change[0]))) == nil {
			names := strings.NewReplacer("\r", "CR ", "\n", "LF")
			return damaged("line ends of the signed message were changed from "+names.Replace(change[0])+" to "+names.Replace(change[1]), unchanged), nil
		}
	}
	if size, ok := declaredSize(data); ok && size > len(data) {
		there := fmt.Sprintf(": the file has %d of its %d bytes", len(data), size)
		if !bytes.Contains(data, []byte("\r\n")) && bytes.Count(data, []byte("\n")) >= size-len(data) {
			return damaged("the signed message is cut off, or its line ends were changed from CR LF to LF"+there, unchanged), nil
		}
		return damaged("the signed message is cut off"+there, getAgain), nil
	}
	return damaged("the signed message cannot be read: "+err.Error(), getAgain), nil
}

func trailing(rest []byte) string {
	what := "bytes follow"
	if len(rest) == 1 {
		what = "byte follows"
	}
	text := fmt.Sprintf("%d %s the end of the signed message", len(rest), what)
	if len(bytes.Trim(rest, "\r\n")) == 0 {
		text += " (a line end)"
	}
	return text
}

// declaredSize returns the size in bytes in the header of a message of definite length.
func declaredSize(data []byte) (size int, ok bool) {
	octets := int(data[1]) - 0x80
	if octets < 1 || octets > 4 || len(data) < 2+octets {
		return 0, false
	}
	for _, b := range data[2 : 2+octets] {
		size = size<<8 | int(b)
	}
	return 2 + octets + size, true
}

// checkContent finds a defect in the content of an undamaged message.
func checkContent(content []byte) *defect {
	switch {
	case cms.IsSigned(content) || wrappedMessage(content) != nil:
		return &defect{rule: rule.NestedSignature, cause: "the signed content is another signed message, want a profile", help: "sign the profile once"}
	case bytes.HasPrefix(bytes.ToLower(content[:min(len(content), 64)]), []byte("content-type:")):
		return damaged("the signed content begins with the header of a mail, want a profile", "sign the profile again without -text")
	}
	return nil
}

// savedAsText finds a message read as text by some program and saved in UTF-8 or UTF-16. Bytes read as ISO 8859-1 can be
// restored; bytes replaced by U+FFFD are lost.
func savedAsText(data []byte) *defect {
	if !bytes.HasPrefix(data, []byte("0")) && !bytes.HasPrefix(data, []byte("\xff\xfe0")) && !bytes.HasPrefix(data, []byte("\xfe\xff\x000")) && !bytes.HasPrefix(data, []byte(utf8BOM+"0")) {
		return nil // most files
	}
	text, from := asText(data)
	if !strings.HasPrefix(text, "0") || !strings.Contains(text[:min(len(text), 64)], "\x06\t*") {
		return nil // the SEQUENCE of a message, and the first octets of the identifier of its type
	}
	var bytesOf []byte
	for _, r := range text {
		if r > 0xff {
			return damaged("the signed message was saved as text, and some of its bytes are lost", unchanged)
		}
		bytesOf = append(bytesOf, byte(r))
	}
	if !cms.IsSigned(bytesOf) {
		return nil
	}
	return damaged("the signed message was saved as "+from+" text, and its bytes changed",
		"restore them: iconv -f "+from+" -t ISO-8859-1 FILE > OUT.mobileconfig")
}

// asText decodes UTF-8 or UTF-16, and names the encoding.
func asText(data []byte) (text, encoding string) {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	case !bytes.HasPrefix(data, []byte("\xff\xfe")):
		data = bytes.TrimPrefix(data, []byte(utf8BOM))
		if !utf8.Valid(data) {
			return "", ""
		}
		return string(data), "UTF-8"
	}
	var units []uint16
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return string(utf16.Decode(units)), "UTF-16"
}

// finding returns the defect as an error at the start of the file.
func (c *defect) finding(f *diag.File) diag.Diagnostic {
	return finding(c.rule, c.cause, diag.Span{File: f}, c.help)
}

// CheckTopLevel returns a message and help for a top level without the marks of the kind: a dictionary with at least one of its
// keys. Both are empty for a fitting one.
func (k Kind) CheckTopLevel(root *plist.Value) (message, help string) {
	keys, whole := []string{"PayloadContent", "PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion", "EncryptedPayloadContent"}, "the dictionary of a profile"
	if k == Declaration {
		keys, whole = []string{"Type", "Identifier", "Payload", "ServerToken"}, "the object of a declaration"
	}
	has := func(key string) bool { return root.Get(key) != nil }
	switch {
	case root.Kind != plist.Dictionary:
		return fmt.Sprintf("the top level is %s, want %s", text.Article(root.Kind.String()), whole), ""
	case slices.ContainsFunc(keys, has):
		return "", ""
	case isProvisioning(root):
		help = "it is the provisioning profile of an app; an MDM server installs it with the command InstallProvisioningProfile"
	case has("WebMainResource"):
		help = "it is a web archive: check that the download was not a login or error page"
	case has("Label") && (has("Program") || has("ProgramArguments")):
		help = "it is a launchd job, and no profile can install one"
	case k == Profile:
		help = "for a preferences file, put its keys into a payload of type com.apple.ManagedClient.preferences"
	default:
		help = "a profile is a property list, not JSON; syncguard schema list names the declaration types"
	}
	return fmt.Sprintf("the top level has none of the keys of a %s, such as %q", k, keys[0]), help
}

// isProvisioning reports whether a property list is the provisioning profile of an app (.mobileprovision).
func isProvisioning(root *plist.Value) bool {
	return root.Get("Entitlements") != nil && root.Get("TeamIdentifier") != nil
}

// NotATemplate returns a finding for a file surely no syncguard template, by its content: a profile, a declaration, or
// another kind of file. It returns nil for text possibly meant as one, with any number of mistakes.
func NotATemplate(f *diag.File) *diag.Diagnostic {
	d := &diag.Diagnostic{Rule: rule.WrongTemplateType, Severity: diag.Error, Span: diag.Span{File: f}, HideSource: true}
	start := bytes.TrimLeft(f.Data, "\ufeff \t\r\n")
	kind, help := plist.Foreign(f.Data)
	switch c, _ := signedDefect(f.Data); {
	case c != nil:
		kind, help = strings.TrimSuffix(c.cause, wantDER), c.help
	case cms.IsSigned(f.Data), bytes.HasPrefix(f.Data, []byte("bplist")), bytes.HasPrefix(start, []byte("<?xml")),
		bytes.HasPrefix(start, []byte("<!DOCTYPE plist")), bytes.HasPrefix(start, []byte("<plist")),
		isJSON(f.Data) && bytes.Contains(f.Data, []byte(`"Type"`)) && bytes.Contains(f.Data, []byte(`"com.apple.`)):
		kind, help = importable(f)
	case kind == "", kind == "empty", kind == "JSON", kind == "a template", kind == "an OpenStep property list": // YAML can begin like both
		return nil
	default:
		kind = "the file is " + kind
	}
	d.Message, d.Help = kind+", want a template", text.WithFile(help, f.Name)
	return d
}

// importable describes a signed file, a property list or a declaration, with the command for a template of it, if there is one.
func importable(f *diag.File) (description, help string) {
	const importIt = "turn it into a template: syncguard import FILE -o DIR"
	switch d, _ := Open(f); {
	case d.Root != nil && isProvisioning(d.Root):
		return "the file is the provisioning profile of an app", ""
	case d.Foreign:
		return "the file is a property list other than a profile", d.Defect.Help
	case d.Root == nil && !isJSON(f.Data):
		return "the file is XML or a damaged property list", d.Defect.Help
	case d.Signed:
		return "the file is a signed profile", importIt
	case d.Kind() == Profile:
		return "the file is a profile", importIt
	}
	return "the file is a declaration", importIt
}
