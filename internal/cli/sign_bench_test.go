package cli

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// BenchmarkSign signs 10,000 files of 10 kB, whole processes in turn: "x-plain" is the time in multiples of a plain program's,
// testdata/plainsign, and "x-plain-cpu" that of the processors. Nothing is deleted between the runs: ext4 passes over the
// places of files deleted a moment ago, one by one, which makes new files ten times as slow.
func BenchmarkSign(b *testing.B) {
	folder := b.TempDir()
	syncguard, plain := buildProgram(b, "./cmd/syncguard"), buildProgram(b, "./internal/cli/testdata/plainsign")
	var names []string
	for i := range 10_000 {
		name := filepath.Join(folder, "in", fmt.Sprintf("%05d.mobileconfig", i))
		names = append(names, name)
		writeFile(b, name, profileOf(b, 12+i%3))
	}
	for _, identity := range []struct {
		name string
		key  crypto.Signer
	}{{"RSA-2048", made(rsa.GenerateKey(rand.Reader, 2048))}, {"P-256", made(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}} {
		b.Run(identity.name, func(b *testing.B) {
			cert, key := filepath.Join(folder, identity.name+".pem"), filepath.Join(folder, identity.name+".key")
			writeIdentity(b, identity.key, cert, key)
			runs := 0
			fresh := func() string { runs++; return filepath.Join(folder, fmt.Sprint(identity.name, "-", runs)) }
			sign := func(names ...string) (string, time.Duration, time.Duration) {
				out := fresh()
				wall, cpu := runProgram(b, syncguard, append([]string{"sign", "--cert", cert, "--key", key, "-o", out + "/"}, names...)...)
				return out, wall, cpu
			}
			out, _, _ := sign(names[0])
			extra := strconv.FormatInt(sizeOf(b, filepath.Join(out, filepath.Base(names[0])))-sizeOf(b, names[0]), 10)
			var ours, theirs, oursCPU, theirsCPU []time.Duration
			for b.Loop() {
				for range 3 {
					_, wall, cpu := sign(names...)
					ours, oursCPU = append(ours, wall), append(oursCPU, cpu)
					wall, cpu = runProgram(b, plain, append([]string{key, extra, fresh()}, names...)...)
					theirs, theirsCPU = append(theirs, wall), append(theirsCPU, cpu)
				}
			}
			b.ReportMetric(median(ours).Seconds()/median(theirs).Seconds(), "x-plain")
			b.ReportMetric(median(oursCPU).Seconds()/median(theirsCPU).Seconds(), "x-plain-cpu")
			b.ReportMetric(median(ours).Seconds(), "s/sign")
			b.ReportMetric(median(theirs).Seconds(), "s/plain")
		})
	}
}

// writeIdentity writes a self-signed certificate and its key.
func writeIdentity(b *testing.B, key crypto.Signer, certFile, keyFile string) {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme Profile Signing"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}
	cert := made(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	writeFile(b, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	writeFile(b, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: made(x509.MarshalPKCS8PrivateKey(key))}))
	if err := os.Chmod(keyFile, 0o600); err != nil {
		b.Fatal(err)
	}
}

func sizeOf(b *testing.B, path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func made[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
