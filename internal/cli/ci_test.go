package cli

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"syncguard/internal/target"
	"syncguard/internal/view/ci"
)

// step is a step of an action or of a workflow's job.
type step struct {
	Name, ID, Uses, Shell, Run, If string
	Env, With                      map[string]string
}

// action is action.yml.
type action struct {
	Inputs  map[string]struct{ Description, Default string }
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

func readYAML(t *testing.T, name string, v any) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(data)
}

// pinned is an action at a commit, with its version beside it.
var pinned = regexp.MustCompile(`uses: [a-z-]+/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n`)

func TestAction(t *testing.T) {
	var a action
	text := readYAML(t, "action.yml", &a)
	if a.Runs.Using != "composite" {
		t.Errorf("runs %s", a.Runs.Using)
	}
	if strings.Count(text, "uses: ") != len(pinned.FindAllString(text, -1)) {
		t.Error("an action is not pinned to a commit, with its version beside it")
	}
	used := strings.Builder{}
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: an expression in a script is code", s.Name)
		}
		if (s.Run == "") != (s.Shell == "") {
			t.Errorf("%s: a script needs a shell", s.Name)
		}
		for _, env := range s.Env {
			used.WriteString(env + " ")
		}
		used.WriteString(s.If)
	}
	for name := range a.Inputs {
		if !strings.Contains(used.String(), "inputs."+name+" ") {
			t.Errorf("nothing uses the input %s", name)
		}
	}
	for name, o := range a.Outputs {
		if !strings.Contains(o.Value, "steps.lint.outputs."+name) || !strings.Contains(text, `"`+name+"=$") {
			t.Errorf("nothing sets the output %s", name)
		}
	}
}

// The script of the action, with a syncguard that says how it was called. Nothing that is given from outside is run.
func TestActionScript(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not on PATH")
	}
	var a action
	readYAML(t, "action.yml", &a)
	lint := a.Runs.Steps[slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == "lint" })]
	run := func(exitCode, paths, targets, mdm string, environ ...string) (calls []string, outputs string, err error) {
		dir := t.TempDir()
		bin := filepath.Join(dir, "syncguard", "bin")
		if err := os.MkdirAll(bin, 0o700); err != nil {
			t.Fatal(err)
		}
		stub := "#!" + bash + "\n" + `{ printf '<%s>' "$@"; echo; } >>"$RUNNER_TEMP/calls"; for a; do [ "$o" != -o ] || : >"$a"; o=$a; done; exit ` + exitCode + "\n"
		if err := os.WriteFile(filepath.Join(bin, "syncguard"), []byte(stub), 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", lint.Run)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "RUNNER_TEMP="+dir, "GITHUB_OUTPUT="+filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary"),
			"SYNCGUARD_PATHS="+paths, "SYNCGUARD_TARGETS="+targets, "SYNCGUARD_FOR="+mdm, "SYNCGUARD_FAIL_ON=error",
			"SYNCGUARD_BASELINE=", "SYNCGUARD_UNTRUSTED="+a.Inputs["untrusted"].Default, "SYNCGUARD_CONFIG_FROM=", "SYNCGUARD_IS_CHANGE=false", "SYNCGUARD_HEAD=",
			"SYNCGUARD_BASE=", "GITHUB_REPOSITORY=acme/profiles", "GITHUB_EVENT_NAME=push", "GITHUB_SHA=")
		cmd.Env = append(cmd.Env, environ...)
		err = cmd.Run()
		said, _ := os.ReadFile(filepath.Join(dir, "calls"))
		out, _ := os.ReadFile(filepath.Join(dir, "output"))
		if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
			t.Error("what was given from outside ran")
		}
		return strings.Split(strings.TrimSpace(strings.ReplaceAll(string(said), dir, "TEMP")), "\n"), strings.ReplaceAll(string(out), dir, "TEMP"), err
	}

	calls, outputs, err := run("1", "profiles\n$(touch pwned)\n-x y; touch pwned\n", "iOS@18/supervised\nmacOS\n", "`touch pwned`")
	args := "<--fail-on><error><--target><iOS@18/supervised><--target><macOS><--for><`touch pwned`><--><profiles><$(touch pwned)><-x y; touch pwned>"
	want := []string{"<lint><--format><github>" + args, "<lint><--format><markdown>" + args, "<lint><--format><sarif><-o><TEMP/syncguard/lint.sarif>" + args}
	if d := cmp.Diff(want, calls); d != "" || err != nil {
		t.Error(err, d)
	}
	if want := "exit-code=1\nsarif-file=TEMP/syncguard/lint.sarif\n"; outputs != want {
		t.Errorf("outputs %q, want %q", outputs, want)
	}
	// The input untrusted decides for every event.
	for _, c := range []struct{ environ, want string }{
		{"SYNCGUARD_UNTRUSTED=true SYNCGUARD_CONFIG_FROM=$(id)", "<--untrusted><--config-from><$(id)>"},
		{"SYNCGUARD_UNTRUSTED=true SYNCGUARD_BASELINE=b.json", "<--baseline><b.json><--untrusted>"},
		{"SYNCGUARD_IS_CHANGE=true SYNCGUARD_HEAD=mallory/profiles SYNCGUARD_UNTRUSTED=false", ""},
	} {
		calls, _, err := run("0", ".", "", "", strings.Fields(c.environ)...)
		if want := "<lint><--format><github><--fail-on><error>" + c.want + "<--><.>"; err != nil || calls[0] != want {
			t.Errorf("%s: %v, called\n%s, want\n%s", c.environ, err, calls[0], want)
		}
	}
	if calls, _, err := run("0", ".", "", "", "SYNCGUARD_UNTRUSTED=maybe"); err == nil || calls[0] != "" {
		t.Errorf("untrusted: maybe: %v, %v", err, calls)
	}
	if calls, _, err := run("0", "", "", "", "SYNCGUARD_FAIL_ON="); err != nil || calls[0] != "<lint><--format><github><-->" {
		t.Errorf("with the settings of the project: %q, %v", calls, err)
	}
	if calls, _, err := run("2", ".", "", ""); len(calls) != 1 || calls[0] != "<lint><--format><github><--fail-on><error><--><.>" || err == nil {
		t.Errorf("wrong usage: %v, %v", err, calls)
	}
}

func TestExampleWorkflow(t *testing.T) {
	var workflow struct {
		On          map[string]any
		Permissions map[string]string
		Jobs        map[string]struct {
			Permissions map[string]string
			Steps       []step
		}
	}
	text := readYAML(t, filepath.Join("docs", "examples", "github-lint.yml"), &workflow)
	if _, bad := workflow.On["pull_request_target"]; bad || len(workflow.On) == 0 {
		t.Errorf("runs on %v", workflow.On)
	}
	if d := cmp.Diff(map[string]string{"contents": "read"}, workflow.Permissions); d != "" {
		t.Error(d)
	}
	if strings.Count(text, "uses: ") != len(pinned.FindAllString(text, -1))+1 {
		t.Error("an action other than ours is not pinned to a commit, with its version beside it")
	}
	var a action
	readYAML(t, "action.yml", &a)
	for _, s := range workflow.Jobs["lint"].Steps {
		if s.Uses != "OWNER/syncguard@COMMIT" {
			continue
		}
		for input := range s.With {
			if _, ok := a.Inputs[input]; !ok {
				t.Errorf("the action has no input %s", input)
			}
		}
		for _, text := range strings.Fields(s.With["targets"]) {
			if _, err := target.Parse(text); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	var gitlab map[string]struct {
		Script    []string
		Artifacts struct{ Reports map[string]string }
	}
	readYAML(t, filepath.Join("docs", "examples", "gitlab-lint.yml"), &gitlab)
	job := gitlab["lint-profiles"]
	for kind, file := range job.Artifacts.Reports {
		if !strings.Contains(strings.Join(job.Script, "\n"), "-o "+file+" ") {
			t.Errorf("nothing writes the %s report %s", kind, file)
		}
	}
}

func TestHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Description, Entry, Language, Files string
		Types                                         []string
		Serial                                        bool   `yaml:"require_serial"`
		Minimum                                       string `yaml:"minimum_pre_commit_version"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooks) == 0 {
		t.Fatal("there is no hook")
	}
	for _, h := range hooks {
		if h.Language != "golang" || !strings.HasPrefix(h.Entry, "syncguard lint") || !slices.Equal(h.Types, []string{"file"}) || !h.Serial {
			t.Errorf("%+v", h)
		}
		files := regexp.MustCompile(h.Files)
		for name, want := range map[string]bool{"a/b.mobileconfig": true, "a.mobileconfig.yaml": false, "mobileconfig": false} {
			if files.MatchString(name) != want {
				t.Errorf("%s: %s is checked: %t", h.ID, name, !want)
			}
		}
	}
}

// docs/lint-ci.md has a row for each format of lint.
func TestFormatsAreDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(repository, "docs", "lint-ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range append([]string{"text"}, ci.Formats()...) {
		if !strings.Contains(string(page), "\n| `"+format+"` | ") {
			t.Errorf("the table of docs/lint-ci.md has no row for %q", format)
		}
	}
}

// The flags that the action, the hooks and the examples use are those of the command.
func TestCIFlags(t *testing.T) {
	flags := map[string]bool{}
	for _, name := range []string{"action.yml", ".pre-commit-hooks.yaml", "docs/examples/github-lint.yml", "docs/examples/gitlab-lint.yml"} {
		data, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if strings.Contains(line, "lint ") && !strings.HasPrefix(line, "#") || strings.Contains(line, "args") {
				for _, m := range flagInLine.FindAllStringSubmatch(line, -1) {
					flags[m[1]] = true
				}
			}
		}
	}
	delete(flags, "-z") // of the shell
	names := slices.Sorted(maps.Keys(flags))
	if want := []string{"--baseline", "--config-from", "--fail-on", "--for", "--format", "--target", "--untrusted", "--within-paths", "-o"}; !slices.Equal(names, want) {
		t.Errorf("found the flags %v, want %v", names, want)
	}
	lint, _, err := newRootCmd(&Env{}, "devel").Find([]string{"lint"})
	if err != nil || lint.Name() != "lint" {
		t.Fatal("there is no command lint")
	}
	for _, name := range names {
		known := lint.Flags().Lookup(strings.TrimLeft(name, "-"))
		if len(name) == 2 {
			known = lint.Flags().ShorthandLookup(name[1:])
		}
		if known == nil {
			t.Errorf("lint has no flag %s", name)
		}
	}
}

var flagInLine = regexp.MustCompile(`(?:^|[\s("])(--?[a-z][a-z-]*)\b`)
