package cli

import (
	"flag"
	"time"
)

// update is shared with the scripts in package cli_test: one test binary has one set of flags.
var update = flag.Bool("update", false, "rewrite golden files and the generated blocks of the documentation")

// WaitLonger gives a command more time to end after a signal, for a busy machine.
func (e *Env) WaitLonger() { e.ending.Store(int64(10 * time.Second)) }

// WasAbandoned reports whether the command went on after a signal.
func (e *Env) WasAbandoned() bool { return e.abandoned.Load() }
