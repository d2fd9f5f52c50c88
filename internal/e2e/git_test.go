//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The lines that docs/diff.md tells people to write make git show what differs in a signed profile.
func TestGitDiffOfASignedProfile(t *testing.T) {
	s := newSyncguard(t)
	attributes, settings := gitSetup(t)
	repository := filepath.Join(s.dir, "repository")
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(Find(t, "git"), append([]string{"-C", repository, "-c", "user.name=A", "-c", "user.email=a@acme.example", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "HOME="+s.dir, "NO_COLOR=1", "GIT_PAGER=cat",
			"PATH="+filepath.Dir(os.Getenv("SYNCGUARD_BINARY"))+string(os.PathListSeparator)+os.Getenv("PATH"))
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, errs.String())
		}
		return string(out)
	}
	if err := os.Mkdir(repository, 0o755); err != nil {
		t.Fatal(err)
	}
	git("init", "-q")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(repository, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(".gitattributes", attributes)
	for _, line := range settings {
		git(append([]string{"config"}, line...)...)
	}
	write("template.yaml", gitTemplate("quad9"))
	s.build("repository/template.yaml", "-o", "repository")
	git("add", ".")
	git("commit", "-q", "-m", "corp: first")
	write("template.yaml", gitTemplate("google"))
	s.build("repository/template.yaml", "-o", "repository")
	write("broken.mobileconfig", "no profile")
	git("add", "-N", ".")

	got := git("diff", "--ext-diff")
	for _, want := range []string{
		"a/icloud-sync.ios-manual.mobileconfig → b/icloud-sync.ios-manual.mobileconfig\n",
		"on a device: updated in place\n",
		`DNSSettings.ServerURL`,
		"broken.mobileconfig: not compared",
		"+    provider: google", // other files as ever
	} {
		if !strings.Contains(got, want) {
			t.Errorf("git diff lacks %q:\n%s", want, got)
		}
	}
	git("commit", "-q", "-a", "-m", "corp: google")
	if shown := git("log", "-p", "--ext-diff", "-1"); !strings.Contains(shown, "DNSSettings.ServerURL") {
		t.Errorf("git log -p --ext-diff lacks the difference:\n%s", shown)
	}
}

func gitTemplate(provider string) string {
	return `organization:
  name: Acme
  identifier: com.acme
targets: [iOS@26/manual]
prevention:
  dns:
    provider: ` + provider + "\n"
}

// gitSetup reads what docs/diff.md tells people to write: the line of .gitattributes, and the arguments of each git config.
func gitSetup(t *testing.T) (attributes string, settings [][]string) {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "diff.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^    (\*\.\S+ diff=syncguard)$`).FindAllStringSubmatch(string(doc), -1) {
		attributes += m[1] + "\n"
	}
	for _, m := range regexp.MustCompile(`(?m)^    git config (?:--global )?(\S+) "(.+)"$`).FindAllStringSubmatch(string(doc), -1) {
		settings = append(settings, []string{m[1], m[2]})
	}
	if attributes == "" || len(settings) == 0 {
		t.Fatal("docs/diff.md does not say how to set git up")
	}
	return attributes, settings
}
