// Package effective works out what one device ends up with from several profiles and declarations: each setting once, with its value,
// who set it, who lost and why, and what nobody can tell.
//
// Start with On. walk.go takes the files apart into settings, settle.go combines those of one name. How values combine is known by
// package merge, and whether a setting works on the device by package coverage. Values with secrets are masked in the result.
package effective

import (
	"fmt"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// File is a profile or declaration, its secrets marked.
type File struct {
	Name        string
	Root        *plist.Value
	Declaration bool
	Not         string // why the file does not reach the target; empty if it does
}

// Device is what a device of a target ends up with.
type Device struct {
	Target   target.Target     `json:"target"`
	ReadAs   target.Enrollment `json:"readAs,omitempty"` // the enrollment with the rules in effect, if not the one of `target`: `supervised` for a Mac under MDM
	Files    []Fate            `json:"files"`
	Settings []Setting         `json:"settings"`      // by type and key, each once
	Inert    []Inert           `json:"withoutEffect"` // set by a file, without effect on the target

	Totals
}

// Totals counts the settings by their status.
type Totals struct {
	Alone     int `json:"alone"`
	Agreed    int `json:"agreed"`
	Combined  int `json:"combined"`
	Undefined int `json:"undefined"`
}

// Settled reports whether the value of every setting is known.
func (d *Device) Settled() bool { return d.Undefined == 0 }

// Fate is what becomes of a file as a whole.
type Fate struct {
	File       string `json:"file"`
	Identifier string `json:"identifier"`
	Kind       string `json:"kind"`             // `profile` or `declaration`
	CopyOf     string `json:"copyOf,omitempty"` // the file with the same content, which stands for it
	Note       string `json:"note,omitempty"`   // what keeps the file from counting, or from being read
	Rule       string `json:"rule,omitempty"`   // ID of the rule behind the note
	Next       string `json:"next,omitempty"`
}

// Status tells how the value of a setting came about.
type Status string

// Every status of a setting.
const (
	Alone     Status = "alone"     // one file sets it
	Agreed    Status = "agreed"    // several files set it to the same value
	Combined  Status = "combined"  // several values combine by a rule
	Undefined Status = "undefined" // the value cannot be told from the files
)

// Setting is one setting of the device.
type Setting struct {
	Type     string        `json:"type"`            // payload type, declaration type or preference domain
	Key      string        `json:"key,omitempty"`   // path below the type; an entry of a list stands in brackets. Absent for a payload as a whole
	Name     string        `json:"name,omitempty"`  // of a payload as a whole: its network, account or display name
	Scope    string        `json:"scope,omitempty"` // `User` for a profile that counts for users of a Mac
	Status   Status        `json:"status"`          // `alone`, `agreed`, `combined`, `undefined`
	Class    intent.Class  `json:"class,omitempty"` // of a known value, as `coverage` has it: `enforced`, `locked`, `preset`
	Value    any           `json:"value,omitempty"` // absent if undefined, and for a payload as a whole; data and secrets are told in words
	By       []Source      `json:"by"`              // who set the value, or a part of it; all sources if it is undefined
	Lost     []Source      `json:"lost"`            // whose value does not count
	Rule     string        `json:"rule,omitempty"`  // ID of the rule that decided, or that leaves it open
	How      string        `json:"how,omitempty"`   // what the rule does with this key, such as `boolean-and`
	Evidence fact.Evidence `json:"evidence,omitempty"`
	Next     string        `json:"next,omitempty"` // what to do

	Shown string `json:"-"` // the value for people
}

// Source is a place that sets a value.
type Source struct {
	File    string `json:"file"`
	Payload string `json:"payload,omitempty"` // such as `PayloadContent[0]`; absent for a declaration
	Key     string `json:"key,omitempty"`     // TYPE.KEY, if it is another one than the setting's
	Value   any    `json:"value,omitempty"`   // as the file has it

	Shown string `json:"-"`
}

// Inert is a key without effect on the target.
type Inert struct {
	Type   string `json:"type"`
	Key    string `json:"key,omitempty"` // absent for a payload as a whole
	Why    string `json:"why"`           // predicates of the key, separated by semicolons
	Source Source `json:"source"`
}

// On works out what a device of a target ends up with. An error comes from reading the schema facts.
func On(files []File, t target.Target, c *schema.Catalog) (*Device, error) {
	d := &Device{Target: t, Files: []Fate{}, Settings: []Setting{}, Inert: []Inert{}}
	if t.ReadAs() != "" {
		d.ReadAs = t.Effective()
	}
	common, err := c.Common()
	if err != nil {
		return nil, err
	}
	r := &run{Device: d, catalog: c, facts: facts.Embedded(), common: common, on: t,
		types: map[string][]*schema.Type{}, declared: map[string]*schema.Type{}, groups: map[groupName]*group{}}
	counted := r.choose(files)
	for i := range counted {
		r.noteDeclared(&counted[i])
	}
	for i := range counted {
		r.addFile(&counted[i])
	}
	if r.err != nil {
		return nil, fmt.Errorf("reading the schema: %w", r.err)
	}
	r.settle()
	return d, nil
}

// run is one call of On.
type run struct {
	*Device
	catalog  *schema.Catalog
	facts    *facts.Facts
	common   *schema.Type
	on       target.Target
	types    map[string][]*schema.Type
	declared map[string]*schema.Type // the declarations that the target takes, by type
	groups   map[groupName]*group
	order    []*group
	err      error
}

// isMac reports whether the target has users with settings of their own.
func (r *run) isMac() bool { return r.on.Platform == target.MacOS }

// scopeOf returns the part of the device that a profile counts for: User on a Mac, otherwise nothing.
func (r *run) scopeOf(root *plist.Value) string {
	if r.isMac() && root.String("PayloadScope") == "User" {
		return "User"
	}
	return ""
}

// deviceOf names the platform that a profile is for, if it is another than the target's.
func (r *run) deviceOf(root *plist.Value) string {
	only := profiles.DeviceTypeOf(root).Platform()
	if only == "" || only == r.on.Platform.Schema() {
		return ""
	}
	return string(only)
}
