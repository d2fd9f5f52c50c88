package cli

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func pagerOf(stdout, stderr *bytes.Buffer, command ...string) *pager {
	return &pager{env: &Env{Stdout: stdout, Stderr: stderr, Environ: append(os.Environ(), "LESS=")}, command: command, rows: 3}
}

func TestPager(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are those of a Unix")
	}
	long := strings.Repeat("line\n", 100_000) // more than a pipe holds
	for name, test := range map[string]struct {
		command              []string
		text, stdout, stderr string
	}{
		"short":         {[]string{"tr", "l", "L"}, "line\nline\n", "line\nline\n", ""},
		"long":          {[]string{"tr", "l", "L"}, long, strings.ReplaceAll(long, "l", "L"), ""},
		"environment":   {[]string{"sh", "-c", "echo $LESS $LESSSECURE"}, long, "FRX 1\n", ""},
		"quits":         {[]string{"head", "-n", "1"}, long, "line\n", ""},
		"quits at once": {[]string{"true"}, long, "", ""},
		"fails":         {[]string{"false"}, long, "", ""},
		"is not there":  {[]string{"./no-such-program"}, long, long, "syncguard: warning: the pager cannot start: "},
		"none":          {nil, long, long, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			p := pagerOf(&stdout, &stderr, test.command...)
			for line := range strings.Lines(test.text) {
				if n, err := p.Write([]byte(line)); n != len(line) || err != nil {
					t.Fatalf("got %d, %v", n, err)
				}
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			if stdout.String() != test.stdout {
				t.Errorf("got %d bytes, %.40q, want %d", stdout.Len(), stdout.String(), len(test.stdout))
			}
			if !strings.HasPrefix(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("got %q on stderr, want %q", stderr.String(), test.stderr)
			}
		})
	}
}

func TestPagerCommand(t *testing.T) {
	for _, test := range []struct {
		environ []string
		want    []string
	}{
		{[]string{"PAGER=more -s"}, []string{"more", "-s"}},
		{[]string{"PAGER=more", "SYNCGUARD_PAGER='my pager' -x"}, []string{"my pager", "-x"}},
		{[]string{"PAGER="}, nil},
		{[]string{"PAGER=cat"}, nil},
		{[]string{"PAGER=less | sh"}, nil}, // no shell is asked
		{[]string{"PAGER=more", "SYNCGUARD_PAGER="}, nil},
	} {
		var stderr bytes.Buffer
		env := &Env{Stderr: &stderr, Environ: test.environ}
		if got := env.pagerCommand(); !slices.Equal(got, test.want) {
			t.Errorf("%v: got %q, want %q", test.environ, got, test.want)
		}
		if warned := strings.Contains(stderr.String(), "PAGER: "); warned != strings.Contains(test.environ[0], "|") {
			t.Errorf("%v: got %q on stderr", test.environ, stderr.String())
		}
	}
}

// Nothing but a terminal gets a pager.
func TestNoPagerWithoutTerminal(t *testing.T) {
	env := &Env{Stdout: &bytes.Buffer{}, Environ: []string{"PAGER=more"}}
	if p := newPager(env, false); len(p.command) > 0 {
		t.Errorf("got %q", p.command)
	}
}
