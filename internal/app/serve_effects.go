package app

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"syncguard/internal/compose"
	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
	"syncguard/internal/summary"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/profiles"
	"syncguard/templates"
)

// OfferedEffect is what one payload, or one declaration in a profile, does where a person installs it.
type OfferedEffect struct {
	Type      string             // payload or declaration type
	Sentences []summary.Sentence // none without an effect
	Idle      int                // settings beside them without an effect on any of these devices
	Where     OfferedRange       // the devices with the effect
}

// OfferedRange is some of the devices of a profile. Its zero value means all of them.
type OfferedRange struct {
	Devices []string       // kinds of devices
	From    target.Version // the first version
	Before  target.Version // the first version after them
}

// OfferedIntent is what one intent leaves to the person.
type OfferedIntent struct {
	Intent intent.ID
	First  bool // the steps come before the profile, which locks the switch
	Steps  []OfferedStep
}

// OfferedStep is one step to take by hand.
type OfferedStep struct {
	intent.Setting
	Where OfferedRange
}

// variant is one kind of device that a profile is for, on a version.
type variant struct {
	device string
	target.Target
}

type variants []variant

func (all variants) targets() (targets []target.Target) {
	for _, v := range all {
		targets = append(targets, v.Target)
	}
	return targets
}

// variantsOf returns the kinds of devices of a platform, on each version from the oldest one that a profile is for.
func variantsOf(p target.Platform, built target.Target) (all variants) {
	of := target.Target{Platform: p, Version: target.DefaultVersion(), Enrollment: target.Manual}
	if built.Platform.Schema() == p {
		of.Version = built.Version
		if built.Enrollment == target.ManualSupervised {
			of.Enrollment = target.ManualSupervised
		}
	}
	for ; of.Version.Major <= target.Current; of.Version = (target.Version{Major: of.Version.Major + 1}) {
		if _, err := target.Parse(of.String()); err != nil { // no such version
			continue
		}
		for _, kind := range kindsOfDevices(p, built) {
			all = append(all, variant{kind.name, target.Target{Platform: kind.platform, Version: of.Version, Enrollment: of.Enrollment}})
		}
	}
	return all
}

type kindOfDevice struct {
	name     string
	platform target.Platform
}

// kindsOfDevices returns the kinds of devices that take the profiles of a platform.
func kindsOfDevices(p target.Platform, built target.Target) []kindOfDevice {
	names := map[target.Platform]string{target.IOS: "iPhone", target.IPadOS: "iPad", target.MacOS: "Mac", target.TvOS: "Apple TV",
		target.VisionOS: "Apple Vision Pro", target.WatchOS: "Apple Watch"}
	var kinds []kindOfDevice
	for _, of := range target.Platforms() {
		if of.Schema() == p && (of == target.IPadOS || built.Platform != target.IPadOS) { // what is for iPads alone has the number of iOS
			kinds = append(kinds, kindOfDevice{names[of], of})
		}
	}
	return kinds
}

// describe sets the devices of an item, the effect of its payloads when a person installs it, and what is left to the person.
func (f *offering) describe(item *Offered, root *plist.Value, built target.Target) error {
	platforms := []target.Platform{target.IOS, target.MacOS} // only these: platforms with a browser and installation by hand
	switch t := profiles.DeviceTypeOf(root); {
	case t == profiles.AnyDevice:
	case t.Platform() == "": // a HomePod, or a number that Apple does not list
		platforms = nil
	default:
		platforms = []target.Platform{t.Platform()}
	}
	var all variants
	for _, p := range platforms {
		all = append(all, variantsOf(p, built)...)
	}
	item.Description, _, _ = strings.Cut(shownText(root, "PayloadDescription"), "\n")
	var works [][]bool // of each effect, on each variant
	var rows []coverage.Row
	for _, part := range partsOfProfile(root) {
		m, err := coverage.Keys([]coverage.File{{Root: part.root}}, all.targets(), f.catalog)
		if err != nil {
			return fmt.Errorf("%s: %w", item.Path, err)
		}
		e, on := offeredEffect(part, m.Rows, len(all))
		item.Effects, works, rows = append(item.Effects, e), append(works, on), append(rows, m.Rows...)
	}
	used := make([]bool, len(all)) // the devices on which anything works
	for i, v := range all {
		for _, on := range works {
			if on[i] && !slices.Contains(item.Devices, v.device) {
				item.Devices = append(item.Devices, v.device)
			}
		}
	}
	for i, v := range all {
		used[i] = slices.Contains(item.Devices, v.device)
	}
	for i, on := range works {
		item.Effects[i].Where = all.rangeOf(used, on)
	}
	var err error
	item.Left, err = f.left(root, rows, all, used)
	return err
}

// rangeOf describes some of the variants in use.
func (all variants) rangeOf(used, some []bool) (r OfferedRange) {
	var devices []string // in use
	on := map[target.Version]bool{}
	for i, v := range all {
		on[v.Version] = on[v.Version] || some[i]
		if used[i] && !slices.Contains(devices, v.device) {
			devices = append(devices, v.device)
		}
		if some[i] && !slices.Contains(r.Devices, v.device) {
			r.Devices = append(r.Devices, v.device)
		}
	}
	if len(r.Devices) == len(devices) {
		r.Devices = nil
	}
	versions := slices.SortedFunc(maps.Keys(on), target.Version.Compare)
	for i := 1; i < len(versions); i++ {
		switch before, now := on[versions[i-1]], on[versions[i]]; {
		case now && !before:
			r.From = versions[i]
		case before && !now:
			r.Before = versions[i]
		}
	}
	return r
}

// part is one payload or declaration, with a root that coverage reads.
type part struct {
	kind string
	keys *plist.Value
	root *plist.Value
}

// shownText returns a text that may be shown, "" for a secret.
func shownText(v *plist.Value, key string) string {
	if text := v.Get(key); text != nil && text.Secret {
		return ""
	}
	return v.String(key)
}

// partsOfProfile returns the payloads of a profile, and the configurations in a payload of declarations.
func partsOfProfile(root *plist.Value) (parts []part) {
	device := root.Get("TargetDeviceType")
	for _, payload := range root.List(keyContent) {
		kind := shownText(payload, "PayloadType")
		if kind == declarationsType {
			parts = append(parts, declarationsIn(payload)...)
			continue
		}
		alone := plist.NewDictionary().Set(keyContent, plist.NewArray(payload))
		if device != nil {
			alone.Set("TargetDeviceType", device)
		}
		parts = append(parts, part{kind, payload, alone})
	}
	return parts
}

func declarationsIn(payload *plist.Value) (parts []part) {
	for _, item := range payload.List("Declarations") {
		if item.Kind != plist.Data {
			continue
		}
		doc, _ := document.Open(diag.NewFile("declaration", item.Data))
		if doc.Defect == nil {
			secret.Mark(doc.Root)
		}
		if kind := shownText(doc.Root, "Type"); doc.Defect == nil && strings.HasPrefix(kind, "com.apple.configuration.") {
			parts = append(parts, part{kind, doc.Root.Get("Payload"), doc.Root})
		}
	}
	return parts
}

// offeredEffect returns what a part does, and whether it does anything on each of some variants.
func offeredEffect(p part, rows []coverage.Row, variants int) (e OfferedEffect, works []bool) {
	e.Type, works = cmp.Or(p.kind, "?"), make([]bool, variants)
	for i := range works {
		works[i] = slices.ContainsFunc(rows, func(r coverage.Row) bool { return isEffective(r.Cells[i]) })
	}
	effective := map[string]bool{} // keys, and the dictionaries around them, with an effect wherever the part has any
	count := 0
	for _, r := range rows {
		everywhere, anywhere := slices.Contains(works, true), false
		for i, c := range r.Cells {
			everywhere, anywhere = everywhere && (isEffective(c) || !works[i]), anywhere || isEffective(c)
		}
		switch {
		case !anywhere:
			e.Idle++
		case everywhere:
			count++
			for key := r.Subject.Key; key != ""; key = key[:max(strings.LastIndexByte(key, '.'), 0)] {
				effective[key] = true
			}
		}
	}
	if count == 0 && slices.Contains(works, true) { // different keys on different devices
		count = len(rows) - e.Idle
	}
	e.Sentences = summary.Of(summary.Payload{Type: p.kind, Keys: p.keys, Count: count, Works: func(key string) bool { return effective[key] }})
	return e, works
}

func isEffective(c coverage.Cell) bool { return isSetByProfile(c.Class) || c.Class == intent.Locked }

// isSetByProfile reports whether a class leaves nothing to the person.
func isSetByProfile(c intent.Class) bool { return c == intent.Enforced || c == intent.Preset }

// builtinPrevention returns the prevention of the built-in template, which has every intent.
func (h *Host) builtinPrevention() (template.Prevention, error) {
	spec, findings, err := (&template.Loader{Builtin: templates.Files}).Load(template.Input{Name: "builtin:" + templates.Prevention})
	if err != nil || spec == nil {
		return template.Prevention{}, fmt.Errorf("reading the built-in template: %w", cmp.Or(err, fmt.Errorf("%v", findings)))
	}
	return spec.Prevention, nil
}

// left returns the steps that the intents of a profile leave to the person. A profile has an intent if it sets one of its keys, or
// if build wrote its steps into the description: what a template left out, the page does not ask for.
func (f *offering) left(root *plist.Value, rows []coverage.Row, all variants, used []bool) (left []OfferedIntent, err error) {
	intents, err := coverage.Intents(f.prevention, all.targets(), f.catalog)
	if err != nil {
		return nil, err
	}
	description := root.String("PayloadDescription")
	description = description[:min(len(description), maxDescription)]
	for _, row := range intents.Rows {
		var tried []intent.Mechanism // on any device: an older form works on a newer one, too
		for _, c := range row.Cells {
			tried = append(tried, c.Tried...)
		}
		isThere := false
		class := make([]intent.Class, len(all))
		for i, c := range row.Cells {
			class[i] = intent.Manual
			for _, r := range rows {
				if isMechanism(r.Subject, tried) {
					isThere = true
					if intent.Stronger(r.Cells[i].Class, class[i]) {
						class[i] = r.Cells[i].Class
					}
				}
			}
			isThere = isThere || used[i] && slices.ContainsFunc(c.Settings, func(s intent.Setting) bool { return compose.Lists(description, s) })
		}
		if !isThere {
			continue
		}
		if i := stepsLeft(row, class, all, used); len(i.Steps) > 0 {
			left = append(left, i)
		}
	}
	return left, nil
}

// maxDescription bounds the part of a description that is searched for the steps.
const maxDescription = 64 << 10

// stepsLeft returns the steps of an intent, by what the profile does about it on each variant.
func stepsLeft(row coverage.Row, class []intent.Class, all variants, used []bool) OfferedIntent {
	left := OfferedIntent{Intent: row.Subject.Intent}
	on := map[string][]bool{} // the variants of each step
	for i, c := range row.Cells {
		if !used[i] || isSetByProfile(class[i]) {
			continue
		}
		left.First = left.First || class[i] == intent.Locked
		for _, s := range c.Settings {
			name := s.String()
			if on[name] == nil {
				on[name] = make([]bool, len(all))
				left.Steps = append(left.Steps, OfferedStep{Setting: s})
			}
			on[name][i] = true
		}
	}
	for i, s := range left.Steps {
		left.Steps[i].Where = all.rangeOf(used, on[s.String()])
	}
	return left
}

func isMechanism(s coverage.Subject, tried []intent.Mechanism) bool {
	return slices.ContainsFunc(tried, func(m intent.Mechanism) bool {
		key := strings.Join(m.Path, ".")
		return m.Type == s.Type && (key == "" || key == s.Key || strings.HasPrefix(s.Key, key+"."))
	})
}
