package compose

import (
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/template"
)

// consent is ConsentText: that of each language that the template names, over which goes what the template writes itself.
func consent(spec *template.Spec) map[string]string {
	texts := map[string]string{}
	add := func(key, language string) {
		texts[key] = guidance.In(language).Text("consent", "organization", spec.Organization.Name.Value)
	}
	if len(spec.Profile.Languages) > 0 {
		add("default", "en")
	}
	for _, l := range spec.Profile.Languages {
		add(l.Value, l.Value)
	}
	for _, c := range spec.Profile.Consent {
		texts[c.Language] = c.Text.Value
	}
	if len(texts) == 0 {
		return nil
	}
	return texts
}

// Languages are those of the people who hold the devices, never empty.
func Languages(spec *template.Spec) []string {
	var all []string
	for _, l := range spec.Profile.Languages {
		all = append(all, l.Value)
	}
	if len(all) == 0 {
		return []string{"en"}
	}
	return all
}

// description says what the profile is for, and what a person has to do where it cannot.
func description(spec *template.Spec, outcomes []intent.Outcome) string {
	var b strings.Builder
	b.WriteString(spec.Profile.Description.Value)
	if b.Len() == 0 {
		b.WriteString("Keeps iCloud syncing.")
	}
	settings := ByHand(outcomes)
	if len(settings) == 0 {
		return b.String()
	}
	l := guidance.In(Languages(spec)[0])
	b.WriteString("\n\n" + l.Text("byhand"))
	for _, s := range settings {
		path, evidence := l.Path(s.Path, s.Evidence)
		b.WriteString("\n• " + strings.Join(path, " > ") + ": " + l.Value(s.Value))
		if l.Language != "en" && evidence == fact.Unverified {
			b.WriteString(" (" + l.Text("mark") + ")")
		}
	}
	return b.String()
}
