package compose

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/template"
)

// consent returns ConsentText by language: standard texts in the template's languages, replaced by the template's own texts.
func consent(spec *template.Spec) map[string]string {
	texts := map[string]string{}
	languages := spec.Profile.Languages
	if spec.Prevention.IsOff() {
		languages = nil // the standard texts are about iCloud sync
	}
	add := func(key, language string) {
		texts[key] = guidance.In(language).Text("consent", "organization", spec.Organization.Name.Value)
	}
	if len(languages) > 0 {
		add("default", "en")
	}
	for _, l := range languages {
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

// Languages returns the languages of the people with the devices, as BCP 47 tags. It is never empty.
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

// description returns the purpose of the profile, followed by the steps left for a person.
func description(spec *template.Spec, outcomes []intent.Outcome) string {
	var b strings.Builder
	l := guidance.In(Languages(spec)[0])
	b.WriteString(spec.Profile.Description.Value)
	if b.Len() == 0 && !spec.Prevention.IsOff() {
		b.WriteString(l.Text("keeps"))
	}
	settings := ByHand(outcomes)
	if len(settings) == 0 {
		return b.String()
	}
	b.WriteString("\n\n" + l.Text("byhand"))
	for _, s := range settings {
		step, evidence := stepIn(l, s)
		b.WriteString("\n• " + step)
		if l.Language != "en" && evidence == fact.Unverified {
			b.WriteString(" (" + l.Text("mark") + ")")
		}
	}
	return b.String()
}

// stepIn words a step in a language, with the evidence for its names.
func stepIn(l *guidance.Locale, s intent.Setting) (string, fact.Evidence) {
	path, evidence := l.Path(s.Path, s.Evidence)
	return strings.Join(path, " > ") + ": " + l.Value(s.Value), evidence
}

// Lists reports whether a profile's description lists a step, in any language.
func Lists(description string, s intent.Setting) bool {
	return slices.ContainsFunc(guidance.Languages(), func(language string) bool {
		step, _ := stepIn(guidance.In(language), s)
		return strings.Contains(description, step)
	})
}
