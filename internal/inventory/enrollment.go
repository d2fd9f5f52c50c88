package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// enrollment decides the enrollment of a device whose platform and version are known.
func (r *resolver) enrollment(rec *record, s said, t *target.Target) (Lack, string) {
	switch {
	case s.shared == yes || s.kind == bySharedIPad:
		if t.Platform != target.IPadOS {
			return Contradicts, fmt.Sprintf("%s, and Shared iPad", t.Platform)
		}
		t.Enrollment = target.SharedIPad
		return "", ""
	case s.kind == byUser:
		return r.user(s, t)
	case s.kind == byHand || s.kind == byHandSuper:
		t.Enrollment = target.Manual
		if s.kind == byHandSuper {
			t.Enrollment = target.ManualSupervised
		}
		return "", ""
	case s.kind == supervised && s.supervised == no && !t.SupervisesAll():
		return Contradicts, fmt.Sprintf("%s, and not supervised", text.Quote(s.words))
	case s.kind == supervised || s.supervised == yes: // no device in User Enrollment is supervised
		t.Enrollment = target.Supervised
		return "", ""
	case s.kind == byAutomated:
		return r.automated(s, t)
	case s.kind == byDevice:
		return r.byDevice(rec, s, t)
	}
	return r.unsaid(rec, s, t)
}

// user is User Enrollment. The supervised flag of a Mac does not count against it: Intune sets it for every Mac
// (https://github.com/MicrosoftDocs/memdocs/pull/3367).
func (r *resolver) user(s said, t *target.Target) (Lack, string) {
	t.Enrollment = target.User
	switch t.Platform { // only these: User Enrollment exists on the others
	case target.TvOS, target.WatchOS:
		return Contradicts, fmt.Sprintf("%s, and %s: it has no User Enrollment", t.Platform, text.Quote(s.words))
	case target.MacOS:
		return "", ""
	}
	if s.supervised == yes {
		return Contradicts, fmt.Sprintf("%s, and supervised: no device in User Enrollment is", text.Quote(s.words))
	}
	return "", ""
}

// concluded is the reason of a supervision that no field says.
const concluded = "concluded from the enrollment"

// automated is Automated Device Enrollment.
func (r *resolver) automated(s said, t *target.Target) (Lack, string) {
	t.Enrollment = target.Device
	switch by := r.data.supervises(t.Platform, t.Version); {
	case s.supervised == no && !t.SupervisesAll(): // the device's own word
		return "", ""
	case by != nil:
		t.Enrollment = target.Supervised
		r.tell(Supervised, fmt.Sprintf("Automated Device Enrollment, %s %s and later", t.Platform, by.Since), "yes", by.Statement, concluded)
		return "", ""
	}
	return r.supervision(t, "Automated Device Enrollment supervises some devices of this version")
}

// byDevice is Device Enrollment, or something that is not User Enrollment.
func (r *resolver) byDevice(rec *record, s said, t *target.Target) (Lack, string) {
	t.Enrollment = target.Device
	if s.supervised == no || t.SupervisesAll() {
		return "", ""
	}
	return r.supervision(t, silence(rec, Supervised))
}

// supervision settles a supervision that the row does not say, by an assumption or not at all.
func (r *resolver) supervision(t *target.Target, because string) (Lack, string) {
	if r.assume.Supervised == "" {
		return LacksSupervised, because
	}
	r.understood.Assumed++
	if r.assume.Supervised == "yes" {
		t.Enrollment = target.Supervised
	}
	return "", ""
}

// unsaid is a device whose row does not tell Device Enrollment from User Enrollment.
func (r *resolver) unsaid(rec *record, s said, t *target.Target) (Lack, string) {
	if e := r.assume.Enrollment; e != "" {
		if t.Enrollment = e; e == target.Device && s.supervised != no && !t.SupervisesAll() {
			return r.supervision(t, silence(rec, Supervised))
		}
		r.understood.Assumed++
		return "", ""
	}
	switch {
	case s.kind == unclear:
		return LacksEnrollment, text.Quote(s.words) + colon(s.because)
	case s.supervised == no:
		return LacksEnrollment, "not supervised: Device Enrollment or User Enrollment"
	case s.managed == yes:
		return LacksEnrollment, cmp.Or(silence(rec, Enrollment), "managed, in whatever way")
	}
	return LacksEnrollment, silence(rec, Enrollment)
}

func colon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

// noteMissing notes what no row says, after the first ones.
func (r *resolver) noteMissing() {
	u := r.understood
	missing := func(f Field) (note string, is bool) {
		return "no column for " + strings.Replace(string(f), "shared-ipad", "Shared iPad", 1), !u.Has(f)
	}
	if u.Format == "JSON" {
		missing = func(f Field) (string, bool) {
			for _, s := range r.data.Sources {
				if s.Silent[f] != "" && !u.hasValue(f) && slices.ContainsFunc(u.Sources, func(o Origin) bool { return o.ID == s.ID }) {
					return s.Silent[f], true
				}
			}
			return "", false
		}
	}
	_, noEnrollment := missing(Enrollment)
	_, noSupervised := missing(Supervised)
	noEnrollment, noSupervised = noEnrollment && r.assume.Enrollment == "", noSupervised && r.assume.Supervised == ""
	r.missing = map[Field]string{}
	for _, f := range []Field{Model, SharedIPad} { // told once a device is concerned
		if note, is := missing(f); is {
			r.missing[f] = note
		}
	}
	for _, f := range []Field{Version, Enrollment, Supervised} {
		note, is := missing(f)
		switch {
		case !is || f == Version && r.sawVersion || f == Enrollment && !noEnrollment || f == Supervised && (!noSupervised || noEnrollment):
		case f == Enrollment && noSupervised:
			u.noteOnce("%s, and nothing about supervision: say it with --assume enrollment=device and --assume supervised=yes or no", note)
		case f == Version:
			u.noteOnce("%s: no device can be counted", note)
			return
		default:
			u.noteOnce("%s%s", note, consequence(f))
		}
	}
}

// consequence tells what follows from a field that no row has.
func consequence(f Field) string {
	if f == Enrollment {
		return ": only supervised devices have a known enrollment"
	}
	return ": only devices whose enrollment says it count as supervised"
}

// noteConcerned notes a missing field once a device is counted otherwise because of it.
func (r *resolver) noteConcerned(rec *record, t target.Target) {
	switch {
	case t.Platform == target.IPadOS && t.Enrollment == target.Supervised && rec.text[atShared] == "":
		r.iPads = true
	case t.Platform == target.IOS && rec.text[atModel] == "" && r.systemAt(rec, atPlatform).platform == target.IOS:
		r.unsure = true
	}
	if note := r.missing[SharedIPad]; note != "" && r.iPads {
		r.understood.noteOnce("%s: Shared iPads count as supervised iPads", note)
		delete(r.missing, SharedIPad)
	}
	if note := r.missing[Model]; note != "" && r.unsure {
		r.understood.noteOnce("%s: iPads that are called iOS count as iOS", note)
		delete(r.missing, Model)
	}
}

// columnMeanings are the words for enrollments in columns of CSV.
func columnMeanings() map[string]*meaning { return columnData().meanings }

var plainWords = []struct {
	words   string // separated by semicolons
	means   kind
	because string
}{
	{"automated device enrollment;automated;ade;dep;device enrollment program;prestage enrollment;prestage;zero touch;on (automatic);on (company-owned)", byAutomated, ""},
	{"device enrollment;device;profile-based device enrollment;profile-driven device enrollment;account-driven device enrollment;accountdrivendeviceenrollment;web-based device enrollment;user-approved;user approved;on (manual)", byDevice, ""},
	{"user enrollment;user;account-driven user enrollment;accountdrivenuserenrollment;user enrolled;byod user enrollment;user enrollment (device);on (personal)", byUser, ""},
	{"shared-ipad;shared ipad", bySharedIPad, ""},
	{"supervised;automated device enrollment (supervised);device enrollment (supervised)", supervised, ""},
	{"manual-supervised", byHandSuper, ""},
	{"unenrolled;not enrolled;unmanaged;not managed;off;none;removed;retired", unmanaged, ""},
	{"pending;assigned;not yet enrolled;awaiting enrollment", pending, ""},
	{"managed;enrolled;mdm;yes;true", "", ""},
	{"manual;manual enrollment", unclear, "Fleet's word for Device Enrollment, and here the word for profiles installed by hand"},
	{"userenrollment", unclear, "Jamf's word for User Enrollment, and Intune's for an enrollment by the user"},
	{"on (manual - personal)", unclear, "Fleet calls both Device Enrollment of personal devices and User Enrollment so"},
	{"personal;byod;bring your own device", unclear, "an ownership; both Device Enrollment and User Enrollment are possible"},
	{"corporate;company;company-owned;institutional;organization-owned", "", ""},
}

// meaningsOfWords makes a table of plainWords.
func meaningsOfWords() map[string]*meaning {
	all := map[string]*meaning{}
	for _, w := range plainWords {
		for word := range strings.SplitSeq(w.words, ";") {
			all[word] = &meaning{Statement: fact.Statement{}, Value: word, Means: w.means, Because: w.because}
		}
	}
	return all
}
