package lint

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// Secrets returns where the text of secrets stands: of every value below a key whose name says that it holds one, of URLs
// with a password, and of PKCS#12 files. A nil root has none.
func Secrets(root *plist.Value) []diag.Span {
	var spans []diag.Span
	eachSecret(root, false, func(v *plist.Value) {
		if !v.Span.IsZero() {
			spans = append(spans, v.Span)
		}
	})
	return spans
}

// MarkSecrets marks the values that Secrets is about, so that nothing prints them. Values without a place are among them.
func MarkSecrets(root *plist.Value) {
	eachSecret(root, false, func(v *plist.Value) { v.Secret = true })
}

func eachSecret(v *plist.Value, secret bool, do func(*plist.Value)) {
	if v == nil {
		return
	}
	if (secret || isSecret(v)) && (v.Kind == plist.String || v.Kind == plist.Data) {
		do(v)
	}
	isPKCS12 := isText(v.Get("PayloadType"), "com.apple.security.pkcs12")
	for _, f := range v.Fields {
		eachSecret(f.Value, secret || isSecretName(f.Key) || isPKCS12 && f.Key == "PayloadContent", do)
	}
	for _, item := range v.Items {
		eachSecret(item, secret, do)
	}
}

func isText(v *plist.Value, text string) bool {
	return v != nil && v.Kind == plist.String && v.Text == text
}
