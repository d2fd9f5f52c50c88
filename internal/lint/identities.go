package lint

import (
	"fmt"
	"strings"

	"syncguard/internal/content"
	"syncguard/internal/identity"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema/facts"
	"syncguard/internal/secret"
)

// maxIterations bounds the work of trying passphrases in one profile. The tools of today ask for 2,000 to 600,000 each.
const maxIterations = 2_000_000

// checkIdentity reports PKCS#12 that is none, or that the passphrase beside it does not open, or that some devices refuse.
func (r *run) checkIdentity(n *node, m *facts.Meaning) {
	kind := content.Kind(n.value.Data)
	if kind != content.PKCS12 {
		r.reportContent(n, kind, "an identity in PKCS#12", m.Severity).Help = identityHelp(kind)
		return
	}
	store, err := identity.ReadStore(n.value.Data)
	if err != nil {
		r.reportUnopened(n, err.Error())
		return
	}
	switch {
	case store.Keys == 0 && !store.HasHidden:
		r.of(rule.MalformedContent).report(n.atKey(), "%s holds no private key, want an identity", n.subject()).
			Help = "export the certificate together with its private key"
	case store.Keys > 1:
		r.of(rule.SeveralIdentities).report(n.atKey(), "%s holds %d private keys, want one", n.subject(), store.Keys).
			Help = "export each identity alone, and make a payload of each"
	}
	if isNew(store) {
		r.of(rule.NewIdentityEncryption).report(n.atKey(), "%s is protected by %s, which some versions of iOS and macOS take for a wrong password (reported by admins, not confirmed by Apple)",
			n.subject(), protection(store)).Help = "export it with openssl pkcs12 -export -legacy where devices refuse it"
	}
	if f := n.parent.value.Field(m.Password); f != nil && f.Value != nil && f.Value.Kind == plist.String && !hasPlaceholder(f.Value) {
		r.tryPassword(n, store, f)
	}
}

// isNew reports whether a store is protected by more than what every system of Apple's has always read.
func isNew(s *identity.Store) bool {
	return s.Digest != "SHA-1" || len(s.Encryption) > 0 && strings.Contains(strings.Join(s.Encryption, " "), "PBES2")
}

// protection names what protects a store: a SHA-256 MAC and PBES2.
func protection(s *identity.Store) string {
	return strings.Join(append([]string{"a " + s.Digest + " MAC"}, s.Encryption...), " and ")
}

// tryPassword reports a passphrase that does not open a store. It is tried without the blanks around it too.
func (r *run) tryPassword(n *node, store *identity.Store, f *plist.Field) {
	if r.profile.iterations += store.Iterations; r.profile.iterations > maxIterations {
		r.reportUnopened(n, fmt.Sprintf("its passphrase takes %d iterations to try, and %d in one profile are tried", store.Iterations, maxIterations))
		return
	}
	opens, err := store.Opens(f.Value.Text)
	switch {
	case err != nil:
		r.reportUnopened(n, err.Error())
		return
	case opens, secret.IsPlaceholder(f.Key, f.Value.Text) && f.Value.Text != "":
		return
	}
	d := r.of(rule.WrongIdentityPassword).report(n.parent.fieldValue(f), "%s does not open the identity in %s", quote(f.Key), n.subject())
	d.Help, d.HideSource = "give the password with which the identity was exported", true
	if trimmed := strings.TrimSpace(f.Value.Text); trimmed != f.Value.Text {
		if opens, err := store.Opens(trimmed); opens && err == nil {
			d.Help = "take the blanks or line breaks around it away: without them it is right"
		}
	}
	d.Related = related("the identity", n.keySpan)
}

func (r *run) reportUnopened(n *node, why string) {
	r.of(rule.UnopenedIdentity).report(n.atKey(), "%s was not opened, so nothing is known of its password: %s", n.subject(), why)
}

func identityHelp(kind string) string {
	const export = "make PKCS#12 of the certificate and its private key with openssl pkcs12 -export"
	switch kind {
	case content.Certificate, content.PEM:
		return export + ", or use a payload type for certificates alone"
	case content.PrivateKey:
		return export
	case content.Base64:
		return contentHelp(kind)
	}
	return "put the bytes of a .p12 file there"
}
