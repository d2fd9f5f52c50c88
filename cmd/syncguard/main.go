// The syncguard command.
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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

// firstHeap is the size of the heap at which the garbage collector begins: most runs end before.
const firstHeap = 32 << 20

// mostGarbage is the size of all memory above which the garbage collector works more often.
const mostGarbage = 64 << 20

// collectLater lets the garbage collector begin at firstHeap, not at 4 MiB, and not before that later either. As soon as half of it
// is in use, it collects as usual: garbage may take as much as what lives, but only half as much once both take more than
// mostGarbage. The first limit is for the moments until this is seen. A GOGC or a GOMEMLIMIT of the user's counts.
func collectLater() {
	const usual, first = 100, 4 << 20
	if was := debug.SetGCPercent(firstHeap / first * 100); was != usual {
		debug.SetGCPercent(was)
		return
	}
	limit := debug.SetMemoryLimit(2 * firstHeap)
	var collected func(struct{})
	collected = func(struct{}) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if used := live[0].Value.Uint64(); used < firstHeap/2 {
			debug.SetGCPercent(int(100*firstHeap/max(used, 1<<20)) - 100)
		} else {
			debug.SetGCPercent(usual)
			debug.SetMemoryLimit(min(limit, max(mostGarbage, int64(used)*3/2)))
		}
		runtime.AddCleanup(new([1]*byte), collected, struct{}{})
	}
	runtime.AddCleanup(new([1]*byte), collected, struct{}{})
}
