package cli_test

import (
	"regexp"
	"slices"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/templates"
)

// TestIntentsAreComplete proves that every intent has what a template needs: its key, read and switched off with the others;
// a line in the built-in template and in the one written by init; a name in each language.
func TestIntentsAreComplete(t *testing.T) {
	outcomes := func(prevention string) (all []intent.ID) {
		data := []byte("organization: {name: Acme, identifier: com.acme}\nprevention: " + prevention + "\n")
		spec, found, err := (&template.Loader{}).Load(template.Input{Name: "t.yaml", Data: data})
		if err != nil || spec == nil || len(found) > 0 {
			t.Fatalf("prevention: %s: %v, %v: add the key to internal/template/shape_prevention.go", prevention, found, err)
		}
		plan, err := intent.New(spec.Prevention, target.Target{Platform: target.IOS, Version: target.DefaultVersion(), Enrollment: target.Supervised}, schema.Embedded())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range plan.Outcomes {
			all = append(all, o.Intent)
		}
		return all
	}
	for prevention, want := range map[string][]intent.ID{"true": intent.All(), "false": nil} {
		if got := outcomes(prevention); !slices.Equal(got, want) {
			t.Errorf("prevention: %s turns on %v, want %v: see internal/template/decode_prevention.go", prevention, got, want)
		}
	}
	builtin, err := templates.Files.ReadFile(templates.Prevention + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	initial, err := app.Draft(&app.Host{}, app.InitOptions{Name: "Acme", Identifier: "com.acme"})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range intent.All() {
		if got := outcomes("{" + string(id) + ": false}"); slices.Contains(got, id) || len(got) != len(intent.All())-1 {
			t.Errorf("prevention: {%s: false} leaves %v", id, got)
		}
		line := regexp.MustCompile(`(?m)^  ` + string(id) + `:`)
		for name, text := range map[string][]byte{"templates/prevention.yaml": builtin, "internal/app/init_text.go": initial} {
			if !line.Match(text) {
				t.Errorf("%s has no line for the intent %s", name, id)
			}
		}
		for _, language := range guidance.Languages() {
			if guidance.In(language).Texts[string(id)] == "" {
				t.Errorf("internal/guidance/locales/%s.json has no text %q, the name of the intent in guides", language, id)
			}
		}
	}
}
