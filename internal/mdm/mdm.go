// Package mdm holds facts about MDM servers: the variables they fill in, and the profiles they refuse or change. The facts
// stand in mdm.json, written by hand, each with its source and evidence; table.go is generated from it. Start with Servers and
// Find. The package makes no findings: the rules of lint and the destinations of deploy use the facts.
package mdm

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
)

// Server is one MDM server. A nil field means unknown.
type Server struct {
	ID   string   // on the command line
	Name string   // as its maker writes it
	Also []string // other names on the command line

	Size      *Size
	Signed    *Signed
	Binary    *Binary
	Scope     *Clause // for a profile without PayloadScope
	Secrets   *Clause
	Phantoms  *fact.Statement // white space between arrays becomes arrays
	Text      *Text
	Storage   *Storage
	Own       *Own
	Changes   []Clause // other changes to a profile
	Renewal   *Renewal
	Requires  []Key // of the top level
	Fixed     []Key // of the top level: an update changing one is refused
	Refuses   []Refusal
	Reserves  []Reserved
	Unique    []Key // of the top level, among the profiles of a device
	Variables *Variables
}

// Size is the size limit of a profile.
type Size struct {
	fact.Statement
	Bytes int
}

// Treatment is the effect of a server on a signed profile.
type Treatment string

// The treatments.
const (
	Refuses  Treatment = "refuses"
	Strips   Treatment = "strips"   // removes the signature
	Unproven Treatment = "unproven" // no source states its delivery
)

// Signed is the treatment of signed profiles.
type Signed struct {
	fact.Statement
	Does Treatment
}

// Binary tells whether binary property lists are refused.
type Binary struct {
	fact.Statement
	Refused bool
}

// Text is forms of XML refused by a server, though devices accept them.
type Text struct {
	fact.Statement
	Refuses []string // named as by plist.Oddity
}

// Renewal is a variable marking a certificate for renewal, in the subject requested by a payload.
type Renewal struct {
	fact.Statement
	Variables []string // the preferred one first
	Types     []string // of payloads requesting a certificate
	Proxied   []string // prefixes of variables for a certificate requested by the server itself, which refuses a payload without a variable above
}

// Clause is a fact written as a clause with the server as its subject.
type Clause struct {
	fact.Statement
	Says string
}

// Own is the keys set by the server.
type Own struct {
	fact.Statement
	// Top and Payload are keys of the top level and of each payload: the server replaces any value sent.
	Top, Payload []string
	// AddsTop and AddsPayload are keys added if a profile lacks them.
	AddsTop, AddsPayload []string
}

// Key is a key of the top level.
type Key struct {
	fact.Statement
	Key string
}

// Refusal is payload types refused altogether or with certain keys.
type Refusal struct {
	fact.Statement
	Types   []string
	Keys    []string // none refuses the payload whatever it holds
	Because string
}

// Reserved is values of a key, of the top level or a payload, reserved by the server.
type Reserved struct {
	fact.Statement
	Key    string
	Values []string
}

// Servers returns every server, sorted by ID. The result is shared; do not modify it.
func Servers() []*Server { return table.Servers }

// file is the content of mdm.json.
type file struct {
	Device  DeviceVariables
	Servers []*Server
}

// DeviceVariables is the variables, in percent signs, filled in by a Mac itself, and the payload types with them.
type DeviceVariables struct {
	fact.Statement
	Names []string
	Types []string
}

func device() *DeviceVariables { return &table.Device }

// Find returns the server with this ID or other name, ignoring case, or nil.
func Find(name string) *Server {
	for _, s := range Servers() {
		if strings.EqualFold(s.ID, name) || slices.ContainsFunc(s.Also, func(also string) bool { return strings.EqualFold(also, name) }) {
			return s
		}
	}
	return nil
}

// IDs lists the servers' IDs, sorted.
func IDs() []string {
	var ids []string
	for _, s := range Servers() {
		ids = append(ids, s.ID)
	}
	return ids
}
