package journey

import (
	"strings"
	"testing"
)

const head = "# Two shops\n# at most 4 commands, 1 variables, 2 files\n#\n# Somebody has two.\n"

func TestParse(t *testing.T) {
	j, err := Parse([]byte(head + `jamf

# Build.
exec syncguard build north.yaml
stdout 'next'
exec sh -c 'syncguard build *.yaml'
env URL=$SERVER
code 1 syncguard lint
! exec go test ./...

# Change it.
edit a.txtar
change b.yaml 'x: 1' 'x: 2\ny: 3'
-- .edits/a.txtar --
>one
>-- two --
`))
	if err != nil {
		t.Fatal(err)
	}
	want := `## Two shops

Somebody has two.

4 commands, 1 variable of the environment, 2 files ([script](two.txtar)).

Build.

    syncguard build north.yaml
    syncguard build *.yaml
    export URL=https://acme.jamfcloud.com
    syncguard lint    # exit code 1
    go test ./...

Change it.

` + "`a.txtar`:\n\n```\none\n-- two --\n```\n\nIn `b.yaml`:\n\n```diff\n-x: 1\n+x: 2\n+y: 3\n```\n"
	if got := j.Markdown("two.txtar"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if j.MaxCommands != 4 || j.MaxVariables != 1 || j.MaxFiles != 2 {
		t.Errorf("bounds are %d, %d, %d", j.MaxCommands, j.MaxVariables, j.MaxFiles)
	}
}

func TestParseRefuses(t *testing.T) {
	for script, want := range map[string]string{
		"exec ls\n":                             "want a title",
		"# Title\n# no bounds\n\n":              "in the second line",
		head + "exec ls\n":                      "want a comment that tells what it is for",
		head + "\n# Edit.\nedit a.yaml\n":       "no file .edits/a.yaml",
		head + "\n# Change.\nchange a.yaml b\n": "want change FILE 'OLD' 'NEW'",
	} {
		if _, err := Parse([]byte(script)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", script, err, want)
		}
	}
}
