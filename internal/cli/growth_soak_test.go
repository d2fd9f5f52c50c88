//go:build soak && linux

package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// soakSize is the smallest size of a shape. Four times of it stays below the bounds of findings and comments.
const soakSize = 200

// hang is for a busy machine: only a hang takes longer.
const hang = 2 * time.Minute

// The lines of every command, with more input than TestGrowth: a program counts each block of code that runs, of ours and of the
// libraries, so that no loop escapes. The first line of each command meets every shape, the others a third of the shapes each.
func TestSoakGrowth(t *testing.T) {
	binary := buildSoaked(t, "-cover", "-covermode=atomic", "-coverpkg=syncguard/...,go.yaml.in/yaml/v4")
	for _, kind := range slices.Sorted(maps.Keys(growthShapes)) {
		first := firstLines(kind)
		for i, shape := range slices.Sorted(maps.Keys(growthShapes[kind])) {
			if kind == "variables" && shape == "aliases" {
				continue // each alias is its text again, up to the bound of 16 MiB: no linear growth below it
			}
			t.Run(kind+"/"+shape, func(t *testing.T) {
				t.Parallel()
				p := program{t, newGrowth(t), binary}
				folder := t.TempDir()
				for j, line := range growthCommands[kind] {
					if slices.Contains(first, line) || (i+j)%3 == 0 {
						p.check(kind, shape, line, folder)
					}
				}
			})
		}
	}
}

// memoryShapes are those that once took most memory.
var memoryShapes = map[string][]string{
	"profile": {"line feeds", "comments", "instructions", "white space", "entities", "data in lines", "one long key", "long keys", "wide", "UTF-16",
		"many keys on one line", "many payloads", "nested documents", "placeholders", "open brackets", "signed"},
	"declaration": {"many keys on one line", "escapes", "white space"},
	"template":    {"many keys", "block", "comments", "placeholders"},
}

// memoryInput is the size of an input, in bytes.
const memoryInput = 4 << 20

// A command takes at most 16 times the memory of its input, and 64 MiB.
func TestSoakMemory(t *testing.T) {
	binary := buildSoaked(t)
	var mu sync.Mutex
	worst := map[string]string{}
	most := map[string]int{}
	t.Cleanup(func() {
		for _, command := range slices.Sorted(maps.Keys(worst)) {
			t.Log(worst[command])
		}
	})
	for _, kind := range slices.Sorted(maps.Keys(memoryShapes)) {
		for _, shape := range memoryShapes[kind] {
			t.Run(kind+"/"+shape, func(t *testing.T) {
				t.Parallel()
				p := program{t, newGrowth(t), binary}
				n := min(1000*memoryInput/len(growthShapes[kind][shape](t, 1000)), 1_000_000)
				for _, line := range firstLines(kind) {
					spent := p.run(kind, shape, line, n)
					size := len(p.files[fmt.Sprint(kind, "/", shape, "/", n)]) * (1 + strings.Count(line, "OTHER"))
					if limit := 16*size + 64<<20; spent.allocated > limit {
						t.Errorf("%s: %d MiB for %d MiB, want at most %d MiB", line, spent.allocated>>20, size>>20, limit>>20)
					}
					mu.Lock()
					if spent.allocated > most[line] {
						most[line] = spent.allocated
						worst[line] = fmt.Sprintf("%s %s: %.1f times its input, and 64 MiB, for %s", kind, line, float64(spent.allocated-64<<20)/float64(size), shape)
					}
					mu.Unlock()
				}
			})
		}
	}
}

// A file with 90,000 findings takes no more: those that are not listed are not kept. --write-baseline needs all, and takes up to 64 times
// its input.
func TestSoakMemoryOfFindings(t *testing.T) {
	p := program{t, newGrowth(t), buildSoaked(t)}
	const kind, shape, n = "profile", "many keys on one line", 22_500
	for _, line := range growthCommands[kind] {
		if !strings.HasPrefix(line, "lint ") && !strings.HasPrefix(line, "validate ") {
			continue
		}
		for _, cores := range []string{"GOMAXPROCS=1", "GOMAXPROCS=2"} {
			peak := p.run(kind, shape, line, n, cores).allocated
			times, size := 16, len(p.files[fmt.Sprint(kind, "/", shape, "/", n)])*(1+strings.Count(line, "OTHER"))
			if strings.Contains(line, "--write-baseline") {
				times = 64
			}
			t.Logf("%s, %s: %.1f times its input, and 64 MiB", line, cores, float64(peak-64<<20)/float64(size))
			if limit := times*size + 64<<20; peak > limit {
				t.Errorf("%s, %s: %d MiB for %.1f MiB, want at most %d MiB", line, cores, peak>>20, float64(size)/(1<<20), limit>>20)
			}
		}
	}
}

// program is the command as a process of its own.
type program struct {
	*testing.T
	*growth
	binary string
}

func buildSoaked(t *testing.T, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "syncguard")
	cmd := exec.Command("go", slices.Concat([]string{"build", "-o", path}, flags, []string{"syncguard/cmd/syncguard"})...)
	cmd.Dir = repository
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

func (p *program) check(kind, shape, line, folder string) {
	var runs [3]spent
	measure := func(i int, folder string) {
		runs[i] = p.run(kind, shape, line, soakSize<<i, "GOCOVERDIR="+folder)
		runs[i].allocated, runs[i].blocks = 0, p.blocks(folder) // peaks depend on the collector: see TestSoakMemory
	}
	for i := range runs {
		measure(i, folder)
		p.removeCounters(folder)
	}
	if why := superlinear(runs, noise(len(p.files[fmt.Sprint(kind, "/", shape, "/", 4*soakSize)]))); why != "" {
		before, after := p.TempDir(), p.TempDir()
		measure(1, before)
		measure(2, after)
		p.Errorf("%s: %s; most at %s", line, why, p.where(before, after))
	}
}

// removeCounters leaves the description of the blocks, so that the next run need not write it.
func (p *program) removeCounters(folder string) {
	names, _ := filepath.Glob(filepath.Join(folder, "covcounters.*"))
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			p.Fatal(err)
		}
	}
}

// run runs a command line, and visits what it serves. The peak of its memory is in allocated: at least that of the test itself, which
// Linux counts as the child's until it runs the program.
func (p *program) run(kind, shape, line string, n int, environ ...string) spent {
	ctx, cancel := context.WithTimeout(p.Context(), hang)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.binary, p.arguments(p.T, kind, shape, line, n)...)
	stdout := &countingWriter{visit: func(address string) { visit(p.T, address); _ = cmd.Process.Signal(syscall.SIGINT) }}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.folder, append(p.environment(), environ...), stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		p.Errorf("%s: still running after %s", line, hang)
		return spent{}
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		checkAnswer(p.T, kind, line, code, stderr.String())
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return spent{output: stdout.n + stderr.Len(), allocated: int(usage.Maxrss) << 10}
}

// blocks is the sum of all counters of a run.
func (p *program) blocks(folder string) (total int) {
	names, _ := filepath.Glob(filepath.Join(folder, "covcounters.*"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			p.Fatal(err)
		}
		total += sumCounters(data)
	}
	return total
}

// sumCounters reads a file of counters, as internal/coverage of Go's standard library describes it.
func sumCounters(data []byte) (total int) {
	const header, segment = 32, 16 // bytes
	functions := binary.LittleEndian.Uint64(data[header:])
	at := header + segment + int(binary.LittleEndian.Uint32(data[header+8:])) + int(binary.LittleEndian.Uint32(data[header+12:]))
	isShort := data[24] == 2
	next := func() int {
		if !isShort {
			at += 4
			return int(binary.LittleEndian.Uint32(data[at-4:]))
		}
		v, n := binary.Uvarint(data[at:])
		at += n
		return int(v)
	}
	for range functions {
		counters := next()
		_, _ = next(), next() // package and function
		for range counters {
			total += next()
		}
	}
	return total
}

var blockLine = regexp.MustCompile(`(?m)^(\S+:\d+)\.\S+ \d+ (\d+)$`)

// where finds the line of code whose count grew most.
func (p *program) where(before, after string) string {
	counts := func(folder string) map[string]int {
		out, err := exec.Command("go", "tool", "covdata", "textfmt", "-i="+folder, "-o=/dev/stdout").Output()
		if err != nil {
			p.Fatal(err)
		}
		all := map[string]int{}
		for _, m := range blockLine.FindAllStringSubmatch(string(out), -1) {
			n, _ := strconv.Atoi(m[2])
			all[m[1]] += n
		}
		return all
	}
	a, b := counts(before), counts(after)
	lines := slices.SortedFunc(maps.Keys(b), func(x, y string) int { return (b[y] - 3*a[y]) - (b[x] - 3*a[x]) })
	var top []string
	for _, line := range lines[:3] {
		top = append(top, fmt.Sprintf("%s (%d, %d)", strings.TrimPrefix(line, "syncguard/"), a[line], b[line]))
	}
	return strings.Join(top, ", ")
}
