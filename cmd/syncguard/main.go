// The syncguard command.
package main

import (
	"context"
	"os"
	"runtime"
	"time"

	"syncguard/internal/cli"
)

// version is set by the linker.
var version = "devel"

// ballast is memory that is never touched, and so takes none. The garbage collector begins at twice its size, not at 4 MiB:
// most runs end before, and the others collect less often.
const ballast = 16 << 20

func main() {
	defer runtime.KeepAlive(make([]byte, ballast))
	env := &cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now}
	os.Exit(cli.Main(cli.UntilSignal(context.Background()), env, os.Args[1:], version))
}
