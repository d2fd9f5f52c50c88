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

// maxIterations bounds the work of trying passphrases in one profile. Current tools use 2,000 to 600,000 each.
const maxIterations = 2_000_000

// checkIdentity reports malformed PKCS#12, a wrong passphrase beside it, and encryption refused by some devices.
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
		r.passOf(rule.MalformedContent).report(n.atKey(), "%s holds no private key, want an identity", n.subject()).
			Help = "export the certificate together with its private key"
	case store.Keys > 1:
		r.passOf(rule.SeveralIdentities).report(n.atKey(), "%s holds %d private keys, want one", n.subject(), store.Keys).
			Help = "export each identity into its own file, and make a payload for each"
	}
	if isNew(store) {
		r.passOf(rule.NewIdentityEncryption).report(n.atKey(), "%s is protected by %s, and some versions of iOS and macOS then report a wrong password (reported by admins, not confirmed by Apple)",
			n.subject(), protection(store)).Help = "if devices refuse it, export it with openssl pkcs12 -export -legacy"
	}
	if f := n.parent.value.Field(m.Password); f != nil && f.Value != nil && f.Value.Kind == plist.String && !hasPlaceholder(f.Value) {
		r.tryPassword(n, store, f)
	}
}

// isNew reports whether a store uses newer protection than the one readable to every Apple system.
func isNew(s *identity.Store) bool {
	return s.Digest != "SHA-1" || len(s.Encryption) > 0 && strings.Contains(strings.Join(s.Encryption, " "), "PBES2")
}

// protection names a store's protection: a SHA-256 MAC and PBES2.
func protection(s *identity.Store) string {
	return strings.Join(append([]string{"a " + s.Digest + " MAC"}, s.Encryption...), " and ")
}

// tryPassword reports a wrong passphrase. For the help it also tries the passphrase without blanks around it.
func (r *run) tryPassword(n *node, store *identity.Store, f *plist.Field) {
	limit := int64(maxIterations)
	if r.profile.options.Untrusted {
		limit /= 2
	}
	if r.profile.iterations += store.Iterations; r.profile.iterations > limit {
		r.reportUnopened(n, fmt.Sprintf("trying its passphrase takes %d iterations, and the limit for a profile is %d", store.Iterations, limit))
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
	d := r.passOf(rule.WrongIdentityPassword).report(n.parent.fieldValue(f), "%s does not open the identity in %s", quote(f.Key), n.subject())
	d.Help, d.HideSource = "use the password the identity was exported with", true
	if trimmed := strings.TrimSpace(f.Value.Text); trimmed != f.Value.Text {
		if opens, err := store.Opens(trimmed); opens && err == nil {
			d.Help = "remove the spaces or line breaks around it: without them it is correct"
		}
	}
	d.Related = relatedTo("the identity", n.keySpan)
}

func (r *run) reportUnopened(n *node, why string) {
	r.passOf(rule.UnopenedIdentity).report(n.atKey(), "%s was not opened, so its password is not checked: %s", n.subject(), why)
}

func identityHelp(kind string) string {
	const export = "make a .p12 file of the certificate and its private key with openssl pkcs12 -export"
	switch kind {
	case content.Certificate, content.PEM:
		return export + ", or use a payload type for certificates without keys"
	case content.PrivateKey:
		return export
	case content.Base64:
		return contentHelp(kind)
	}
	return "use the content of a .p12 file"
}
