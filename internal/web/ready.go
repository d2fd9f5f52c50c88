package web

import (
	"context"
	"encoding/json"
	"fmt"
	"path"

	"syncguard/internal/app"
	"syncguard/internal/guidance"
	"syncguard/internal/target"
)

// ReadyMade returns the profiles of the usual choices, by LANGUAGE/PROVIDER/FILE. A browser asks to install what it gets from an
// address of its own; of a file that a page made it often only saves a copy.
func (e *Engine) ReadyMade(ctx context.Context) (map[string][]byte, error) {
	all := map[string][]byte{}
	add := func(p MakeParams) error {
		params, err := json.Marshal(p)
		if err != nil {
			return err
		}
		a, err := e.Call(ctx, Request{Method: "make", Params: params})
		if err != nil {
			return fmt.Errorf("making the profile for %s: %w", p.Target, err)
		}
		var made Made
		if err := json.Unmarshal(a.Result, &made); err != nil {
			return err
		}
		if made.File != "" { // nothing can be set on some
			all[path.Join(p.Language, p.DNS, made.File)] = a.Files[made.File]
		}
		return nil
	}
	providers := app.DNSProviders()
	for _, p := range target.SchemaPlatforms() {
		for _, way := range []target.Enrollment{target.Manual, target.Supervised} {
			t := target.Target{Platform: p, Version: target.DefaultVersion(), Enrollment: way}
			if err := add(MakeParams{Target: t.String(), DNS: providers[0].Name, Language: guidance.Languages()[0]}); err != nil {
				return nil, err
			}
		}
	}
	// only these: devices with a browser that asks, and with a person who chooses the profile by hand
	for _, p := range []target.Platform{target.IOS, target.IPadOS, target.MacOS} {
		for _, v := range []target.Version{target.DefaultVersion(), {Major: target.Current}} {
			for _, provider := range providers {
				for _, l := range guidance.Languages() {
					t := target.Target{Platform: p, Version: v, Enrollment: target.Manual}
					if err := add(MakeParams{Target: t.String(), DNS: provider.Name, Language: l}); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	return all, nil
}
