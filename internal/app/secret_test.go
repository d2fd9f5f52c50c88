package app

import "testing"

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
