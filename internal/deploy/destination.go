package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
)

// Destination describes a place to bring profiles to: a kind of server, or the folder of its own tool. Its package registers
// this value; the commands, flags, help and documentation of every destination are made from it.
type Destination struct {
	Name         string // on the command line, and the server's ID in package mdm
	Title        string // in reports; empty for the name in package mdm
	Address      string // of the server, if there is only one
	Declarations bool   // it takes declarations instead of profiles
	Encrypted    bool   // it takes profiles encrypted for one device
	Flags        []Flag
	Push         *Help // nil without a server to push to
	Export       *Help // nil if it writes no files
	Folder       bool  // the files form a folder, never one text
	Inventory    bool  // the server can be asked for its devices; see Session.Inventory
	Delivery     Delivery

	// Open prepares one run: it checks the flags, reads the credentials and returns the Session.
	Open func(ctx context.Context, s *Setup) (*Session, error)
}

// Help is the text of a command.
type Help struct {
	Short, Long, Example string
	Takes, Proof         string // columns of the documentation's table: what is taken or made; what it was tested on, or who uploads it
}

// Delivery tells users of other tools how the server takes the built files.
type Delivery struct {
	Profiles, Declarations string
	Source                 string // a URL
	SameAs                 string // name of the destination with the same texts, instead of own ones
}

// Kind is the type of a flag's value.
type Kind int

// The kinds of flags.
const (
	Text     Kind = iota
	Switch        // true or false
	List          // texts, separated by commas or repeated
	Repeated      // texts, by repeating the flag
	Choice        // one of some words
	Duration      // such as 5m
	Path          // of a file
	Secret        // reference to a secret: env:NAME or file:PATH
)

// Flag is an option of one destination.
type Flag struct {
	Name            string
	Kind            Kind
	Usage           string // for a Secret: its name, such as "the API token"
	Default         string
	Choices         []string // for a Choice, the default first
	Ext             []string // for a Path: file name extensions
	Variable        string   // environment variable with the same meaning, without its prefix
	Alternative     string   // for a Secret: another way to sign in, for the hint
	Export          bool     // the flag also applies to export
	WithoutProfiles bool     // the flag is an action of its own: no profiles needed
}

// Server returns the facts about the server, never nil.
func (d *Destination) Server() *mdm.Server {
	if s := mdm.Find(d.Name); s != nil {
		return s
	}
	return &mdm.Server{ID: d.Name, Name: d.Title}
}

// Variable returns the name of an environment variable of this destination.
func (d *Destination) Variable(what string) string {
	return "SYNCGUARD_" + strings.ToUpper(strings.ReplaceAll(d.Name, "-", "_")) + "_" + what
}

// FlagHelp returns the help text of a flag.
func (d *Destination) FlagHelp(f Flag) string {
	switch {
	case f.Kind == Choice:
		last := len(f.Choices) - 1
		return strings.Join(f.Choices[:last], ", ") + " or " + f.Choices[last]
	case f.Kind == Secret:
		return fmt.Sprintf("%s, as env:NAME or file:PATH (default env:%s)", f.Usage, d.Variable(f.Variable))
	case f.Variable != "":
		return fmt.Sprintf("%s (default $%s)", f.Usage, d.Variable(f.Variable))
	}
	return f.Usage
}

// Values are the flags' values on the command line, by name.
type Values map[string][]string

// checkValues returns an error for an unknown flag or an invalid value.
func (d *Destination) checkValues(given Values) error {
	for name, values := range given {
		i := slices.IndexFunc(d.Flags, func(f Flag) bool { return f.Name == name })
		if i < 0 {
			return diag.Usage("leave it out", "%s has no flag --%s", d.Name, name)
		}
		for _, value := range values {
			var err error
			switch f := d.Flags[i]; {
			case f.Kind == Choice && !slices.Contains(f.Choices, value):
				err = fmt.Errorf("want %s", d.FlagHelp(f))
			case f.Kind == Duration:
				if _, err = time.ParseDuration(value); err != nil {
					err = errors.New("want a duration such as 30s or 5m")
				}
			case f.Kind == Switch:
				if _, err = strconv.ParseBool(value); err != nil {
					err = errors.New("want true or false")
				}
			}
			if err != nil {
				return diag.Usage("see --help", "invalid --%s %q: %s", name, value, err)
			}
		}
	}
	return nil
}

// flag returns the destination's flag of this name, and panics without one.
func (d *Destination) flag(name string) Flag {
	return d.Flags[slices.IndexFunc(d.Flags, func(f Flag) bool { return f.Name == name })]
}
