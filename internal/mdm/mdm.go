// Package mdm holds what is known of the servers that deliver profiles: which variables they fill in, and what they refuse
// or change. All of it stands in mdm.json, written by hand, each entry with its source and how far it is to be trusted. It
// makes no findings.
package mdm

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/fact"
)

// Server is one MDM server. A nil part means that nothing is known of it.
type Server struct {
	ID   string   // as it is named on the command line
	Name string   // as its maker writes it
	Also []string // other names on the command line

	Size      *Size
	Signed    *Signed
	Binary    *Binary
	Scope     *Clause // of a profile without PayloadScope
	Secrets   *Clause
	Phantoms  *fact.Statement // white space between arrays becomes arrays
	Text      *Text
	Storage   *Storage
	Own       *Own
	Changes   []Clause // what else it does to a profile
	Renewal   *Renewal
	Requires  []Key // of the top level
	Fixed     []Key // of the top level: an update that changes one is refused
	Refuses   []Refusal
	Reserves  []Reserved
	Unique    []Key // of the top level, among the profiles of a device
	Variables *Variables
}

// Size is how large a profile may be.
type Size struct {
	fact.Statement
	Bytes int
}

// Treatment is what a server does with a signed profile.
type Treatment string

// The treatments.
const (
	Refuses  Treatment = "refuses"
	Strips   Treatment = "strips"   // takes the signature off
	Unproven Treatment = "unproven" // nobody states that it is delivered
)

// Signed is what becomes of a signed profile.
type Signed struct {
	fact.Statement
	Does Treatment
}

// Binary is whether a binary property list is refused.
type Binary struct {
	fact.Statement
	Refused bool
}

// Text is forms of XML that a server refuses, though devices take them.
type Text struct {
	fact.Statement
	Refuses []string // as plist.Oddity names them
}

// Renewal is a variable by which a server recognises a certificate that it is to renew: in the subject that a payload asks for.
type Renewal struct {
	fact.Statement
	Variables []string // the one to write first
	Types     []string // of payloads that ask for a certificate
	Proxied   []string // how variables begin with which the server itself asks for it, and refuses a payload without the one above
}

// Saying is a fact that is a clause, with the server as its subject.
type Clause struct {
	fact.Statement
	Says string
}

// Own is the keys that a server fills in itself.
type Own struct {
	fact.Statement
	// Top and Payload are those, of the top level and of each payload, that hold what the server likes, whatever was sent.
	Top, Payload []string
	// AddsTop and AddsPayload are those that it adds where a profile does not have them.
	AddsTop, AddsPayload []string
}

// Key is a key of the top level.
type Key struct {
	fact.Statement
	Key string
}

// Refusal is payload types that are refused, altogether or where they hold one of some keys.
type Refusal struct {
	fact.Statement
	Types   []string
	Keys    []string // none means that the payload is refused whatever it holds
	Because string
}

// Reserved is values of a key, of the top level or of a payload, that the server keeps for itself.
type Reserved struct {
	fact.Statement
	Key    string
	Values []string
}

//go:embed mdm.json
var source []byte

// Servers returns every server, sorted by ID. It belongs to all callers: do not change it.
func Servers() []*Server { return servers() }

var embedded = sync.OnceValue(func() *file {
	f, err := parse(source)
	if err != nil {
		panic(err) // a test parses it
	}
	return f
})

func servers() []*Server { return embedded().Servers }

// file is mdm.json as it is written.
type file struct {
	Device  DeviceVariables
	Servers []*Server
}

// OnTheDevice is the variables, in percent signs, that a Mac fills in itself, and the payload types in which it does.
type DeviceVariables struct {
	fact.Statement
	Names []string
	Types []string
}

func device() *DeviceVariables { return &embedded().Device }

// Find returns the server of an ID or another of its names, upper case or lower, or nil.
func Find(name string) *Server {
	for _, s := range Servers() {
		if strings.EqualFold(s.ID, name) || slices.ContainsFunc(s.Also, func(also string) bool { return strings.EqualFold(also, name) }) {
			return s
		}
	}
	return nil
}

// IDs lists the servers.
func IDs() []string {
	var ids []string
	for _, s := range Servers() {
		ids = append(ids, s.ID)
	}
	return ids
}

func parse(data []byte) (*file, error) {
	var in file
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("reading what is known of MDM servers: %w", err)
	}
	var errs []error
	for _, s := range in.Servers {
		for _, f := range s.facts() {
			if f.Source == "" || !slices.Contains([]fact.Evidence{fact.Apple, fact.Vendor, fact.Community}, f.Evidence) {
				errs = append(errs, fmt.Errorf("a fact of %s has source %q and evidence %q", s.ID, f.Source, f.Evidence))
			}
		}
		if s.Signed != nil && !slices.Contains([]Treatment{Refuses, Strips, Unproven}, s.Signed.Does) {
			errs = append(errs, fmt.Errorf("%s does %q with a signed profile", s.ID, s.Signed.Does))
		}
	}
	if !slices.IsSortedFunc(in.Servers, func(a, b *Server) int { return strings.Compare(a.ID, b.ID) }) {
		errs = append(errs, errors.New("the servers are not sorted"))
	}
	return &in, errors.Join(errs...)
}

// facts returns where everything that is known of the server can be read.
func (s *Server) facts() []fact.Statement {
	var all []fact.Statement
	if s.Size != nil {
		all = append(all, s.Size.Statement)
	}
	if s.Signed != nil {
		all = append(all, s.Signed.Statement)
	}
	if s.Binary != nil {
		all = append(all, s.Binary.Statement)
	}
	for _, says := range []*Clause{s.Scope, s.Secrets} {
		if says != nil {
			all = append(all, says.Statement)
		}
	}
	if s.Phantoms != nil {
		all = append(all, *s.Phantoms)
	}
	if s.Text != nil {
		all = append(all, s.Text.Statement)
	}
	if s.Storage != nil {
		all = append(all, s.Storage.Statement)
	}
	if s.Own != nil {
		all = append(all, s.Own.Statement)
	}
	for _, c := range s.Changes {
		all = append(all, c.Statement)
	}
	if s.Renewal != nil {
		all = append(all, s.Renewal.Statement)
	}
	for _, k := range slices.Concat(s.Requires, s.Unique, s.Fixed) {
		all = append(all, k.Statement)
	}
	for _, r := range s.Refuses {
		all = append(all, r.Statement)
	}
	for _, r := range s.Reserves {
		all = append(all, r.Statement)
	}
	if s.Variables != nil {
		all = append(all, s.Variables.Statement)
	}
	return all
}
