package facts

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"syncguard/internal/generated"
)

var update = flag.Bool("update", false, "make table.go anew")

// The table is the content of facts.json.
func TestTable(t *testing.T) {
	data, err := os.ReadFile("facts.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := read(string(data))
	if err != nil {
		t.Fatal(err)
	}
	generated.Table(t, "facts.json", f, *update)
}

func TestEmbedded(t *testing.T) {
	f := Embedded()
	if len(f.Conditions) < 40 || len(f.Meanings) < 20 || len(f.References) < 20 || len(f.Envelope) < 1 || len(f.Tolerances) < 5 {
		t.Errorf("got %d conditions, %d meanings, %d references; is the file complete?", len(f.Conditions), len(f.Meanings), len(f.References))
	}
}

func TestParseRefusesMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`{"conditions": [{"types": ["a"], "kind": "needs", "keys": ["b"], "source": "s"}]}`:                                         `unknown word "needs"`,
		`{"conditions": [{"types": ["a"], "kind": "requires", "source": "s"}]}`:                                                     `"requires": invalid number of keys 0`,
		`{"conditions": [{"types": ["a"], "kind": "contradicts", "keys": ["b"], "source": "s"}]}`:                                   `"contradicts": invalid number of keys 1`,
		`{"conditions": [{"types": ["a"], "kind": "requires", "keys": ["b"]}]}`:                                                     `missing source`,
		`{"conditions": [{"kind": "requires", "keys": ["b"], "source": "s"}]}`:                                                      `missing types`,
		`{"conditions": [{"types": ["a"], "kind": "requires", "keys": ["b"], "severity": "bad", "source": "s"}]}`:                   `unknown severity "bad"`,
		`{"conditions": [{"types": ["a"], "kind": "requires", "keys": ["b"], "when": [{"key": "c", "is": [1.5]}], "source": "s"}]}`: `want an integer`,
		`{"conditions": [{"types": ["a"], "kind": "requires", "keys": ["b"], "when": [{"key": "c", "is": [{}]}], "source": "s"}]}`:  `want a string, boolean or integer`,
		`{"conditions": [{"types": ["a"], "kind": "requires", "keys": ["b"], "when": [{}], "source": "s"}]}`:                        `test: missing key`,
		`{"meanings": [{"types": ["a"], "is": "name", "source": "s"}]}`:                                                             `unknown word "name"`,
		`{"references": [{"types": ["a"], "to": "key", "source": "s"}]}`:                                                            `unknown group "key"`,
		`{"envelope": [{"types": ["a"], "key": "b", "is": "c", "platform": "Linux", "since": "1", "source": "s"}]}`:                 `unknown word "Linux"`,
		`{"envelope": [{"types": ["a"], "key": "b", "is": "c", "platform": "macOS", "since": "x", "source": "s"}]}`:                 `version "x"`,
		`{"tolerances": [{"types": ["a"], "source": "s"}]}`:                                                                         `missing rules`,
		`{"units": [{"types": ["a"], "at": "b", "unit": "fortnights", "source": "s"}]}`:                                             `unknown word "fortnights"`,
		`{"units": [{"types": ["a"], "at": "b", "unit": "days"}]}`:                                                                  `missing source`,
		`{"condition": []}`: `unknown field`,
		`[`:                 `unexpected EOF`,
	} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want one that says %s", text, err, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	f, err := read(`{"conditions": [
		{"types": ["t"], "at": "A.*", "kind": "one-of", "keys": ["x", "y"], "source": "s"},
		{"types": ["t", "u"], "at": "A.B", "or": ["C"], "kind": "requires", "keys": ["z"], "source": "s"},
		{"types": ["t"], "at": "*.Z", "kind": "requires", "keys": ["q"], "source": "s"}],
		"tolerances": [{"types": ["t"], "at": "A.B.k", "rules": ["r"], "source": "s"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	f.index()
	count := func(p *Place) int {
		if p == nil {
			return 0
		}
		return len(p.Conditions)
	}
	for _, tt := range []struct {
		place *Place
		want  int
	}{
		{f.Of("t"), 0},
		{f.Of("t").Key("A").Key("B"), 2},
		{f.Of("t").Key("A").Key("other"), 1},
		{f.Of("t").Key("C"), 1},
		{f.Of("t").Key("A").Key("Z"), 2},
		{f.Of("t").Key("other").Key("Z"), 1},
		{f.Of("u").Key("A").Key("B"), 1},
		{f.Of("u").Key("A").Key("other"), 0},
		{f.Of("none").Key("A").Key("B"), 0},
	} {
		if got := count(tt.place); got != tt.want {
			t.Errorf("got %d conditions, want %d", got, tt.want)
		}
	}
	b := f.Of("t").Key("A").Key("B")
	if !b.HasAlternative("x") || b.HasAlternative("z") || f.Of("none").HasAlternative("x") {
		t.Error("only a key of one-of has an alternative")
	}
	if b.Key("k").Tolerance("r") == nil || b.Key("k").Tolerance("q") != nil || b.Tolerance("r") != nil || f.Of("none").Tolerance("r") != nil {
		t.Error("a tolerance holds at its key and for its rules only")
	}
}

// The files that sources name exist, and say the keys that the facts are about.
func TestSources(t *testing.T) {
	folder := os.Getenv("SYNCGUARD_DATA")
	if folder == "" {
		t.Skip("SYNCGUARD_DATA is not set: Apple's files are not at hand")
	}
	f := Embedded()
	said := func(source string, keys ...string) {
		name := regexp.MustCompile(`^apple/device-management 18\.1: (\S+\.yaml)`).FindStringSubmatch(source)
		if name == nil {
			return
		}
		text, err := os.ReadFile(filepath.Join(folder, "apple-device-management", filepath.FromSlash(name[1])))
		if err != nil {
			t.Error(err)
			return
		}
		for _, key := range keys {
			if !strings.Contains(string(text), key) {
				t.Errorf("%s does not say %s", name[1], key)
			}
		}
	}
	for _, c := range f.Conditions {
		said(c.Source, c.Keys...)
		for _, x := range c.When {
			said(c.Source, x.Key)
		}
	}
	for _, m := range f.Meanings {
		said(m.Source, m.Path[strings.LastIndex(m.Path, ".")+1:])
	}
	for _, q := range f.Units {
		said(q.Source, q.Path[strings.LastIndex(q.Path, ".")+1:])
	}
	for _, r := range f.References {
		said(r.Source, r.Path[strings.LastIndex(r.Path, ".")+1:])
	}
}
