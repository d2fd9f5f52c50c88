package files

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Revision is a commit of the git repository around the current folder.
type Revision struct {
	ctx     context.Context
	environ []string
	commit  string // hexadecimal
	folder  string // the current folder in the repository, with slashes; "" for its top
}

// NoCommitError is the error for a name of no commit in the repository.
type NoCommitError struct {
	Shallow bool // the clone lacks a part of the history, as CI systems make it
}

func (e *NoCommitError) Error() string {
	if e.Shallow {
		return "this shallow clone has no such commit"
	}
	return "this clone has no such commit"
}

// ErrAmbiguous is the error for a name of a branch and of a tag: whoever names a tag would decide.
var ErrAmbiguous = errors.New("several branches or tags have this name")

// ErrPartial is the error for a file that the clone lacks, as one with --filter does.
var ErrPartial = errors.New("this partial clone lacks it")

const (
	gitTimeout  = 30 * time.Second
	gitKill     = 2 * time.Second
	maxGitReply = 64 << 10 // bytes of an answer about names, or of stderr
	maxGitWords = 500      // bytes shown of stderr
)

// object matches the name of a commit.
var object = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`) })

// OpenRevision finds a commit by a name such as main, origin/main, HEAD~1 or a hash. It runs git, without hooks, network or
// prompts; of environ git gets what it needs to find the repository.
func OpenRevision(ctx context.Context, environ []string, name string) (*Revision, error) {
	// A colon names a file, or searches messages as {/ does, and the author of a change writes those.
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, ":\x00\r\n") || strings.Contains(name, "{/") {
		return nil, fmt.Errorf("invalid git revision %q", name)
	}
	r := &Revision{ctx: ctx, environ: gitEnviron(environ)}
	folder, err := r.git("", maxGitReply, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	commit, err := r.git("", maxGitReply, "rev-parse", "--verify", name+"^{commit}")
	if err != nil && strings.Contains(err.Error(), "Needed a single revision") {
		shallow, err := r.git("", maxGitReply, "rev-parse", "--is-shallow-repository")
		if err != nil {
			return nil, err
		}
		return nil, &NoCommitError{Shallow: strings.TrimSpace(string(shallow)) == "true"}
	}
	if err != nil {
		return nil, err
	}
	r.folder, r.commit = strings.TrimSuffix(string(folder), "\n"), strings.TrimSpace(string(commit))
	if !object().MatchString(r.commit) {
		return nil, fmt.Errorf("git names no commit for %q", name)
	}
	return r, nil
}

// gitVariables lead git to itself, to its settings, and to the repository, also in a hook of a server. No other variable
// reaches git: a setting of the repository could run a program, which would find the secrets of a CI job there.
var gitVariables = []string{
	"PATH", "PATHEXT", "SYSTEMROOT", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "TMPDIR", "TMP", "TEMP",
	"GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
	"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM",
	"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH",
}

// gitEnviron returns git's environment: gitVariables, the folders that the environment calls safe, and that git neither asks
// nor fetches. Older versions of git fetch a missing object, by a program named in the repository's settings, unless no
// protocol is allowed.
func gitEnviron(environ []string) []string {
	var kept, safe []string
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if slices.ContainsFunc(gitVariables, func(known string) bool { return strings.EqualFold(known, name) }) { // Windows: Path
			kept = append(kept, variable)
		}
		if number, ok := strings.CutPrefix(name, "GIT_CONFIG_KEY_"); ok && strings.EqualFold(value, "safe.directory") {
			for _, other := range environ {
				if folder, ok := strings.CutPrefix(other, "GIT_CONFIG_VALUE_"+number+"="); ok {
					safe = append(safe, fmt.Sprintf("GIT_CONFIG_KEY_%d=safe.directory", len(safe)/2), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", len(safe)/2, folder))
				}
			}
		}
	}
	kept = append(append(kept, safe...), fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(safe)/2))
	return append(kept, "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
}

// ReadFile reads a file of at most MaxSize bytes as of the commit. The path is relative to the current folder. The error is
// ErrNotExist for a missing file, and ErrInvalid for a path out of the repository.
func (r *Revision) ReadFile(name string) ([]byte, error) {
	full := path.Join(r.folder, filepath.ToSlash(name))
	if filepath.IsAbs(name) || !fs.ValidPath(full) || strings.ContainsAny(full, "\r\n") {
		return nil, &fs.PathError{Op: "reading", Path: name, Err: fs.ErrInvalid}
	}
	reply, err := r.git(r.commit+":"+full+"\n", MaxSize+maxGitReply, "cat-file", "--batch")
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	// HASH blob SIZE, a line feed, the content, a line feed; or NAME missing.
	in := bufio.NewReader(bytes.NewReader(reply))
	first, _ := in.ReadString('\n')
	words := strings.Fields(first)
	if len(words) != 3 || words[1] != "blob" || !object().MatchString(words[0]) {
		return nil, &fs.PathError{Op: "reading", Path: name, Err: fs.ErrNotExist}
	}
	size, err := strconv.Atoi(words[2])
	rest := reply[len(first):]
	if err != nil || size < 0 || size > MaxSize || len(rest) <= size {
		return nil, fmt.Errorf("%s is too large, want at most %d MiB", name, MaxSize>>20)
	}
	return rest[:size], nil
}

// git runs one command of git and returns at most limit bytes of its answer.
func (r *Revision) git(stdin string, limit int, args ...string) ([]byte, error) {
	ctx, stop := context.WithTimeout(r.ctx, gitTimeout)
	defer stop()
	args = append([]string{"--no-pager", "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull,
		"-c", "core.warnAmbiguousRefs=true"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	out, complaint := &head{limit: limit}, &head{limit: maxGitReply}
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = r.environ, strings.NewReader(stdin), out, complaint, gitKill
	err := cmd.Run()
	said := string(complaint.data)
	var exit *exec.ExitError
	switch {
	case r.ctx.Err() != nil:
		return nil, r.ctx.Err()
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git took longer than %s", gitTimeout)
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("git is not on PATH")
	case errors.As(err, &exit) && strings.Contains(said, "promisor remote"):
		return nil, ErrPartial
	case errors.As(err, &exit):
		if i := strings.Index(said, "fatal: "); i >= 0 { // warnings come before it
			said = said[i+len("fatal: "):]
		}
		first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
		return nil, fmt.Errorf("git: %s", first[:min(len(first), maxGitWords)])
	case err != nil:
		return nil, fmt.Errorf("running git: %w", err)
	case strings.Contains(said, "is ambiguous"):
		return nil, ErrAmbiguous
	}
	return out.data, nil
}

// head keeps the first bytes written to it, and drops the others.
type head struct {
	limit int
	data  []byte
}

func (b *head) Write(p []byte) (int, error) {
	b.data = append(b.data, p[:min(len(p), b.limit-len(b.data))]...)
	return len(p), nil
}
