// The syncguard command.
package main

import (
	"context"
	"os"
	"time"

	"syncguard/internal/cli"
)

// version is set by the linker.
var version = "devel"

func main() {
	env := &cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now}
	os.Exit(cli.Main(cli.UntilSignal(context.Background()), env, os.Args[1:], version))
}
