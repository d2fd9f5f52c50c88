package upgrade

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// AddIntents adds what some moves, by index, mean for the prevention intents of a template, called name. It fails if the
// schema facts cannot be read.
func (list *Checklist) AddIntents(name string, p template.Prevention, on []int, c *schema.Catalog) error {
	var tasks []Task
	seen := map[intent.ID]bool{}
	changed := map[intent.ID]bool{}
	for _, i := range on {
		m := list.Moves[i]
		before, err := intent.New(p, m.Before(), c)
		if err != nil {
			return err
		}
		after, err := intent.New(p, m.After(), c)
		if err != nil {
			return err
		}
		for n, o := range before.Outcomes {
			seen[o.Intent] = true
			list.Concerns[i] = list.Concerns[i] || o.Class != intent.None || after.Outcomes[n].Class != intent.None
			verdict := compare(o, after.Outcomes[n])
			if verdict == Unchanged {
				continue
			}
			changed[o.Intent] = true
			events, err := steps(p, m, o, n, c)
			if err != nil {
				return err
			}
			tasks = addIntent(tasks, Task{Verdict: verdict, Files: []string{name}, Intent: o.Intent, Events: events, Moves: []int{i},
				Effects: []Effect{{i, o.Class, after.Outcomes[n].Class}}})
		}
	}
	list.Unchanged += len(seen) - len(changed)
	list.Tasks = merge(append(list.Tasks, tasks...))
	return nil
}

// addIntent joins a task with one of the same intent and verdict.
func addIntent(tasks []Task, t Task) []Task {
	i := slices.IndexFunc(tasks, func(o Task) bool { return o.Intent == t.Intent && o.Verdict == t.Verdict })
	if i < 0 {
		return append(tasks, t)
	}
	for _, e := range t.Events {
		if !slices.Contains(tasks[i].Events, e) {
			tasks[i].Events = append(tasks[i].Events, e)
		}
	}
	tasks[i].Moves = append(tasks[i].Moves, t.Moves...)
	tasks[i].Effects = append(tasks[i].Effects, t.Effects...)
	return tasks
}

// compare returns the verdict on an intent, by what a template built for the version before and after does.
func compare(before, after intent.Outcome) Verdict {
	acts := func(c intent.Class) bool { return intent.Stronger(c, intent.Manual) }
	switch {
	case intent.Stronger(after.Class, before.Class):
		return New
	case acts(before.Class) && !acts(after.Class):
		return Stops
	case before.Class != after.Class, !slices.Equal(before.Mechanisms, after.Mechanisms):
		return Changes
	}
	return Unchanged
}

// steps lists the versions within a move on which the outcome of an intent, the n-th, changes.
func steps(p template.Prevention, m Move, last intent.Outcome, n int, c *schema.Catalog) (events []Event, err error) {
	versions, err := versionsOf(p, m, n, c)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		plan, err := intent.New(p, m.at(v), c)
		if err != nil {
			return nil, err
		}
		o := plan.Outcomes[n]
		if o.Class == last.Class && slices.Equal(o.Mechanisms, last.Mechanisms) {
			continue
		}
		last = o
		text := "is " + o.Class.Label()
		if len(o.Mechanisms) > 0 {
			text += " by " + strings.Join(o.Mechanisms, ", ")
		}
		events = append(events, Event{Kind: Changed, Platform: m.Platform, Version: v, Date: m.Platform.ReleaseDate(v), Text: text, Evidence: fact.Apple, Source: o.Source})
	}
	return events, nil
}

// versionsOf lists the versions within a move on which a mechanism of an intent, or of the rules of supervision, changes.
func versionsOf(p template.Prevention, m Move, n int, c *schema.Catalog) (all []target.Version, err error) {
	add := func(v target.Version) {
		if isWithin(v, m.From, m.To) && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	for _, major := range m.Platform.Majors() {
		add(target.Version{Major: major})
	}
	add(m.To)
	for _, at := range []target.Target{m.Before(), m.After()} {
		plan, err := intent.New(p, at, c)
		if err != nil {
			return nil, err
		}
		for _, tried := range plan.Outcomes[n].Tried {
			types, err := c.Payloads(tried.Type)
			if err != nil {
				return nil, err
			}
			d, err := c.Declaration(tried.Type)
			if err != nil {
				return nil, err
			}
			if d != nil {
				types = append(slices.Clip(types), d)
			}
			for _, t := range types {
				a := t.AvailabilityAt(m.Platform, tried.Path...)
				add(a.Introduced)
				add(a.Removed)
			}
		}
	}
	slices.SortFunc(all, target.Version.Compare)
	return all, nil
}
