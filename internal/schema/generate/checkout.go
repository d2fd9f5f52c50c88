package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"syncguard/internal/schema/appleyaml"
	"syncguard/internal/schema/manifests"
)

// checkout is a public repository at the commit used for the catalog.
type checkout struct {
	Source  string // owner/name on GitHub
	Commit  string
	Release string // Apple's, or the date of the commit; may be empty
}

type checkouts []checkout

// version names a commit in the catalog: 18.1 (b6202ca2fbd3).
func (c checkout) version() string {
	return strings.TrimSpace(fmt.Sprintf("%s (%s)", c.Release, c.Commit[:12]))
}

// of returns the checkout of a repository, or one of no commit.
func (all checkouts) of(source string) checkout {
	for _, c := range all {
		if c.Source == source {
			return c
		}
	}
	return checkout{Source: source, Commit: strings.Repeat("0", 40)}
}

// check returns an error if a folder is missing, or is a git checkout of another commit or with changes. It logs a note about a
// folder without git: its commit is unknown.
func (all checkouts) check(o options, log io.Writer) error {
	if err := all.of(appleyaml.RepositoryName).check("APPLE", o.apple, log); err != nil {
		return err
	}
	return all.of(manifests.SourceName).check("MANIFESTS", o.manifests, log)
}

func (c checkout) check(variable, folder string, log io.Writer) error {
	if folder == "" {
		return fmt.Errorf("missing %s=DIR, a checkout of %s: git clone https://github.com/%s DIR && git -C DIR checkout %s",
			variable, c.Source, c.Source, c.Commit)
	}
	if !isGitCheckout(folder) {
		fmt.Fprintf(log, "note: %s is no git checkout: taken as %s at %s\n", folder, c.Source, c.Commit)
		return nil
	}
	head, err := git(folder, "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	if head != c.Commit {
		return fmt.Errorf("%s is at commit %s, want %s of %s: run git -C %s checkout %s", folder, head, c.Commit, c.Source, folder, c.Commit)
	}
	changes, err := git(folder, "status", "--porcelain")
	if err != nil {
		return err
	}
	if changes != "" {
		return fmt.Errorf("%s differs from commit %s: run git -C %s status to see the changes", folder, c.Commit, folder)
	}
	return nil
}

// isGitCheckout looks for the folder's own .git: a plain folder may lie inside another repository.
func isGitCheckout(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, ".git"))
	return err == nil
}

func git(folder string, args ...string) (string, error) {
	output, err := exec.Command("git", append([]string{"-C", folder}, args...)...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.New(strings.TrimSpace(string(exit.Stderr)))
		}
		return "", fmt.Errorf("asking git about %s: %w", folder, err)
	}
	return strings.TrimSpace(string(output)), nil
}
