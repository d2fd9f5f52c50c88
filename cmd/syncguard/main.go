// The syncguard command.
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"syncguard/internal/cli"
)

// version is set by the linker.
var version = "devel"

func main() {
	collectLater()
	env := &cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now}
	os.Exit(cli.Main(cli.UntilSignal(context.Background()), env, os.Args[1:], version))
}

// ballast is memory that is never touched, and so takes none: the garbage collector begins at twice its size.
var ballast []byte

// collectLater lets the garbage collector begin at 32 MiB, not at 4. Most runs end before, and the others collect less often.
func collectLater() {
	usual := debug.SetGCPercent(800)
	runtime.AddCleanup(new([1]*byte), func(usual int) { // after the first collection
		ballast = make([]byte, 16<<20)
		debug.SetGCPercent(usual)
	}, usual)
}
