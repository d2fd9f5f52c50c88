package cms

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"runtime"
	"strings"
	"testing"
	"time"
)

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestScanAccepts(t *testing.T) {
	for name, input := range map[string]string{
		"empty sequence":             "3000",
		"primitive":                  "0403 616263",
		"length in one octet":        "0481 03 616263",
		"length in four octets":      "0484 00000003 616263",
		"context tags":               "a003 800101",
		"indefinite":                 "3080 0000",
		"indefinite in indefinite":   "3080 2480 040161 0000 0000",
		"indefinite in definite":     "3004 3080 0000",
		"definite in indefinite":     "3080 3002 0500 0000",
		"zero octets in a primitive": "3080 0402 0000 0000",
		"31 levels inside one":       nested(maxDepth),
	} {
		if err := Scan(fromHex(t, input)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// nested returns that many levels of empty definite sequences, as hexadecimal; at most 60 fit short lengths.
func nested(levels int) string {
	var b []byte
	for i := levels - 1; i >= 0; i-- {
		b = append(b, 0x30, byte(2*i))
	}
	return hex.EncodeToString(b)
}

func TestScanRefuses(t *testing.T) {
	for input, want := range map[string]string{
		"":                               "input is empty",
		"1f80":                           "tag number is above 30 at byte 0",
		"1f05":                           "tag number is above 30",
		"5f4d":                           "tag number is above 30",
		"30":                             "length is missing at byte 1",
		"3081":                           "length is truncated at byte 2",
		"308401":                         "length is truncated",
		"3082ff":                         "length is truncated",
		"3080":                           "end-of-contents octets are missing at byte 2",
		"308000":                         "end-of-contents octets outside an indefinite length",
		"30847fffffff":                   "element runs past the end of its parent",
		"3084ffffffff":                   "length is too large",
		"3085ff00000000":                 "length has 5 octets, at most 4 are allowed",
		"30ff":                           "length has 127 octets",
		"0480 0000":                      "primitive element has an indefinite length",
		"0000":                           "end-of-contents octets outside an indefinite length",
		"3002 0000":                      "end-of-contents octets outside an indefinite length",
		"3080 0001 00 0000":              "end-of-contents octets outside an indefinite length",
		"2000":                           "end-of-contents octets outside an indefinite length",
		"3003 0401":                      "element runs past the end of its parent",
		"3003 0402 61":                   "element runs past the end of its parent",
		"3003 3002 05 00":                "element runs past the end of its parent",
		"3002 3080 0000":                 "end-of-contents octets are missing",
		"3003 3080 00 00":                "end-of-contents octets outside an indefinite length",
		"3000 00":                        "bytes follow the end of the structure at byte 2",
		"3080 0000 0000":                 "bytes follow the end of the structure",
		"3080 30023080 30023080 0500 00": "end-of-contents octets are missing",
		nested(maxDepth + 1):             "nested deeper than 32 levels",
	} {
		err := Scan(fromHex(t, input))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want one with %q", input, err, want)
		}
	}
}

// hostile returns inputs that make naive readers hang, run out of memory, or overflow the stack.
func hostile() map[string][]byte {
	var definite []byte
	for level := 100_000 - 1; level >= 0; level-- {
		definite = binary.BigEndian.AppendUint32(append(definite, 0x30, 0x84), uint32(6*level))
	}
	wide := append([]byte{0x30, 0x80}, bytes.Repeat([]byte{2, 1, 1}, 1_000_000)...)
	exponential := append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x30, 0x02, 0x30, 0x80}, 24)...)
	return map[string][]byte{
		"102 bytes that double their work":    append(exponential, 5, 0, 0, 0),
		"a million open sequences":            bytes.Repeat([]byte{0x30, 0x80}, 1_000_000),
		"three million open sequences":        bytes.Repeat([]byte{0x30, 0x80}, 3_000_000),
		"100,000 definite levels":             definite,
		"a million integers in an indefinite": append(wide, 0, 0),
		"8 million zero octets":               make([]byte, 8<<20),
		"more than 16 MiB":                    make([]byte, maxSize+1),
		"a string of 2 GiB":                   {0x24, 0x84, 0x7f, 0xff, 0xff, 0xff, 4, 1, 0},
	}
}

// TestHostileInputsAreCheap wraps each input as the content of a ContentInfo too, so that Content goes all the way.
func TestHostileInputsAreCheap(t *testing.T) {
	for name, input := range hostile() {
		t.Run(name, func(t *testing.T) {
			if err := measure(t, func() error { return Scan(input) }); err == nil {
				t.Error("Scan accepts it")
			}
			info := append(fromHex(t, "3080 0609 2a864886f70d010702 a080"), input...)
			if !IsSigned(info) {
				t.Error("IsSigned says no")
			}
			if err := measure(t, func() error { _, err := Content(info); return err }); err == nil {
				t.Error("Content accepts it")
			}
		})
	}
}

// measure returns the error of f, and fails the test if f takes far longer than it may, or allocates more than 64 MiB.
func measure(t *testing.T, f func() error) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	err := f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if took > 20*time.Second { // on a busy machine; what is not linear takes hours
		t.Errorf("took %v", took)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 64<<20 {
		t.Errorf("allocated %d MiB", allocated>>20)
	}
	t.Logf("%v, %d KiB, %v", took, (after.TotalAlloc-before.TotalAlloc)>>10, err)
	return err
}

// FuzzScanIsBounded holds Scan to its promise: what it accepts is a tree in which every element lies in its parent.
func FuzzScanIsBounded(f *testing.F) {
	for _, seed := range []string{"3000", "3080 2480 040161 0000 0000", "a003 800101", "3002 3080 0000", "1f80"} {
		f.Add(fromHex(f, seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		elements, err := scan(b)
		if len(elements) > maxElements || len(elements) > len(b) {
			t.Fatalf("%d elements in %d bytes", len(elements), len(b))
		}
		if err != nil {
			return
		}
		if root := elements[0]; root.next != len(elements) {
			t.Fatalf("the root ends at element %d of %d", root.next, len(elements))
		}
		var parents []int
		for i, e := range elements {
			for len(parents) > 0 && elements[parents[len(parents)-1]].next <= i {
				parents = parents[:len(parents)-1]
			}
			if len(parents) > 0 {
				parent := elements[parents[len(parents)-1]]
				if e.body < parent.body || e.end > parent.end || e.next > parent.next {
					t.Fatalf("element %d, %+v, is not inside its parent %+v", i, e, parent)
				}
			}
			if e.body > e.end || e.end > len(b) || e.next <= i {
				t.Fatalf("element %d is %+v", i, e)
			}
			parents = append(parents, i)
			if len(parents) > maxDepth {
				t.Fatalf("element %d is %d levels deep", i, len(parents))
			}
		}
	})
}
