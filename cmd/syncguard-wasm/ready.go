//go:build !js

// Built for another system, syncguard-wasm writes the profiles of the usual choices into a folder, for the page to link, and
// lists them on stdout as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"syncguard/internal/web"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "syncguard-wasm:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("want one argument, the folder to write the profiles into")
	}
	engine := &web.Engine{Version: "devel", Now: time.Now}
	all, err := engine.ReadyMade(context.Background())
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(all))
	for _, name := range names {
		path := filepath.Join(args[0], filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, all[name], 0o644); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(names)
}
