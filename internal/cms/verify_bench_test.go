package cms

import (
	"bytes"
	"crypto"
	"testing"
	"time"

	"go.mozilla.org/pkcs7"
)

// BenchmarkVerify verifies a signed profile of 10 kB up to the root. "x-library" is the time in multiples of what the
// library takes for the same, without a strict look: the medians of many turns, taken alternately.
func BenchmarkVerify(b *testing.B) {
	content := bytes.Repeat([]byte("<key>PayloadVersion</key>\n"), 388)
	for _, bench := range []struct {
		name string
		key  crypto.Signer
	}{{"RSA-2048", rsaKey()}, {"P-256", p256()}} {
		b.Run(bench.name, func(b *testing.B) {
			chain := testChain(b, bench.key)
			signed := must(Sign(content, bench.key, chain, SignOptions{}))
			o := VerifyOptions{At: testTime, Roots: poolOf(chain[2])}
			var ours, theirs []time.Duration
			for b.Loop() {
				ours = append(ours, timed(func() {
					if v := Verify(signed, o); !v.Trust.OK || !v.Integrity.OK {
						b.Fatal(v.Integrity, v.Trust)
					}
				}))
				b.StopTimer()
				theirs = append(theirs, timed(func() {
					if err := must(pkcs7.Parse(signed)).VerifyWithChainAtTime(o.Roots, testTime); err != nil {
						b.Fatal(err)
					}
				}))
				b.StartTimer()
			}
			b.ReportMetric(float64(median(ours))/float64(median(theirs)), "x-library")
		})
	}
}
