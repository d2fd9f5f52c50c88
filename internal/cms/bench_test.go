package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkSign signs a profile of 10 kB with a chain of three, as "sign" does with many files. "x-bare" is the time in
// multiples of the bare operation of the key on one digest, and "x-openssl" that of "openssl cms -sign", a process for
// each file, in multiples of ours: the medians of many turns, taken alternately.
func BenchmarkSign(b *testing.B) {
	content := bytes.Repeat([]byte("<key>PayloadVersion</key>\n"), 388)
	for _, bench := range []struct {
		name string
		key  crypto.Signer
	}{{"RSA-2048", rsaKey()}, {"P-256", p256()}} {
		b.Run(bench.name, func(b *testing.B) {
			chain := testChain(b, bench.key)
			signer := must(NewProfileSigner(bench.key, chain, SignOptions{}))
			want := must(signer.Sign(content)) // and the signature is verified
			digest := digestOf(crypto.SHA256, content)
			var full, bare []time.Duration
			for b.Loop() {
				full = append(full, timed(func() { must(signer.Sign(content)) }))
				b.StopTimer()
				bare = append(bare, timed(func() { must(bench.key.Sign(signer.randomSource(), digest, crypto.SHA256)) }))
				b.StartTimer()
			}
			b.ReportMetric(float64(median(full))/float64(median(bare)), "x-bare")
			b.ReportMetric(float64(median(bare).Nanoseconds()), "ns/bare")
			b.ReportMetric(float64(openSSLSigns(b, bench.key, chain, content, len(want)))/float64(median(full)), "x-openssl")
		})
	}
}

// openSSLSigns returns how long openssl takes for one file, or 0 where it is not installed.
func openSSLSigns(b *testing.B, key crypto.Signer, chain []*x509.Certificate, content []byte, size int) time.Duration {
	program, err := exec.LookPath("openssl")
	if err != nil {
		b.Log("openssl is not on PATH, so x-openssl is 0")
		return 0
	}
	dir := b.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	writePEM(b, path("key.pem"), "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))
	writePEM(b, path("leaf.pem"), "CERTIFICATE", chain[0].Raw)
	writePEM(b, path("chain.pem"), "CERTIFICATE", chain[1].Raw)
	var runs []time.Duration
	for range 20 {
		runs = append(runs, timed(func() {
			cmd := exec.Command(program, "cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", "sha256", "-nosmimecap",
				"-signer", path("leaf.pem"), "-inkey", path("key.pem"), "-certfile", path("chain.pem"))
			cmd.Stdin = bytes.NewReader(content)
			if out, err := cmd.Output(); err != nil || len(out) < size {
				b.Fatalf("openssl made %d bytes: %v", len(out), err)
			}
		}))
	}
	return median(runs)
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
