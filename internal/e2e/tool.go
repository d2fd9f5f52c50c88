package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Find returns the path of an independent program. Where it is missing the test is skipped, and fails under "make e2e",
// which sets SYNCGUARD_REQUIRE_TOOLS.
func Find(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err != nil && os.Getenv("SYNCGUARD_REQUIRE_TOOLS") != "":
		t.Fatalf("%s is not on PATH; make e2e installs it", name)
	case err != nil:
		t.Skipf("%s is not on PATH", name)
	}
	return path
}

// Tool runs an independent program over stdin and returns what it prints. The test fails when the program does.
func Tool(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(Find(t, name), args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, errs.String())
	}
	return out
}
