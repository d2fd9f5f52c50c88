package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/intent"
	"syncguard/internal/summary"
	"syncguard/internal/target"
)

// OwnDeviceOptions are the choices of a person for their own device.
type OwnDeviceOptions struct {
	Target   string   // the device
	DNS      string   // name of one of DNSProviders; empty to leave DNS alone
	Exempt   []string // Wi-Fi networks (SSIDs) that keep their own DNS
	Language string   // of the profile's name and description, BCP 47; empty for English
}

// OwnDeviceResult is what a profile does on one device, and what is left to its owner. Its files are in the host's working folder.
type OwnDeviceResult struct {
	Target       target.Target
	Template     string   // file of the template: build --unsigned makes the other files of it
	File         string   // file of the profile; empty if none can set anything on the device
	Declarations []string // files of declarations for the MDM server that delivers the profile
	Causes       []Cause  // all of them, those left alone aside
}

// Cause is one cause of paused syncing: what the profile does about it.
type Cause struct {
	Intent intent.ID
	Class  intent.Class
	Does   []summary.Sentence // none if the profile does nothing
	First  bool               // the steps come before the profile, which locks the switch
	Steps  []intent.Setting   // what is left to the person
	Notes  []intent.Note      // conditions and consequences, without what follows from the class
}

// The organization of a profile that a person makes is that of the built-in template.
const (
	ownName       = "syncguard"
	ownIdentifier = "local.syncguard"
)

// OwnDevice writes the template and the unsigned profile for a person's own device, and returns what the profile does there.
func OwnDevice(ctx context.Context, h *Host, o OwnDeviceOptions) (*OwnDeviceResult, error) {
	draft := InitOptions{File: DefaultTemplate, Name: ownName, Identifier: ownIdentifier, Targets: []string{o.Target}, Language: o.Language}
	if o.Language == "en" {
		draft.Language = ""
	}
	for _, id := range intent.All() {
		if id != intent.DNS || o.DNS != "" {
			draft.Intents = append(draft.Intents, string(id))
		}
	}
	if o.DNS != "" {
		draft.DNS = []string{o.DNS}
		draft.Exempt = distinct(o.Exempt)
	}
	starter, err := Draft(h, draft)
	if err != nil {
		return nil, err
	}
	if err := files.WriteOne(h.Files, DefaultTemplate, starter, 0o644, h.Now()); err != nil {
		return nil, err
	}
	build := BuildOptions{Templates: []string{DefaultTemplate}, Unsigned: true}
	all, findings, err := build.compose(ctx, h, nil, &[]Refused{})
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(findings, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }); i >= 0 {
		err := errors.New(findings[i].Message)
		if findings[i].Help != "" {
			err = diag.WithHint(err, "%s", findings[i].Help)
		}
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("the template makes %d profiles, want 1", len(all))
	}
	return all[0].ownDevice(h)
}

// distinct returns the texts without empty ones and repeated ones.
func distinct(all []string) (kept []string) {
	for _, s := range all {
		if s != "" && !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// ownDevice writes the files of a composed profile, and returns its result.
func (c *composed) ownDevice(h *Host) (*OwnDeviceResult, error) {
	r := &OwnDeviceResult{Target: c.result.Target, Template: DefaultTemplate}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	var effects []Effect
	if !c.result.SetsNothing() {
		p, made, err := c.finish(nil)
		if err != nil {
			return nil, err
		}
		r.File = p.File
		for _, f := range made {
			if f.Name != p.File {
				r.Declarations = append(r.Declarations, f.Name)
			}
			if err := files.WriteOne(h.Files, f.Name, f.Data, f.Mode, h.Now()); err != nil {
				return nil, err
			}
		}
		if effects, err = c.effects(catalog); err != nil {
			return nil, err
		}
	}
	for _, o := range c.result.Outcomes {
		r.Causes = append(r.Causes, causeOf(o, effects))
	}
	return r, nil
}

// causeOf joins the outcome of an intent with the effects of its payloads and declarations.
func causeOf(o intent.Outcome, effects []Effect) Cause {
	c := Cause{Intent: o.Intent, Class: o.Class, First: o.Class == intent.Locked}
	for _, e := range effects {
		works := isSetByProfile(e.Class) || e.Class == intent.Locked
		if works && slices.ContainsFunc(e.subjects(), func(s coverage.Subject) bool { return isMechanism(s, o.Tried) }) {
			c.Does = append(c.Does, e.Says...)
		}
	}
	for _, n := range o.Notes {
		if !n.Detail && !n.Chosen {
			c.Notes = append(c.Notes, n)
		}
	}
	if !isSetByProfile(o.Class) {
		c.Steps = o.Settings
	}
	return c
}

// subjects returns the keys of the effect.
func (e *Effect) subjects() (all []coverage.Subject) {
	for _, key := range e.Keys {
		of := e.Subject
		if len(e.Keys) == 1 && key != "" {
			of = strings.TrimSuffix(of, "."+key)
		}
		all = append(all, coverage.Subject{Type: of, Key: key})
	}
	return all
}

// OwnDeviceChoices are the devices that a person can choose.
type OwnDeviceChoices struct {
	Devices   []OwnDeviceKind
	Providers []DNSProvider
}

// OwnDeviceKind is a kind of device with its versions, newest first, and the ways of management that it knows.
type OwnDeviceKind struct {
	Platform target.Platform
	Name     string
	Versions []target.Version
	Ways     []target.Enrollment // with different rules; Shared iPad aside, which nobody owns
}

// oldestOwn is the oldest major version that a person can choose: profiles can set DNS from there on.
var oldestOwn = map[target.Platform]int{target.IOS: 14, target.IPadOS: 14, target.MacOS: 11, target.TvOS: 14, target.VisionOS: 1, target.WatchOS: 7}

// OwnDevices returns the choices.
func OwnDevices() (c OwnDeviceChoices) {
	c.Providers = DNSProviders()
	for _, p := range target.Platforms() {
		kind := OwnDeviceKind{Platform: p}
		for _, k := range kindsOfDevices(p.Schema(), target.Target{}) {
			if k.platform == p {
				kind.Name = k.name
			}
		}
		for major := target.Current; major >= oldestOwn[p]; major-- {
			t := target.Target{Platform: p, Version: target.Version{Major: major}, Enrollment: target.Manual}
			if _, err := target.Parse(t.String()); err == nil {
				kind.Versions = append(kind.Versions, t.Version)
			}
		}
		current := target.Version{Major: target.Current}
		for _, e := range target.Enrollments() {
			t := target.Target{Platform: p, Version: current, Enrollment: e}
			if _, err := target.Parse(t.String()); err == nil && e != target.SharedIPad && t.ReadAs() == "" {
				kind.Ways = append(kind.Ways, e)
			}
		}
		c.Devices = append(c.Devices, kind)
	}
	return c
}
