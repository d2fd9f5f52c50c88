package deploy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
)

// Destination is what profiles are brought to: a kind of server, or the folder that its own tool carries. The package of each
// one registers this value, and all that is said or done about it elsewhere comes from it.
type Destination struct {
	Name         string // on the command line, and of the server in package mdm
	Title        string // as the report names it, if not by the name that package mdm knows
	Address      string // of the server, where there is but one
	Declarations bool   // it takes declarations, and no profiles
	Encrypted    bool   // it takes profiles that are encrypted for one device
	Flags        []Flag
	Push         *Help // nil where there is no server to push to
	Export       *Help // nil where no files can be made
	Folder       bool  // the files make a folder, and are never one text
	Delivery     Delivery

	// Open sets it up for one run.
	Open func(ctx context.Context, s *Setup) (*Session, error)
}

// Help is what is told of a command.
type Help struct {
	Short, Long, Example string
	Takes, Proof         string // for the table of the documentation: what is taken or made, and what it was tried on or is carried by
}

// Delivery is how the server takes what was built, for those who do that by other means.
type Delivery struct {
	Profiles, Declarations string
	Source                 string // a URL
	SameAs                 string // destination that this one belongs to, whose words these are
}

// Kind is what a flag takes.
type Kind int

// The kinds of flags.
const (
	Text     Kind = iota
	Switch        // true or false
	List          // texts, parted by commas or by repeating it
	Repeated      // texts, by repeating it
	Choice        // one of some words
	Duration      // such as 5m
	Path          // of a file
	Secret        // where a secret is: env:NAME or file:PATH
)

// Flag is an option of one destination.
type Flag struct {
	Name            string
	Kind            Kind
	Usage           string // of a Secret: what it is, such as "the API token"
	Default         string
	Choices         []string // of a Choice, the default first
	Ext             []string // of a Path: how names end
	Variable        string   // environment variable that stands for it, without its prefix
	Alternative     string   // of a Secret: another way than giving it, for a hint
	Export          bool     // it also counts where files are written
	WithoutProfiles bool     // it is something to do, without profiles
}

// Server returns what is known of the server.
func (d *Destination) Server() *mdm.Server {
	if s := mdm.Find(d.Name); s != nil {
		return s
	}
	return &mdm.Server{ID: d.Name, Name: d.Title}
}

// Variable returns the name of an environment variable that holds something for this destination.
func (d *Destination) Variable(what string) string {
	return "SYNCGUARD_" + strings.ToUpper(strings.ReplaceAll(d.Name, "-", "_")) + "_" + what
}

// Describe returns what a flag is for.
func (d *Destination) FlagHelp(f Flag) string {
	switch {
	case f.Kind == Choice:
		last := len(f.Choices) - 1
		return strings.Join(f.Choices[:last], ", ") + " or " + f.Choices[last]
	case f.Kind == Secret:
		return fmt.Sprintf("env:NAME or file:PATH, where %s is; by default env:%s", f.Usage, d.Variable(f.Variable))
	case f.Variable != "":
		return fmt.Sprintf("%s (default: %s)", f.Usage, d.Variable(f.Variable))
	}
	return f.Usage
}

// Values are those that flags were given, by name.
type Values map[string][]string

// check returns which values the flags do not take.
func (d *Destination) checkValues(given Values) error {
	for name, values := range given {
		i := slices.IndexFunc(d.Flags, func(f Flag) bool { return f.Name == name })
		if i < 0 {
			return diag.Usage("leave it out", "%s has no --%s", d.Name, name)
		}
		for _, value := range values {
			var err error
			switch f := d.Flags[i]; {
			case f.Kind == Choice && !slices.Contains(f.Choices, value):
				err = fmt.Errorf("want %s", d.FlagHelp(f))
			case f.Kind == Duration:
				_, err = time.ParseDuration(value)
			case f.Kind == Switch:
				_, err = strconv.ParseBool(value)
			}
			if err != nil {
				return diag.Usage("see --help", "--%s %s: %s", name, value, err)
			}
		}
	}
	return nil
}

// flag returns a flag that the destination has.
func (d *Destination) flag(name string) Flag {
	return d.Flags[slices.IndexFunc(d.Flags, func(f Flag) bool { return f.Name == name })]
}
