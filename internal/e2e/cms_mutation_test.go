//go:build e2e

package e2e

import (
	"bytes"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"syncguard/internal/cms"
)

// mutants is how many are tried; SYNCGUARD_MUTANTS tries more or fewer.
const mutants = 300_000

// batch is how many the oracle is asked at once.
const batch = 50

// What libcrypto rejects we never accept, neither the signatures nor the chain, and what both accept is the same content.
// The other way round we are stricter on purpose; docs/verify.md explains each reason that is counted here.
func TestMutationsAgainstLibcrypto(t *testing.T) {
	count := mutants
	if text := os.Getenv("SYNCGUARD_MUTANTS"); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	root, seeds := mutationSeeds(t)
	program := buildOracle(t)
	options := cms.VerifyOptions{At: time.Now(), Roots: pool(root)}
	workers := runtime.GOMAXPROCS(0)
	results := make([]*tally, workers)
	var group sync.WaitGroup
	for w := range workers {
		results[w] = &tally{stricter: map[cms.Reason]int{}, reasons: map[cms.Reason]int{}}
		group.Go(func() {
			o := startOracle(t, program, root.pem)
			defer o.stop()
			m := mutator{rand.New(rand.NewPCG(uint64(w), 20)), seeds}
			for range count / workers / batch {
				mutants := m.batch()
				answers := o.ask(mutants)
				for _, mutant := range mutants {
					results[w].compare(t, mutant, cms.Verify(mutant, options), answers())
				}
			}
		})
	}
	group.Wait()
	total := results[0]
	for _, r := range results[1:] {
		total.merge(r)
	}
	t.Logf("%d mutants of %d seeds: signatures hold for both %d, for libcrypto only %d; chains for both %d, for libcrypto only %d",
		total.all, len(seeds), total.both, total.theirs, total.bothChains, total.theirChains)
	explained, err := os.ReadFile(filepath.Join("..", "..", "docs", "verify.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, explained, _ = bytes.Cut(explained, []byte("## Compared with OpenSSL"))
	for _, reason := range slices.Sorted(maps.Keys(total.stricter)) {
		t.Logf("%7d  only libcrypto accepts: %s", total.stricter[reason], reason)
		if !bytes.Contains(explained, []byte("`"+reason+"`")) {
			t.Errorf("docs/verify.md does not explain %s", reason)
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(total.reasons)) {
		t.Logf("%7d  refused: %s", total.reasons[reason], reason)
	}
	if total.both < total.all/100 || total.bothChains == 0 {
		t.Error("hardly any mutant was accepted by both, so that nothing was compared")
	}
}

// mutationSeeds are signed profiles of every supported kind, by signers of one root.
func mutationSeeds(t *testing.T) (root *party, seeds [][]byte) {
	t.Helper()
	p := newPKI(t)
	root = p.issue("root", newECDSA(t, elliptic.P256()), nil, isCA)
	middle := p.issue("intermediate", newECDSA(t, elliptic.P256()), root, isCA)
	rsaLeaf := p.issue("rsa", newRSA(t, 2048), middle, withManyExtensions)
	ecLeaf := p.issue("ec", newECDSA(t, elliptic.P256()), middle, nil)
	direct := p.issue("direct", newECDSA(t, elliptic.P256()), root, nil)
	ours, err := cms.Sign(aProfile, ecLeaf.key, certificates(ecLeaf, middle), cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return root, [][]byte{
		ours,
		p.signedBy(aProfile, rsaLeaf, middle),
		p.signedBy(aProfile, ecLeaf, middle, "-md", "sha512"),
		p.signedBy(aProfile, direct, nil, "-noattr"),
		p.signedBy(aProfile, rsaLeaf, middle, "-keyid", "-noattr"),
		p.signedBy(aProfile, ecLeaf, middle, "-cades", "-nosmimecap"),
		p.signedBy(aProfile, rsaLeaf, middle, "-stream"),
		p.signedBy(aProfile, direct, middle, "-signer", ecLeaf.pem, "-inkey", ecLeaf.pemKey, "-nosmimecap"),
	}
}

// withManyExtensions makes a certificate like those of public authorities.
func withManyExtensions(c *x509.Certificate) {
	c.DNSNames, c.EmailAddresses = []string{"profiles.example.org"}, []string{"it@example.org"}
	c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageEmailProtection}
	c.OCSPServer, c.IssuingCertificateURL = []string{"http://ocsp.example.org"}, []string{"http://ca.example.org/ca.der"}
	c.CRLDistributionPoints = []string{"http://ca.example.org/ca.crl"}
	c.PolicyIdentifiers = []asn1.ObjectIdentifier{{2, 23, 140, 1, 2, 1}}
}

// tally counts what the two say.
type tally struct {
	all, both, theirs, bothChains, theirChains int
	stricter, reasons                          map[cms.Reason]int
}

func (n *tally) merge(other *tally) {
	n.all, n.both, n.theirs = n.all+other.all, n.both+other.both, n.theirs+other.theirs
	n.bothChains, n.theirChains = n.bothChains+other.bothChains, n.theirChains+other.theirChains
	for reason, count := range other.stricter {
		n.stricter[reason] += count
	}
	for reason, count := range other.reasons {
		n.reasons[reason] += count
	}
}

func (n *tally) compare(t *testing.T, mutant []byte, v *cms.Verdict, theirs verdict) {
	n.all++
	trusted := v.Integrity.OK && v.Trust.OK && v.Validity.OK
	if v.Integrity.OK && !theirs.holds || trusted && !theirs.trusted {
		t.Errorf("libcrypto rejects what we accept (integrity %t, all %t): %s", v.Integrity.OK, trusted, hex.EncodeToString(mutant))
		return
	}
	if v.Integrity.OK && sha256.Sum256(v.Content) != theirs.content {
		t.Errorf("we return other content than libcrypto: %s", hex.EncodeToString(mutant))
	}
	if v.Integrity.OK {
		n.both++
	} else {
		n.reasons[v.Integrity.Reason]++
		if v.Content != nil {
			t.Errorf("content is returned without integrity: %s", hex.EncodeToString(mutant))
		}
		if theirs.holds {
			n.theirs++
			n.stricter[v.Integrity.Reason]++
		}
	}
	switch {
	case trusted:
		n.bothChains++
	case theirs.trusted:
		n.theirChains++
	}
}

// oracle is a running testdata/oracle.c.
type oracle struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out io.Reader
}

// verdict is what the oracle says of one message.
type verdict struct {
	holds, trusted bool
	content        [sha256.Size]byte
}

func buildOracle(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "oracle")
	Tool(t, nil, "gcc", "-O2", "-Wall", "-o", program, filepath.Join("testdata", "oracle.c"), "-lcrypto")
	return program
}

func startOracle(t *testing.T, program, root string) *oracle {
	o := &oracle{t: t, cmd: exec.Command(program, root)}
	o.cmd.Stderr = os.Stderr
	var err error
	if o.in, err = o.cmd.StdinPipe(); err != nil {
		panic(err)
	}
	if o.out, err = o.cmd.StdoutPipe(); err != nil {
		panic(err)
	}
	if err := o.cmd.Start(); err != nil {
		panic(err)
	}
	return o
}

// ask sends messages, and returns a function that waits for the next answer: meanwhile we do our part.
func (o *oracle) ask(messages [][]byte) (next func() verdict) {
	var all []byte
	for _, m := range messages {
		all = append(binary.BigEndian.AppendUint32(all, uint32(len(m))), m...)
	}
	go func() {
		if _, err := o.in.Write(all); err != nil {
			panic(fmt.Errorf("the oracle died: %w", err))
		}
	}()
	return func() (v verdict) {
		var answer [1 + sha256.Size]byte
		if _, err := io.ReadFull(o.out, answer[:]); err != nil {
			panic(fmt.Errorf("the oracle died: %w", err))
		}
		v.holds, v.trusted = answer[0]&1 != 0, answer[0]&2 != 0
		copy(v.content[:], answer[1:])
		return v
	}
}

func (o *oracle) stop() {
	o.in.Close()
	if err := o.cmd.Wait(); err != nil {
		o.t.Error(err)
	}
}
