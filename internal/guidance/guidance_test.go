package guidance_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"syncguard/internal/fact"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/templates"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return found
}

// Every locale has every text, value and label of the English one, and the same placeholders.
func TestLocalesAreComplete(t *testing.T) {
	english := guidance.In("en")
	for _, language := range guidance.Languages() {
		l := guidance.In(language)
		if l.Language != language || l.Name == "" {
			t.Errorf("%s calls itself %q, %q", language, l.Language, l.Name)
		}
		for name, c := range map[string]struct{ want, got map[string]string }{
			"texts": {english.Texts, l.Texts}, "values": {english.Values, l.Values}, "labels": {english.Labels, l.Labels}, "topics": {english.Topics, l.Topics},
		} {
			want, got := slices.Sorted(maps.Keys(c.want)), slices.Sorted(maps.Keys(c.got))
			if !slices.Equal(want, got) {
				t.Errorf("%s: the %s are %v, want %v", language, name, got, want)
			}
			for id, text := range c.got {
				if strings.TrimSpace(text) != text || text == "" || !utf8.ValidString(text) {
					t.Errorf("%s: %s %q is %q", language, name, id, text)
				}
				if !slices.Equal(placeholders(text), placeholders(c.want[id])) {
					t.Errorf("%s: %s %q has the placeholders %v, want %v", language, name, id, placeholders(text), placeholders(c.want[id]))
				}
			}
		}
		if want, got := slices.Sorted(maps.Keys(guidance.In("de").Restrictions)), slices.Sorted(maps.Keys(l.Restrictions)); language != "en" && !slices.Equal(want, got) {
			t.Errorf("%s: the restrictions are %v, want %v", language, got, want)
		}
		for label, seen := range l.Seen {
			if english.Labels[label] == "" || seen.Evidence == fact.Unverified || !strings.HasPrefix(seen.Source, "https://") {
				t.Errorf("%s: label %q was seen in %q (%s)", language, label, seen.Source, seen.Evidence)
			}
		}
	}
}

// settings are all that any intent leaves to a person, on any platform.
func settings(t *testing.T) []intent.Setting {
	t.Helper()
	spec, findings, err := (&template.Loader{Builtin: templates.Files}).Load(template.Input{Name: "builtin:" + templates.Prevention})
	if err != nil || spec == nil {
		t.Fatal(err, findings)
	}
	var all []intent.Setting
	for _, p := range target.Platforms() {
		for _, v := range []target.Version{{Major: 2}, target.DefaultVersion()} {
			plan, err := intent.New(spec.Prevention, target.Target{Platform: p, Version: v, Enrollment: target.Manual}, schema.Embedded())
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range plan.Outcomes {
				all = append(all, o.Settings...)
			}
		}
	}
	return all
}

// Every name and value in the settings of the intents is there to be translated.
func TestSettingsAreKnown(t *testing.T) {
	english := guidance.In("en")
	for _, s := range settings(t) {
		if english.Values[s.Value] == "" {
			t.Errorf("no locale has the value %q", s.Value)
		}
		for _, name := range s.Path {
			if english.Labels[name] == "" {
				t.Errorf("no locale has the label %q", name)
			}
		}
	}
}

func TestPath(t *testing.T) {
	for _, c := range []struct {
		language string
		names    []string
		english  fact.Evidence
		want     string
	}{
		{"en", []string{"Settings", "General"}, fact.Apple, "Settings > General apple"},
		{"en", []string{"Settings", "General"}, fact.Unverified, "Settings > General unverified"},
		{"de", []string{"Settings", "iCloud"}, fact.Apple, "Einstellungen > iCloud apple"},
		{"de", []string{"Settings", "General"}, fact.Apple, "Einstellungen > Allgemein community"},
		{"de", []string{"Settings", "General"}, fact.Unverified, "Einstellungen > Allgemein unverified"},
		{"de", []string{"Settings", "Cellular"}, fact.Apple, "Einstellungen > Mobilfunk community"},
		{"ja", []string{"Settings", "Something new"}, fact.Apple, "設定 > Something new unverified"},
		{"tlh", []string{"Settings"}, fact.Apple, "Settings apple"}, // no such locale
	} {
		path, evidence := guidance.In(c.language).Path(c.names, c.english)
		if got := strings.Join(path, " > ") + " " + string(evidence); got != c.want {
			t.Errorf("%s: got %q, want %q", c.language, got, c.want)
		}
	}
}

// What is filled in is not read for placeholders again.
func TestText(t *testing.T) {
	got := guidance.In("en").Text("install.mac", "file", "{path}.mobileconfig", "path", "System Settings")
	if !strings.Contains(got, "{path}.mobileconfig") || !strings.Contains(got, "go to System Settings") {
		t.Errorf("got %q", got)
	}
}

// Every way of install has its words, in English those of package target.
func TestWaysAreKnown(t *testing.T) {
	for _, e := range target.Enrollments() {
		if got := guidance.In("en").Text("way." + string(e)); got != e.Describe() {
			t.Errorf("%s is %q, want %q", e, got, e.Describe())
		}
	}
}
