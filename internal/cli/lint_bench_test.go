//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/view/ci"
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

// copiesOfProfiles is how often BenchmarkLintAgainstParsing has each profile, so that reading the schemas counts for little.
const copiesOfProfiles = 20

// BenchmarkLintAgainstParsing lints all profiles in each format, and parses the same ones with their positions, in turn. The
// files are in memory for parsing; lint finds and reads them, too. "x-parsing-FORMAT" says how many times as long lint takes by
// CPU time on one core; "x-parsing-all-cores" how many times as long as text, in seconds, on all of them; "µs/finding" is the
// CPU time of a finding from the rule to the text.
func BenchmarkLintAgainstParsing(b *testing.B) {
	from, _ := profilesToLint(b)
	folder := b.TempDir()
	for i := range copiesOfProfiles {
		if err := os.CopyFS(filepath.Join(folder, strconv.Itoa(i)), os.DirFS(from)); err != nil {
			b.Fatal(err)
		}
	}
	var profiles [][]byte
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".mobileconfig") {
			return err
		}
		data, err := os.ReadFile(path)
		profiles = append(profiles, data)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	parse := func(cores int) func() {
		return func() {
			var group sync.WaitGroup
			for core := range cores {
				group.Go(func() {
					for i := core; i < len(profiles); i += cores {
						plist.Read(diag.NewFile("x", profiles[i]))
					}
				})
			}
			group.Wait()
		}
	}
	lint := func(format, folder string) func() {
		return func() {
			env := &Env{Now: time.Now, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}
			if code := Main(b.Context(), env, []string{"lint", "--separate", "--format", format, folder}, "bench"); code > 1 {
				b.Fatalf("exit code %d", code)
			}
		}
	}
	on := func(cores int, f func()) (cpu, wall time.Duration) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		runtime.GC()
		before := cpuTime(b)
		wall = timed(f)
		return cpuTime(b) - before, wall
	}
	formats, cores := append([]string{"text"}, ci.Formats()...), runtime.NumCPU()
	ratios := map[string][]float64{}
	good, bad, findings := profilesWithFindings(b)
	for b.Loop() {
		for _, format := range formats {
			parsing, _ := on(1, parse(1))
			linting, _ := on(1, lint(format, folder))
			ratios["x-parsing-"+format] = append(ratios["x-parsing-"+format], linting.Seconds()/parsing.Seconds())
		}
		_, parsing := on(cores, parse(cores))
		_, linting := on(cores, lint("text", folder))
		ratios["x-parsing-all-cores"] = append(ratios["x-parsing-all-cores"], linting.Seconds()/parsing.Seconds())
		without, _ := on(1, lint("text", good))
		with, _ := on(1, lint("text", bad))
		ratios["µs/finding"] = append(ratios["µs/finding"], float64((with-without).Microseconds())/float64(findings))
	}
	for name, all := range ratios {
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2], name)
	}
}

// manyProfiles is the number of files of BenchmarkLintManyFiles with the real profiles.
const manyProfiles = 50_000

// BenchmarkLintManyFiles lints many files with the program as it is released, in each format, on one core and on two in turn.
// "MiB-FORMAT" is the most memory that it took on either; "x-one-core-FORMAT" how many times as fast two cores are.
func BenchmarkLintManyFiles(b *testing.B) {
	from, files := profilesToLint(b)
	folder, program, copies := b.TempDir(), buildProgram(b, "./cmd/syncguard"), 2
	if os.Getenv("SYNCGUARD_DATA") != "" {
		copies = (manyProfiles + files - 1) / files
	}
	for i := range copies {
		if err := os.CopyFS(filepath.Join(folder, strconv.Itoa(i)), os.DirFS(from)); err != nil {
			b.Fatal(err)
		}
	}
	lint := func(format, cores string) (wall time.Duration, peak float64) {
		cmd := exec.Command(program, "lint", "--format", format, folder)
		cmd.Env = append(os.Environ(), "GOMAXPROCS="+cores)
		wall = timed(func() { _ = cmd.Run() }) // findings are an exit code
		if code := cmd.ProcessState.ExitCode(); code != 0 && code != 1 {
			b.Fatalf("exit code %d", code)
		}
		return wall, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / maxrssPerMiB()
	}
	peaks, speed := map[string]float64{}, map[string][]float64{}
	for b.Loop() {
		for _, format := range append([]string{"text"}, ci.Formats()...) {
			one, peak := lint(format, "1")
			two, otherPeak := lint(format, "2")
			peaks[format] = max(peaks[format], peak, otherPeak)
			speed[format] = append(speed[format], one.Seconds()/two.Seconds())
		}
	}
	for format, all := range speed {
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2], "x-one-core-"+format)
		b.ReportMetric(peaks[format], "MiB-"+format)
	}
}

// maxrssPerMiB is the unit of the system's peak of memory: bytes on macOS, KiB elsewhere.
func maxrssPerMiB() float64 {
	if runtime.GOOS == "darwin" {
		return 1 << 20
	}
	return 1 << 10
}

// profilesWithFindings returns two folders with the same profiles, but for the number of findings more in the second.
func profilesWithFindings(b *testing.B) (good, bad string, findings int) {
	const payloads, copies = 50, 100
	data := profileOf(b, payloads)
	good, bad = b.TempDir(), b.TempDir()
	for i := range copies {
		for folder, text := range map[string][]byte{good: data, bad: bytes.ReplaceAll(data, []byte("WPA2"), []byte("WPX2"))} {
			if err := os.WriteFile(filepath.Join(folder, strconv.Itoa(i)+".mobileconfig"), text, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	return good, bad, payloads * copies
}

// cpuTime is what this process has used so far.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
