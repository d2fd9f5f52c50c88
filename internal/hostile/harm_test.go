package hostile

import "testing"

// The models find what each runner and a terminal obey, so that a test without a finding means something.
func TestModelsSeeHarm(t *testing.T) {
	for runner, names := range map[string][]string{
		"GitHub": {"GitHub: an annotation", "GitHub: a mask after a wide blank", "GitHub: commands stopped, after a joiner", "GitHub: a variable on a new line", "GitHub: an output after a return",
			"GitHub: a warning after CR LF", "GitHub: a group"},
		"GitHub, Azure or TeamCity": {"GitHub: the older form", "GitHub: the older form, a path", "GitHub: the older form, amid a line", "Azure Pipelines: a variable",
			"Azure Pipelines: upper case, amid a line", "TeamCity: the status of the build", "TeamCity: amid a line"},
		"GitLab":    {"GitLab: a section", "GitLab: the end of a section"},
		"Travis CI": {"Travis CI: a fold", "Travis CI: a time"},
		"Buildkite": {"Buildkite: a group", "Buildkite: an open group", "Buildkite: a muted group", "Buildkite: the group before"},
		"Jenkins":   {"Jenkins: a console note"},
	} {
		for _, name := range names {
			if found := Commands(textNamed(t, name)); len(found) != 1 || found[0].Runner != runner {
				t.Errorf("%s: %+v", name, found)
			}
		}
	}
	for _, harmless := range []string{"a: b::c", "# heading", "-----BEGIN", "--", "time: start", "##", "error::x", "| --- |", "---"} {
		if found := Commands(harmless); found != nil || Harm(harmless, "") != "" {
			t.Errorf("%q: %+v", harmless, found)
		}
	}
	if len(Texts) < 60 {
		t.Errorf("%d texts", len(Texts))
	}
}

func textNamed(t *testing.T, name string) string {
	t.Helper()
	for _, text := range Texts {
		if text.Name == name {
			return text.Text
		}
	}
	t.Fatalf("no text %q", name)
	return ""
}
