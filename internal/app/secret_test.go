package app

import (
	"strings"
	"testing"
)

// A signer command gets no variable of syncguard's own, and none read as a secret in this run, but those its own tools need.
func TestSecretVariables(t *testing.T) {
	h := &Host{Getenv: func(string) (string, bool) { return "canary", true }}
	o := PassphraseOptions{Reference: "env:P12_PASSWORD"}
	if _, err := o.read(h); err != nil {
		t.Fatal(err)
	}
	for name, isSecret := range map[string]bool{"P12_PASSWORD": true, "SYNCGUARD_JAMF_CLIENT_SECRET": true, "PATH": false, "HOME": false, "AWS_SECRET_ACCESS_KEY": false, "GOOGLE_APPLICATION_CREDENTIALS": false} {
		if h.isSecretVariable(name) != isSecret {
			t.Errorf("%s: %t", name, !isSecret)
		}
	}
}

// What a signer command writes to stderr is shown without the secrets that it was started with, on one line of 500 bytes.
func TestSignersWords(t *testing.T) {
	h := &Host{Environ: []string{"PATH=/bin", "CARD_PIN=4711-canary", "AWS_SECRET_ACCESS_KEY=aws-canary", "SYNCGUARD_X=own-canary"}}
	known := h.secretsOf([]string{"p11", "--pin", "flag-canary", "--passphrase=equals-canary", "-passin", "pass:colon-canary", "--key", "signing.pem"})
	words := known.QuoteEnd(strings.Repeat("x ", 20_000) + "signing.pem\x1b[31m: 4711-canary aws-canary own-canary flag-canary equals-canary colon-canary /bin")
	if strings.Contains(words, "canary") || len(words) > 500 || !strings.HasSuffix(words, "/bin") || !strings.Contains(words, `signing.pem\x1b[31m: (secret)`) {
		t.Errorf("%d bytes: %s", len(words), words)
	}
}
