package app

import (
	"cmp"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/applebusiness"
	"syncguard/internal/deploy/fleet"
	"syncguard/internal/deploy/intune"
	"syncguard/internal/deploy/iru"
	"syncguard/internal/deploy/jamf"
	"syncguard/internal/deploy/kmfddm"
	"syncguard/internal/deploy/nanomdm"
	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// Destinations returns the MDM servers and services of push and export, sorted by name.
func Destinations() []*deploy.Destination {
	return []*deploy.Destination{
		applebusiness.Destination(),
		fleet.Destination(),
		intune.Destination(),
		iru.Destination(),
		jamf.Destination(),
		kmfddm.Destination(),
		nanomdm.Destination(),
	}
}

// destination finds a destination by name.
func destination(name string) (*deploy.Destination, error) {
	var names []string
	for _, d := range Destinations() {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return nil, diag.Usage("want "+text.Choices(names), "unknown destination %q", name)
}

// pushCommands lists the commands that push declarations, or profiles: "push a, push b or push c".
func pushCommands(declarations bool) string {
	var names []string
	for _, d := range Destinations() {
		if d.Push != nil && d.Declarations == declarations {
			names = append(names, "push "+d.Name)
		}
	}
	last := len(names) - 1
	return strings.TrimPrefix(strings.Join(names[:last], ", ")+" or "+names[last], " or ")
}

// Delivered says how a server takes the output of a build.
type Delivered struct {
	deploy.Delivery
	Server   string
	Commands []string // push and export commands for the server
	Declares []string // those of the push commands that send declarations, too
}

// Deliveries returns one Delivered for each server. A server with several destinations appears once.
func Deliveries() []Delivered {
	var all []Delivered
	for _, d := range Destinations() {
		of := Delivered{Delivery: d.Delivery, Server: cmp.Or(d.Title, d.Server().Name)}
		for _, with := range Destinations() {
			if with.Push != nil && (with.Name == d.Name || with.Delivery.SameAs == d.Name) {
				of.Commands = append(of.Commands, "push "+with.Name)
				if with.Declarations {
					of.Declares = append(of.Declares, "push "+with.Name)
				}
			}
		}
		if d.Export != nil {
			of.Commands = append(of.Commands, "export "+d.Name)
		}
		if d.Delivery.SameAs == "" {
			all = append(all, of)
		}
	}
	return all
}
