package lint

import (
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// Secrets returns where the text of secrets stands: of every value below a key whose name says that it holds one, of URLs
// with a password, and of PKCS#12 files. A nil root has none.
func Secrets(root *plist.Value) []diag.Span {
	var spans []diag.Span
	collectSecrets(root, false, &spans)
	return spans
}

func collectSecrets(v *plist.Value, secret bool, spans *[]diag.Span) {
	if v == nil {
		return
	}
	if (secret || isSecret(v)) && !v.Span.IsZero() && (v.Kind == plist.String || v.Kind == plist.Data) {
		*spans = append(*spans, v.Span)
	}
	isPKCS12 := isText(v.Get("PayloadType"), "com.apple.security.pkcs12")
	for _, f := range v.Fields {
		collectSecrets(f.Value, secret || isSecretName(f.Key) || isPKCS12 && f.Key == "PayloadContent", spans)
	}
	for _, item := range v.Items {
		collectSecrets(item, secret, spans)
	}
}

func isText(v *plist.Value, text string) bool {
	return v != nil && v.Kind == plist.String && v.Text == text
}
