//go:build unix

package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syncguard/internal/app"
	"syscall"
	"testing"
	"time"
)

// profilesToLint are the real profiles under SYNCGUARD_DATA, or some that are made here.
func profilesToLint(b *testing.B) (folder string, files int) {
	if data := os.Getenv("SYNCGUARD_DATA"); data != "" {
		folder = filepath.Join(data, "corpus")
		_ = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".mobileconfig") {
				files++
			}
			return nil
		})
		return folder, files
	}
	b.Log("SYNCGUARD_DATA is not set: profiles are made, and are more alike than real ones")
	folder, files = b.TempDir(), 300
	for i := range files {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%03d.mobileconfig", i)), profileOf(b, 3+i%5), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return folder, files
}

// lintAll lints a folder in this process, on so many cores, as the command does but for writing the report.
func lintAll(b *testing.B, folder string, cores int) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	run, err := app.Lint(b.Context(), (&Env{Now: time.Now, Stderr: io.Discard}).host(), app.LintOptions{Paths: []string{folder}})
	if err != nil {
		b.Fatal(err)
	}
	for _, err := range run.Files {
		if err != nil {
			b.Fatal(err)
		}
	}
}

// pythonPass reads every profile with plistlib in one warm process and prints the CPU seconds that a pass takes: what any
// validator written in Python pays before it checks anything. Files that plistlib refuses count as read.
const pythonPass = `
import pathlib, plistlib, sys, time
files = sorted(pathlib.Path(sys.argv[1]).rglob("*.mobileconfig"))
def run():
    start = time.process_time()
    for f in files:
        try:
            plistlib.loads(f.read_bytes())
        except Exception:
            pass
    return time.process_time() - start
run()
print(min(run() for _ in range(3)))
`

// BenchmarkLint lints a folder of profiles. "files/s" is on two cores; "x-one-core" says how many times as fast that is as
// on one, in alternate runs; "x-plistlib" how many times as fast all of it is as Python's plistlib, which only reads them, by the
// CPU time of one core each.
func BenchmarkLint(b *testing.B) {
	folder, files := profilesToLint(b)
	lintAll(b, folder, 2) // to read the schemas
	var one, two, cpu []time.Duration
	for b.Loop() {
		before := cpuTime(b)
		one = append(one, timed(func() { lintAll(b, folder, 1) }))
		cpu = append(cpu, cpuTime(b)-before)
		two = append(two, timed(func() { lintAll(b, folder, 2) }))
	}
	b.ReportMetric(float64(files)/median(two).Seconds(), "files/s")
	b.ReportMetric(median(one).Seconds()/median(two).Seconds(), "x-one-core")
	out, err := exec.Command("python3", "-c", pythonPass, folder).Output()
	if err != nil {
		b.Logf("python3 is not here to compare with: %v", err)
		return
	}
	if seconds, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64); err == nil {
		b.ReportMetric(seconds/median(cpu).Seconds(), "x-plistlib")
	}
}

// cpuTime is what this process has used so far.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
