package plist

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/e2e"
)

// plistlibReader reads one hexadecimal file a line, and answers with its values as JSON, or null where it refuses the file.
const plistlibReader = `
import datetime, json, plistlib, sys
def show(v):
    if isinstance(v, bool): return ["boolean", v]
    if isinstance(v, dict): return ["dictionary", [[k, show(x)] for k, x in sorted(v.items())]]
    if isinstance(v, list): return ["array", [show(x) for x in v]]
    if isinstance(v, bytes): return ["data", v.hex()]
    if isinstance(v, datetime.datetime): return ["date", v.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")]
    if isinstance(v, int): return ["integer", str(v)]
    if isinstance(v, float): return ["real", "nan" if v != v else v.hex()]
    return ["string", v]
for line in sys.stdin:
    try:
        out = json.dumps(show(plistlib.loads(bytes.fromhex(line.strip()), fmt=plistlib.FMT_XML)))
    except Exception as e:
        out = "null"
    print(out, flush=True)
`

// Whatever our reader accepts without an error, Python's plistlib accepts too, and reads the same values. It is a
// comparison with an independent program over 20,000 mutated files, the same in every run.
func TestAgreesWithPlistlib(t *testing.T) {
	cmd := exec.Command(e2e.Find(t, "python3"), "-c", plistlibReader)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close(); _ = cmd.Wait() }()
	answers := bufio.NewReader(stdout)

	accepted, refusedByBoth, stricter := 0, 0, 0
	mutate := mutator{rand.New(rand.NewPCG(1, 2))}
	for range 20_000 {
		data := mutate.file()
		if _, err := fmt.Fprintf(stdin, "%x\n", data); err != nil {
			t.Fatal(err)
		}
		answer, err := answers.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		answer = bytes.TrimSpace(answer)
		doc, found := Read(diag.NewFile("f", data))
		refused := string(answer) == "null"
		switch {
		case diag.HasErrors(found) && refused:
			refusedByBoth++
		case diag.HasErrors(found):
			stricter++
		case refused && !coreFoundationOnly(doc.Root) && !coreFoundationAlone(found):
			t.Fatalf("plistlib refuses what we accept:\n%s", data)
		case refused:
		default:
			accepted++
			ours, err := json.Marshal(tagged(doc.Root))
			if err != nil {
				t.Fatal(err)
			}
			if !sameJSON(ours, answer) {
				t.Fatalf("plistlib reads other values:\n%s\nours     %s\nplistlib %s", data, ours, answer)
			}
		}
	}
	t.Logf("accepted by both %d, refused by both %d, refused by us alone %d", accepted, refusedByBoth, stricter)
	if accepted < 1000 || refusedByBoth < 1000 {
		t.Error("too few files on one of the sides to mean anything")
	}
}

// coreFoundationOnly says whether a value may be written in a form that Apple's reader takes and plistlib does not: a
// negative hexadecimal integer.
func coreFoundationOnly(v *Value) bool {
	if v.Kind == Integer && v.Int.Negative {
		return true
	}
	for _, f := range v.Fields {
		if coreFoundationOnly(f.Value) {
			return true
		}
	}
	for _, item := range v.Items {
		if coreFoundationOnly(item) {
			return true
		}
	}
	return false
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && fmt.Sprint(x) == fmt.Sprint(y)
}

// tagged is a value as plistlibReader shows it.
func tagged(v *Value) []any {
	switch v.Kind {
	case Dictionary:
		pairs := []any{}
		for _, key := range sortedKeys(v) {
			pairs = append(pairs, []any{key, tagged(v.Get(key))})
		}
		return []any{"dictionary", pairs}
	case Array:
		items := []any{}
		for _, item := range v.Items {
			items = append(items, tagged(item))
		}
		return []any{"array", items}
	case Data:
		return []any{"data", hex.EncodeToString(v.Data)}
	case Date:
		return []any{"date", v.Time.Format("2006-01-02T15:04:05Z")}
	case Integer:
		return []any{"integer", v.Int.String()}
	case Real:
		return []any{"real", pythonHex(v.Real)}
	case Boolean:
		return []any{"boolean", v.Bool}
	}
	return []any{"string", v.Text}
}

func sortedKeys(v *Value) []string {
	byCodePoint := map[string]bool{}
	var keys []string
	for _, f := range v.Fields {
		if !byCodePoint[f.Key] {
			byCodePoint[f.Key] = true
			keys = append(keys, f.Key)
		}
	}
	for i := range keys {
		for j := i; j > 0 && strings.Compare(keys[j], keys[j-1]) < 0; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
	return keys
}

// pythonHex writes a float as Python's float.hex does.
func pythonHex(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == 0 && math.Signbit(f):
		return "-0x0.0p+0"
	case f == 0:
		return "0x0.0p+0"
	}
	s := strconv.FormatFloat(f, 'x', 13, 64) // 0x1.8000000000000p+01
	mantissa, exponent, _ := strings.Cut(s, "p")
	n, err := strconv.Atoi(exponent)
	if err != nil {
		return s
	}
	if n < -1022 { // Python writes subnormal numbers with a leading 0
		return fmt.Sprint(f)
	}
	return fmt.Sprintf("%sp%+d", mantissa, n)
}

// mutator makes property lists that are nearly right.
type mutator struct{ r *rand.Rand }

var parts = []string{
	"<dict>", "</dict>", "<array>", "</array>", "<dict/>", "<array/>", "<true/>", "<false/>", "<true></true>",
	"<key>a</key>", "<key>b</key>", "<key>&amp;c</key>", "<key/>", "<string>text</string>", "<string/>", "<string>&lt;&#228;&#x1F600;</string>",
	"<string><![CDATA[<b>]]></string>", "<string> two\n lines </string>", "<integer>1</integer>", "<integer>-42</integer>", "<integer>0x1F</integer>",
	"<integer>18446744073709551615</integer>", "<integer>1.5</integer>", "<real>1.5</real>", "<real>-1e10</real>", "<real>0.1</real>", "<real>1</real>",
	"<date>2027-01-31T12:00:00Z</date>", "<date>2027-02-30T12:00:00Z</date>", "<data>aGVsbG8=</data>", "<data>\n\taGVs\n\tbG8=\n</data>", "<data>!</data>",
	"<!-- comment -->", "&", "text", "<x/>", "<string a=\"b\">x</string>", "</plist>",
}

func (m mutator) file() []byte {
	body := m.value(0)
	head := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n"
	data := []byte(head + `<plist version="1.0">` + body + "</plist>\n")
	for range m.r.IntN(3) {
		at := m.r.IntN(len(data))
		switch m.r.IntN(4) {
		case 0: // a byte is lost
			data = append(data[:at:at], data[at+1:]...)
		case 1: // a byte changes
			data[at] = byte(m.r.IntN(128))
		case 2: // a part slips in
			data = append(data[:at:at], append([]byte(parts[m.r.IntN(len(parts))]), data[at:]...)...)
		case 3: // the end is cut
			data = data[:max(at, len(data)-30)]
		}
	}
	return data
}

// value writes a value, mostly a right one.
func (m mutator) value(depth int) string {
	if depth > 4 || m.r.IntN(3) == 0 {
		return parts[m.r.IntN(len(parts))]
	}
	var b strings.Builder
	if m.r.IntN(2) == 0 {
		b.WriteString("<array>\n")
		for range m.r.IntN(4) {
			b.WriteString(m.value(depth + 1))
		}
		return b.String() + "</array>"
	}
	b.WriteString("<dict>")
	for i := range m.r.IntN(4) {
		fmt.Fprintf(&b, "<key>k%d</key>%s\n", i, m.value(depth+1))
	}
	return b.String() + "</dict>"
}
