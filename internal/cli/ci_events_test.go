package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// evaluate evaluates an expression of GitHub's as far as action.yml needs it: paths into github.event and "!= null", joined by ||.
func evaluate(t *testing.T, expression string, event map[string]any) string {
	t.Helper()
	inner := strings.TrimSuffix(strings.TrimPrefix(expression, "${{ "), " }}")
	compared := strings.Contains(inner, "!= null")
	for operand := range strings.SplitSeq(inner, " || ") {
		path, isTest := strings.CutSuffix(operand, " != null")
		keys, ok := strings.CutPrefix(path, "github.event.")
		if !ok || isTest != compared {
			t.Fatalf("the expression %q needs more than this test knows", expression)
		}
		var at any = event
		for key := range strings.SplitSeq(keys, ".") {
			object, _ := at.(map[string]any)
			at = object[key]
		}
		if at != nil && compared {
			return "true"
		}
		if s, _ := at.(string); s != "" {
			return s
		}
	}
	if compared {
		return "false"
	}
	return ""
}

// TestActionEvents runs the action's script in a checkout as each event makes it. The payloads have the fields of GitHub's
// examples (octokit/webhooks, payload-examples).
func TestActionEvents(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if _, errGit := exec.LookPath("git"); err != nil || errGit != nil {
		t.Skip("bash or git is not on PATH")
	}
	var a action
	readYAML(t, "action.yml", &a)
	lint := a.Runs.Steps[slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == "lint" })]

	dir := t.TempDir()
	environ := append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=T",
		"GIT_COMMITTER_EMAIL=t@example.com")
	git := func(folder string, args ...string) string {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = folder, environ
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	origin := filepath.Join(dir, "origin")
	git(dir, "init", "-q", "-b", "main", origin)
	commit := func(message string) string {
		git(origin, "commit", "-q", "--allow-empty", "-m", message)
		return git(origin, "rev-parse", "HEAD")
	}
	// GitHub merges the head into the newest base, which can be newer than that of the event.
	eventBase := commit("the base of the event")
	git(origin, "checkout", "-q", "-b", "head")
	head := commit("the head")
	git(origin, "checkout", "-q", "main")
	base := commit("the base")
	git(origin, "checkout", "-q", "--detach")
	git(origin, "merge", "-q", "--no-ff", "-m", "the merge", "head")
	merge := git(origin, "rev-parse", "HEAD")
	git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")

	const fork, own, deleted = `{"full_name":"mallory/profiles"}`, `{"full_name":"acme/profiles"}`, `null`
	pull := func(repo string) string {
		return `{"pull_request":{"head":{"repo":` + repo + `,"sha":"` + head + `"},"base":{"sha":"` + eventBase + `"}}}`
	}
	run := func(repo string) string {
		return `{"workflow_run":{"event":"pull_request","head_repository":` + repo + `,"pull_requests":[]}}`
	}
	const untrusted, trusted = "<--untrusted>", ""
	for name, c := range map[string]struct {
		event, payload, sha string
		checkout, depth     string
		want, from          string
	}{
		"a fork":                      {"pull_request", pull(fork), merge, merge, "2", untrusted, base},
		"a fork, one commit fetched":  {"pull_request", pull(fork), merge, merge, "1", untrusted, ""},
		"a fork, its head":            {"pull_request", pull(fork), merge, head, "2", untrusted, eventBase},
		"a deleted fork":              {"pull_request", pull(deleted), merge, merge, "2", untrusted, base},
		"a branch":                    {"pull_request", pull(own), merge, merge, "2", trusted, ""},
		"a review":                    {"pull_request_review", pull(fork), merge, merge, "2", untrusted, base},
		"a comment of a review":       {"pull_request_review_comment", pull(fork), merge, merge, "2", untrusted, base},
		"target, its head":            {"pull_request_target", pull(fork), base, head, "2", untrusted, eventBase},
		"target, the base":            {"pull_request_target", pull(fork), base, base, "1", untrusted, base},
		"target, a branch":            {"pull_request_target", pull(own), base, head, "2", trusted, ""},
		"workflow of a fork":          {"workflow_run", run(fork), base, base, "1", untrusted, base},
		"workflow of a fork, head":    {"workflow_run", run(fork), base, head, "1", untrusted, ""},
		"workflow of a deleted fork":  {"workflow_run", run(deleted), base, base, "1", untrusted, base},
		"workflow of a branch":        {"workflow_run", run(own), base, base, "1", trusted, ""},
		"a comment on a pull request": {"issue_comment", `{"issue":{"pull_request":{"url":"u"}}}`, base, head, "1", untrusted, ""},
		"a comment on an issue":       {"issue_comment", `{"issue":{}}`, base, base, "1", trusted, ""},
		"a merge queue":               {"merge_group", `{"merge_group":{"head_sha":"x","base_ref":"refs/heads/main"}}`, merge, merge, "2", trusted, ""},
		"a push":                      {"push", `{"before":"x","after":"y"}`, base, base, "1", trusted, ""},
		"a schedule":                  {"schedule", `{}`, base, base, "1", trusted, ""},
		"by hand":                     {"workflow_dispatch", `{"inputs":null}`, base, base, "1", trusted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			temp, work := t.TempDir(), t.TempDir()
			git(work, "init", "-q")
			git(work, "fetch", "-q", "--no-tags", "--depth="+c.depth, "file://"+filepath.ToSlash(origin), c.checkout)
			git(work, "checkout", "-q", "FETCH_HEAD")
			stub := filepath.Join(temp, "syncguard", "bin", "syncguard")
			if err := os.MkdirAll(filepath.Dir(stub), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(stub, []byte("#!"+bash+"\nprintf '<%s>' \"$@\"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			var event map[string]any
			if err := json.Unmarshal([]byte(c.payload), &event); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", lint.Run)
			cmd.Dir, cmd.Stderr = work, os.Stderr
			cmd.Env = append(slices.Clone(environ), "RUNNER_TEMP="+temp, "GITHUB_OUTPUT="+filepath.Join(temp, "o"), "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "s"),
				"GITHUB_REPOSITORY=acme/profiles", "GITHUB_EVENT_NAME="+c.event, "GITHUB_SHA="+c.sha)
			for name, value := range lint.Env {
				switch input, ok := strings.CutPrefix(strings.TrimSuffix(value, " }}"), "${{ inputs."); {
				case name == "SYNCGUARD_BASELINE":
					value = "b.json"
				case ok:
					value = a.Inputs[input].Default
				default:
					value = evaluate(t, value, event)
				}
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			out, err := cmd.Output()
			want := "<lint><--format><github><--baseline><b.json>" + c.want
			if c.from != "" {
				want += "<--config-from><" + c.from + ">"
			}
			said, called, isCalled := strings.Cut(string(out), "<lint>")
			if err != nil || !isCalled || !strings.HasPrefix("<lint>"+called, want+"<-->") {
				t.Errorf("%v, called\n%s, want\n%s", err, out, want)
			}
			if missing := c.want == untrusted && c.from == ""; strings.Contains(said, "::notice title=syncguard::the checkout has no commit of the base") != missing {
				t.Errorf("without a base: %v, said %q", missing, said)
			}
		})
	}
}
