package intent

import (
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// ID names one thing that keeps iCloud syncing: its key below prevention in a template.
type ID string

// The intents.
const (
	DateTime ID = "date-time"
	DNS      ID = "dns"
	Cellular ID = "cellular"
	Storage  ID = "storage"
	Updates  ID = "updates"
)

// definition is all of an intent: its part of a template bound to the functions for a target.
type definition struct {
	id       ID
	enabled  template.Entry[bool]
	plan     func(*planner, *Outcome)
	settings func(target.Target) []Setting // steps a person can take by hand
}

// definitions is the table of the intents, in the order of reports.
func definitions(p template.Prevention) []definition {
	return []definition{
		{DateTime, p.DateTime.Enabled, bind(p.DateTime, planDateTime), dateTimeSettings},
		{DNS, p.DNS.Enabled, bind(p.DNS, planDNS), dnsSettings},
		{Cellular, p.Cellular.Enabled, bind(p.Cellular, planCellular), cellularSettings},
		{Storage, p.Storage.Enabled, bind(p.Storage, planStorage), storageSettings},
		{Updates, p.Updates.Enabled, bind(p.Updates, planUpdates), updatesSettings},
	}
}

// bind binds an intent's part of the template.
func bind[T any](part T, plan func(*planner, *Outcome, T)) func(*planner, *Outcome) {
	return func(p *planner, o *Outcome) { plan(p, o, part) }
}

// All lists every intent.
func All() []ID {
	var all []ID
	for _, d := range definitions(template.Prevention{}) {
		all = append(all, d.id)
	}
	return all
}

// Title returns the intent as a heading.
func (i ID) Title() string {
	switch i {
	case DateTime:
		return "date & time"
	case DNS:
		return "DNS"
	}
	return string(i)
}
