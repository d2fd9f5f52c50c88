// Command generate makes internal/schema/catalog, the facts embedded in syncguard, from two public repositories and from
// internal/schema/sources. The README there tells how to change a fact and how to add a newer release of Apple's.
//
//	go run ./internal/schema/generate -apple DIR -manifests DIR     # make generate
//	go run ./internal/schema/generate -facts -apple DIR [FILE...]   # make facts
//
// Start reading at build: appleyaml reads and merges Apple's schemas, manifests reads ProfileManifests, and schema.Files lays out
// the catalog. With -facts it writes facts files into the sources instead, from a newer checkout of apple/device-management: see
// factsfiles.go. It downloads nothing.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

type options struct {
	apple, manifests string // checkouts
	sources, out     string
	facts            bool
	commit           string
	files            []string // of -facts
}

func main() {
	var o options
	flag.StringVar(&o.apple, "apple", "", "checkout of apple/device-management")
	flag.StringVar(&o.manifests, "manifests", "", "checkout of ProfileManifests")
	flag.StringVar(&o.sources, "sources", "internal/schema/sources", "folder of our own sources")
	flag.StringVar(&o.out, "out", "internal/schema/catalog", "folder to write, replaced as a whole")
	flag.BoolVar(&o.facts, "facts", false, "write the facts of -apple into -sources: all files, or those named")
	flag.StringVar(&o.commit, "commit", "", "with -facts: the commit of -apple, if it is no git checkout")
	flag.Parse()
	o.files = flag.Args()
	if err := run(o, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run writes notes for its user to log.
func run(o options, log io.Writer) error {
	if o.facts {
		return writeFactsFiles(o, log)
	}
	s, err := readSources(os.DirFS(o.sources))
	if err != nil {
		return err
	}
	if err := s.checkouts.check(o, log); err != nil {
		return err
	}
	files, origins, err := build(os.DirFS(o.apple), os.DirFS(o.manifests), s)
	if err != nil {
		return err
	}
	if err := replace(o.out, files); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.sources, originsFile), origins, 0o644); err != nil {
		return fmt.Errorf("writing the origins: %w", err)
	}
	return nil
}

// replace writes files into a folder and removes all others from it.
func replace(folder string, files map[string][]byte) error {
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("emptying the catalog: %w", err)
	}
	for name, data := range files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("writing the catalog: %w", err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return fmt.Errorf("writing the catalog: %w", err)
		}
	}
	return nil
}
