package lint

import (
	"slices"

	"syncguard/internal/plist"
)

// The rules about authentication between device and network: EAPClientConfiguration of Wi-Fi and Ethernet.

// The EAP types with a server certificate to check.
const (
	eapTLS  = 13
	eapTTLS = 21
	eapPEAP = 25
)

// eapTypes returns the accepted EAP types, nil unless the node is an EAPClientConfiguration.
func (n *node) eapTypes() []uint64 {
	if n.key == nil || n.key.Name != "EAPClientConfiguration" || n.value.Kind != plist.Dictionary {
		return nil
	}
	var types []uint64
	for _, item := range items(n.value.Get("AcceptEAPTypes")) {
		if item.Kind == plist.Integer && !item.Int.Negative {
			types = append(types, item.Int.Abs)
		}
	}
	return types
}

func eapWithoutTrust(p *pass, n *node) {
	checksServer := func(t uint64) bool { return t == eapTLS || t == eapTTLS || t == eapPEAP }
	if !slices.ContainsFunc(n.eapTypes(), checksServer) {
		return
	}
	for _, key := range []string{"TLSTrustedServerNames", "PayloadCertificateAnchorUUID", "TLSTrustedCertificates"} {
		if v := n.value.Get(key); v != nil && (v.Kind != plist.Array || len(v.Items) > 0) {
			return
		}
	}
	p.report(n.atKey(), "%s names no trusted server, so a device asks its user about each certificate", n.subject()).
		Help = "add TLSTrustedServerNames, and PayloadCertificateAnchorUUID with the root in the same profile"
}

func eapWithoutIdentity(p *pass, n *node) {
	if types := n.eapTypes(); len(types) == 0 || slices.ContainsFunc(types, func(t uint64) bool { return t != eapTLS }) {
		return
	}
	required := n.value.Get("TLSCertificateIsRequired")
	if n.parent.value.Field("PayloadCertificateUUID") != nil || required != nil && required.Kind == plist.Boolean && !required.Bool {
		return
	}
	p.report(n.atKey(), "the network requires a certificate of the device (EAP-TLS), but the payload names none").
		Help = "add PayloadCertificateUUID, the UUID of the payload with the identity"
}
