package lint

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"syncguard/internal/content"
	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema/facts"
	"syncguard/internal/text"
)

// The rules about the content of data items: facts name the content expected for a key.

// checkContent reports data with the wrong content for its key. It skips unreadable data.
func (r *run) checkContent(n *node, m *facts.Meaning) {
	data := n.value.Data
	if data == nil {
		return
	}
	kind := content.Kind(data)
	switch m.Sense {
	case facts.Certificate, facts.PEMCertificate:
		r.checkCertificate(n, m.Sense == facts.PEMCertificate)
	case facts.Identity:
		r.checkIdentity(n, m)
	case facts.Image:
		if !strings.HasPrefix(kind, "image/") && kind != content.Unknown {
			r.reportContent(n, kind, "an image", m.Severity)
		}
	case facts.Font:
		if !isFont(kind, data) {
			r.reportContent(n, kind, "a single TrueType or OpenType font", m.Severity)
		}
	case facts.SHA256:
		r.checkDigest(n, m.Severity, "a SHA-256 digest", 32)
	case facts.Fingerprint:
		r.checkDigest(n, m.Severity, "the digest of a certificate", 16, 20, 28, 32, 48, 64)
	case facts.Script:
		if !utf8.Valid(data) {
			r.reportContent(n, kind, "text in UTF-8", m.Severity)
		}
	}
}

// isFont reports whether data is one font, as opposed to a collection.
func isFont(kind string, data []byte) bool {
	return kind == "font/ttf" || kind == "font/otf" || strings.HasPrefix(string(data[:min(len(data), 4)]), "true")
}

// checkDigest reports data with the wrong length for a digest, and a digest in text form.
func (r *run) checkDigest(n *node, s diag.Severity, want string, sizes ...int) {
	if slices.Contains(sizes, len(n.value.Data)) && !isHexadecimal(n.value.Data) {
		return
	}
	d := r.passOf(rule.MalformedContent).report(n.atKey(), "%s holds %s, want %s", n.subject(), text.Count(len(n.value.Data), "byte"), want)
	if d.Severity = s; isHexadecimal(n.value.Data) {
		d.Message = n.subject() + " holds a digest as text, want its bytes"
		d.Help = "encode the digest itself: echo DIGEST | xxd -r -p | base64"
	}
}

// isHexadecimal reports whether data is the text of a digest, with colons or without.
func isHexadecimal(data []byte) bool {
	digits, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(data[:min(len(data), 256)])), ":", ""))
	return err == nil && len(digits) >= 16
}

// reportContent reports the content found and the content wanted.
func (r *run) reportContent(n *node, kind, want string, s diag.Severity) *diag.Diagnostic {
	found := "holds " + text.Article(kind)
	switch {
	case kind == content.Empty:
		found = "is empty"
	case kind == content.Unknown:
		found = "holds unknown data"
	case kind == content.Base64:
		found = "is base64 encoded twice"
	case strings.HasPrefix(kind, "text/"):
		found = "holds text"
	case kind == content.PKCS12, strings.Contains(kind, "/"):
		found = "holds " + kind
	}
	d := r.passOf(rule.MalformedContent).report(n.atKey(), "%s %s, want %s", n.subject(), found, want)
	d.Severity, d.Help = s, contentHelp(kind)
	d.HideSource = true
	return d
}

func contentHelp(kind string) string {
	switch kind {
	case content.Empty:
		return "add the content, or remove the payload"
	case content.PKCS12:
		return "use the payload type com.apple.security.pkcs12"
	case content.PrivateKey:
		return "remove the private key; to install it with its certificate, use the payload type com.apple.security.pkcs12"
	case content.Signed:
		return "extract the certificate with openssl pkcs7 -inform DER -in FILE -print_certs"
	case content.Request:
		return "use the certificate issued for this request"
	case content.Base64:
		return "decode the text once, with base64 -d"
	case content.OtherPEM:
		return "copy the text again, from its BEGIN line to its END line"
	}
	return ""
}
