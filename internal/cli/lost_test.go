package cli

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// A report that nobody can read is no success.
func TestLostOutput(t *testing.T) {
	var stderr bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: fullDisk{}, Stderr: &stderr, Now: time.Now}
	if code := Main(context.Background(), env, []string{"rules"}, "test"); code != exitFailed || stderr.String() != "syncguard: error: no space left\n" {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
}
