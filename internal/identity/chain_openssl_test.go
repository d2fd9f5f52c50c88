//go:build e2e

package identity

import (
	"crypto/x509"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"syncguard/internal/cms"
	"syncguard/internal/e2e"
	"syncguard/internal/pki"
)

// judge asks openssl about signed profiles, with one root to trust.
type judge struct {
	t       *testing.T
	dir     string
	program string
}

func newJudge(t *testing.T) *judge {
	return &judge{t, t.TempDir(), e2e.Find(t, "openssl")}
}

func (j *judge) write(name string, data []byte) string {
	path := filepath.Join(j.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		j.t.Fatal(err)
	}
	return path
}

func (j *judge) accepts(signed []byte, root *x509.Certificate) bool {
	return exec.Command(j.program, "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-attime", strconv.FormatInt(testTime.Unix(), 10),
		"-CAfile", j.write("root.pem", certsPEM(root)), "-in", j.write("signed", signed), "-out", os.DevNull).Run() == nil
}

func ours(signed []byte, root *x509.Certificate) *cms.Verdict {
	return cms.Verify(signed, cms.VerifyOptions{At: testTime, Roots: poolOf([]*x509.Certificate{root}, pki.IsSelfSigned)})
}

func isYes(v *cms.Verdict) bool { return v.Integrity.OK && v.Trust.OK && v.Validity.OK }

// Whatever certificates are given, the chain in the signature is one that openssl follows: to the root that was given, or to one that was
// not, as long as there is a way at all. And verify says of it what openssl says.
func TestOpenSSLFollowsTheChainThatIsChosen(t *testing.T) {
	w, j := newWeb(t), newJudge(t)
	random := mathrand.New(mathrand.NewPCG(15, 9))
	yes := 0
	for range 60 {
		names, certs := w.subset(random)
		what := strings.Join(names, ", ")
		id := w.read(t, 0, append([]*x509.Certificate{w.leaf}, certs...))
		id.Arrange(testTime)
		signed := must(cms.Sign([]byte("<plist/>"), id.Signer, id.Chain, cms.SignOptions{}))
		hasWay, hasGiven, accepted, acceptedGiven := false, false, false, false
		for _, name := range []string{"A", "B", "N"} {
			root := w.others[name]
			isGiven := slices.Contains(names, name)
			if leads(w.leaf, certs, root) {
				hasWay, hasGiven = true, hasGiven || isGiven
			}
			theirs := j.accepts(signed, root)
			accepted, acceptedGiven = accepted || theirs, acceptedGiven || theirs && isGiven
			if v := ours(signed, root); theirs != isYes(v) {
				t.Errorf("%s: with the root %s openssl says %t, verify %+v and %+v", what, name, theirs, v.Trust, v.Validity)
			}
		}
		isLost := strings.HasSuffix(chainText(id.Chain), "/one") // nobody could know that it is no root, where no root was given
		if hasWay && !accepted && !isLost || hasGiven && !acceptedGiven {
			t.Errorf("%s: openssl does not follow %q", what, chainText(id.Chain))
		}
		if accepted {
			yes++
		}
	}
	if yes < 20 {
		t.Errorf("openssl accepts only %d signatures", yes)
	}
}

func leads(leaf *x509.Certificate, certs []*x509.Certificate, root *x509.Certificate) bool {
	only := func(c *x509.Certificate) bool { return c.Equal(root) }
	_, err := leaf.Verify(x509.VerifyOptions{Roots: poolOf([]*x509.Certificate{root}, only), CurrentTime: testTime, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		Intermediates: poolOf(certs, func(c *x509.Certificate) bool { return !pki.IsSelfSigned(c) })})
	return err == nil
}

// With certificates that no signer needs in a message, in any order: what openssl accepts verify accepts. Where openssl does not, since
// it never goes back from the first that fits, verify says so, or it refuses, too.
func TestOpenSSLAndUnusedCertificates(t *testing.T) {
	w, j := newWeb(t), newJudge(t)
	random := mathrand.New(mathrand.NewPCG(92, 65))
	key, leaf := j.write("key.pem", keyPEM(w.key)), j.write("leaf.pem", certsPEM(w.leaf))
	counts := map[string]int{}
	for range 60 {
		names, certs := w.subset(random)
		random.Shuffle(len(certs), func(i, k int) { certs[i], certs[k] = certs[k], certs[i] })
		sign := []string{"cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-signer", leaf, "-inkey", key}
		if len(certs) > 0 {
			sign = append(sign, "-certfile", j.write("others.pem", certsPEM(certs...)))
		}
		signed := openssl(t, []byte("<plist/>"), append(sign, "-noattr")...)
		for _, name := range []string{"A", "B", "N"} {
			theirs, v := j.accepts(signed, w.others[name]), ours(signed, w.others[name])
			notes := strings.Join(v.Notes, "\n")
			switch {
			case theirs && isYes(v):
				counts["both"]++
			case theirs:
				t.Errorf("%q with the root %s: openssl accepts it, verify says %+v, %+v", names, name, v.Trust, v.Validity)
			case isYes(v) && strings.Contains(notes, "OpenSSL takes this one"):
				counts["said"]++
			case isYes(v):
				t.Errorf("%q with the root %s: verify accepts it, openssl does not, and the notes are %q", names, name, notes)
			case v.Trust.Reason == cms.AmbiguousIssuer:
				counts["refused"]++
			default:
				counts["neither"]++
			}
		}
	}
	if counts["both"] == 0 || counts["said"] == 0 || counts["neither"] == 0 {
		t.Errorf("too little was compared: %v", counts)
	}
	t.Log(counts)
}
