// Command generate makes the embedded schema catalog from checkouts of its sources.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
	"syncguard/internal/schema/manifests"
)

type options struct {
	apple, appleVersion         string
	seed, seedVersion           string
	newer                       string
	manifests, manifestsVersion string
	out                         string
}

func main() {
	var o options
	flag.StringVar(&o.apple, "apple", "", "checkout of apple/device-management")
	flag.StringVar(&o.appleVersion, "apple-version", "", "release that the checkout has")
	flag.StringVar(&o.seed, "seed", "", "folder of the same shape, newer than -apple and older than -newer; may be left out")
	flag.StringVar(&o.seedVersion, "seed-version", "", "commit that the seed has")
	flag.StringVar(&o.newer, "newer", "", "folder of the same shape whose newer facts win; may be left out")
	flag.StringVar(&o.manifests, "manifests", "", "checkout of ProfileManifests; may be left out")
	flag.StringVar(&o.manifestsVersion, "manifests-version", "", "date of the checkout")
	flag.StringVar(&o.out, "out", "", "folder to write, replaced as a whole")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	if err := o.check(); err != nil {
		return err
	}
	types, err := readApple(o)
	if err != nil {
		return err
	}
	if o.manifests != "" {
		preferences, err := manifests.Read(os.DirFS(o.manifests), o.manifestsVersion)
		if err != nil {
			return err
		}
		if err := manifests.AddBeside(types, os.DirFS(o.manifests), o.manifestsVersion); err != nil {
			return err
		}
		prescribes, err := readPrescribed(prescribed)
		if err != nil {
			return err
		}
		prescribes = slices.DeleteFunc(prescribes, func(t *schema.Type) bool { return manifests.Beside(types, t) })
		types = slices.Concat(types, preferences, prescribes)
	}
	files, err := schema.Files(types)
	if err != nil {
		return err
	}
	return replace(o.out, files)
}

func (o options) check() error {
	switch {
	case o.apple == "" || o.appleVersion == "":
		return errors.New("-apple and -apple-version are needed")
	case o.seed != "" && o.seedVersion == "":
		return errors.New("-seed needs -seed-version")
	case o.manifests != "" && o.manifestsVersion == "":
		return errors.New("-manifests needs -manifests-version")
	case o.out == "":
		return errors.New("-out is needed")
	}
	return nil
}

func readApple(o options) ([]*schema.Type, error) {
	older, err := appleyaml.Read(os.DirFS(o.apple), o.appleVersion)
	if err != nil {
		return nil, err
	}
	newer := &appleyaml.Tree{}
	if o.newer != "" {
		if newer, err = appleyaml.Read(os.DirFS(o.newer), ""); err != nil {
			return nil, err
		}
	}
	if o.seed != "" {
		seed, err := appleyaml.Read(os.DirFS(o.seed), o.seedVersion)
		if err != nil {
			return nil, err
		}
		if older, err = appleyaml.Between(older, seed, newer); err != nil {
			return nil, err
		}
	}
	types, err := appleyaml.Merge(older, newer)
	if err != nil {
		return nil, err
	}
	markUnsure(types, o.appleVersion)
	nameReleases(types)
	return types, appleyaml.Correct(types)
}

// replace writes files into a folder and removes what else is there.
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
