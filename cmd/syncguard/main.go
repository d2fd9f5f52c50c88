// The syncguard command.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"syncguard/internal/cli"
)

// version is set by the linker.
var version = "devel"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	env := &cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now}
	code := cli.Main(ctx, env, os.Args[1:], version)
	stop()
	os.Exit(code)
}
