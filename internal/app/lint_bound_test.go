package app

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/work"
)

// manyFindings is a profile with very many findings of each severity, the gravest last, and with misspelt keys that two others rival.
// Those in the first payload can be ignored.
func manyFindings() string {
	keys := func(first, n int, of string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, of, first+i)
		}
		return b.String()
	}
	payload := func(i int, more string) string {
		return fmt.Sprintf("<dict><key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadVersion</key><integer>1</integer>"+
			"<key>PayloadIdentifier</key><string>com.acme.%d</string><key>PayloadUUID</key><string>2B1C1F53-7A0C-5B0E-9C59-%012d</string>%s</dict>\n", i, i, more)
	}
	declaration := base64.StdEncoding.EncodeToString([]byte(`{"Type":"com.apple.configuration.passcode.settings","Identifier":"a","Payload":{` +
		keys(0, maxListed/2, `"Unheard%d":1,`) + `"RequirePasscode":1}}`))
	const plain = "<key>Zz%d</key><true/>\n"
	return "<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict><key>PayloadContent</key><array>\n<!-- syncguard:ignore unknown-key: all of it -->\n" +
		payload(0, keys(0, 3*maxListed, plain)+"<key>SSID_STR</key><integer>1</integer>") +
		payload(1, keys(0, 2*maxListed, plain)+"<key>SSID_ST</key><string>a</string><key>SSIDSTR</key><string>b</string><key>HIDDEN_NETWORC</key><true/>") +
		payload(2, "<key>PayloadEnabled</key><true/>"+keys(5000, maxListed, plain)) +
		payload(3, keys(9000, 3*maxListed, "<key>AutoJoin%d</key><true/>\n")) +
		"<dict><key>PayloadType</key><string>com.apple.declarations</string><key>Declarations</key><array>" + strings.Repeat("<data>"+declaration+"</data>", 5) +
		"</array></dict>\n" +
		"</array><key>PayloadType</key><string>Configuration</string><key>PayloadDisplayName</key><integer>1</integer></dict></plist>\n"
}

// What is dropped while a file is checked changes nothing of the result.
func TestFindingsAreBoundedAlike(t *testing.T) {
	const name = "a.mobileconfig"
	texts := map[string]string{name: manyFindings(),
		".syncguard.yaml": "ignore:\n  - rule: unknown-key\n    key: com.apple.wifi.managed.Zz1\n    reason: why not\n  - rule: duplicate-key\n    reason: none\n"}
	for _, o := range []LintOptions{{}, {Rules: RuleFilter{Ignored: []string{"unknown-key"}}}, {Rules: RuleFilter{Selected: []string{"schema"}}}, {Targets: []string{"iOS@26/supervised"}},
		{Baseline: "b.json"}} {
		m := newMemory(t, texts)
		if o.Baseline != "" { // all but some are known
			before := newMemory(t, map[string]string{name: strings.ReplaceAll(texts[name], "Zz7", "Yy7")})
			if _, failures, err := WriteBaseline(t.Context(), nowhere(before), LintOptions{Paths: []string{name}}, "b.json"); err != nil || failures != nil {
				t.Fatal(err, failures)
			}
			data, err := files.Read(before, "b.json")
			if err = cmp.Or(err, m.Write("b.json", data)); err != nil {
				t.Fatal(err)
			}
		}
		lint := func(bounded bool) (listed []string, footer LintFooter, most int) {
			l, err := newLinting(nowhere(m), o)
			if err != nil {
				t.Fatal(err)
			}
			shorten := l.checker.shorten
			l.checker.shorten = func(r *checked, found []diag.Diagnostic) []diag.Diagnostic {
				most = max(most, len(found))
				return shorten(r, found)
			}
			if !bounded {
				l.checker.shorten = nil
			}
			r := l.checker.checkData(name, []byte(texts[name]), nil)
			l.checker.addSetFindings(&r)
			if most = max(most, len(r.findings)); !l.finish(&r) {
				t.Fatal("the file is held")
			}
			for _, d := range l.result(&r).Findings {
				fix := ""
				if d.Fix != nil {
					fix = d.Fix.Title
				}
				listed = append(listed, fmt.Sprint(d.Rule, d.Severity, d.Message, d.Span.Start, d.Path, d.Fingerprint, d.Help, fix))
			}
			for _, r := range l.ignores.report(&l.o.Rules, true) {
				l.result(&r)
			}
			slices.SortFunc(l.footer.Statistics, mostFrequentFirst)
			return listed, l.footer, most
		}
		want, wantFooter, all := lint(false)
		got, footer, most := lint(true)
		if !slices.Equal(got, want) {
			for i := range want {
				if i >= len(got) || got[i] != want[i] {
					t.Errorf("%+v: finding %d of %d is\n%s, want\n%s", o.Rules, i, len(got), got[min(i, len(got)-1)], want[i])
					break
				}
			}
		}
		if fmt.Sprint(footer) != fmt.Sprint(wantFooter) {
			t.Errorf("the footer is\n%+v, want\n%+v", footer, wantFooter)
		}
		if all > 2*maxListed && most > 2*maxListed+100 {
			t.Errorf("%d findings were held of %d", most, all)
		}
	}
}

// Twice the findings are twice the work.
func TestBoundedFindingsGrow(t *testing.T) {
	lint := func(n int) int {
		made := make([]string, n)
		for i := range made {
			made[i] = fmt.Sprintf("<key>Zz%d</key><true/>", i)
		}
		profile := "<plist version=\"1.0\"><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.wifi.managed</string>" +
			strings.Join(made, "") + "</dict></array></dict></plist>"
		c, err := NewChecker(nowhere(newMemory(t, nil)), LintOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return work.Measure(func() {
			if f, err := c.Check("a.mobileconfig", []byte(profile)); err != nil || len(f.Findings) <= maxListed {
				t.Fatal(len(f.Findings), err)
			}
		})
	}
	lint(1000)
	if one, two := lint(8000), lint(16000); 10*two > 22*one {
		t.Errorf("%d units of work for 8,000 findings, %d for 16,000", one, two)
	}
}
