package serve

import (
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"time"
)

func TestChooseLAN(t *testing.T) {
	for _, c := range []struct {
		preferred, want string
		all             []string
	}{
		{"", "<nil>", nil},
		{"10.8.0.2", "192.168.1.20", []string{"192.168.1.20"}}, // the default route is a VPN's
		{"192.168.1.20", "192.168.1.20", []string{"172.17.0.1", "192.168.1.20", "fd00::1"}},
		{"", "172.17.0.1", []string{"203.0.113.9", "172.17.0.1"}},
		{"", "203.0.113.9", []string{"fd00::1", "203.0.113.9"}},
		{"", "fd00::1", []string{"fd00::1"}},
	} {
		var all []net.IP
		for _, ip := range c.all {
			all = append(all, net.ParseIP(ip))
		}
		if got := chooseLAN(all, net.ParseIP(c.preferred)).String(); got != c.want {
			t.Errorf("of %v, preferred %q: %s, want %s", c.all, c.preferred, got, c.want)
		}
	}
}

func TestIsLocal(t *testing.T) {
	for address, want := range map[string]bool{"http://127.0.0.1:80/x/": true, "http://localhost/": true, "http://mac.localhost/": true, "http://[::1]:1/": true, "http://0.0.0.0:1/": true,
		"http://[::]:1/": true, "http://192.168.1.20:1/": false, "https://mac.local/": false, "http://localhost.example/": false} {
		if got := IsLocal(address); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

// A host can be in an address and in a certificate.
func TestIsHost(t *testing.T) {
	label := strings.Repeat("a", 63)
	long := strings.Join([]string{label, label, label, label[:61]}, ".")
	for host, want := range map[string]bool{"mac.local": true, "EVIL.local": true, "xn--mnchen-3ya": true, "a_b": true, "1.2.3.4": true, "::1": true, "fd00::1": true, label + ".local": true, long: true,
		"": false, "münchen": false, "a..b": false, ".a": false, "a.": false, "-x": false, "x-": false, "*.x": false, "<b>": false, "a b": false, "x:80": false, "[::1]": false,
		"fe80::1%eth0": false, "x/y": false, "x@y": false, "x?y": false, "x%41": false, label + "a": false, long + "a": false, "a\n": false} {
		if got := IsHost(host); got != want {
			t.Errorf("%q: %t", host, got)
		}
		if _, _, err := NewCertificate([]string{net.JoinHostPort(host, "443")}, time.Now()); want && err != nil {
			t.Errorf("%q: %v", host, err)
		}
	}
}

// The certificate holds for the names given and for no others, meets Apple's limits, and is another one each time.
func TestNewCertificate(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	pair, fingerprint, err := NewCertificate([]string{"192.168.1.20:8443", "mac.local:8443", "mac.local", "[fd00::1]:8443"}, now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c)
	for name, good := range map[string]bool{"192.168.1.20": true, "mac.local": true, "[fd00::1]": true, "192.168.1.21": false, "other.local": false} {
		if _, err := c.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, CurrentTime: now}); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c.IsCA || c.NotAfter.Sub(c.NotBefore) > 825*24*time.Hour || len(fingerprint) != 32*3-1 {
		t.Errorf("CA %t, until %s, fingerprint %s", c.IsCA, c.NotAfter, fingerprint)
	}
	if _, again, _ := NewCertificate([]string{"a"}, now); again == fingerprint {
		t.Error("two certificates are the same")
	}
}
