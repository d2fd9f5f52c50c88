package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"syncguard/internal/schema/appleyaml"
)

// writeFactsFiles writes a facts file into the sources for each schema file of a checkout of apple/device-management, or for
// those named (mdm/profiles/com.apple.dock.yaml). Git then shows every fact changed. A facts file keeps the keys of the
// one it replaces, as dropped.
func writeFactsFiles(o options, log io.Writer) error {
	commit, err := commitOf(o)
	if err != nil {
		return err
	}
	files := os.DirFS(o.apple)
	names := o.files
	if len(names) == 0 {
		if names, err = appleyaml.SchemaFiles(files); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := writeFactsFile(files, filepath.Join(o.sources, appleFolder), name, commit, log); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	plural := "s"
	if len(names) == 1 {
		plural = ""
	}
	fmt.Fprintf(log, "note: %d facts file%s of commit %s written; give the commit its release in %s\n", len(names), plural, commit, releasesFile)
	return nil
}

func commitOf(o options) (string, error) {
	switch {
	case o.apple == "":
		return "", errors.New("missing APPLE=DIR, a checkout of apple/device-management")
	case o.commit == "" && !isGitCheckout(o.apple):
		return "", fmt.Errorf("%s is no git checkout: give -commit", o.apple)
	case o.commit == "":
		return git(o.apple, "rev-parse", "HEAD")
	}
	return o.commit, checkCommit(o.commit)
}

func writeFactsFile(files fs.FS, folder, name, commit string, log io.Writer) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	file := filepath.Join(folder, filepath.FromSlash(name))
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	facts, left, err := appleyaml.FactsFile(commit, name, data, old)
	if err != nil {
		return err
	}
	for _, field := range left {
		fmt.Fprintf(log, "note: %s: field %q left out: syncguard does not read it\n", name, field)
	}
	delta := strings.TrimSuffix(name, ".yaml") + ".delta.yaml"
	if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(delta))); err == nil {
		fmt.Fprintf(log, "note: %s applies on top: remove from it what %s states now\n", path.Base(delta), path.Base(name))
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, facts, 0o644)
}
