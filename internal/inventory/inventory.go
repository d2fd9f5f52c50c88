// Package inventory reads lists of devices as admins export or query them: CSV of any MDM server, and the JSON of the APIs of
// Fleet, Jamf, Microsoft Graph and Apple Business. It makes a target of each device.
//
// Start with Open, which decides the format and the columns from the head of the list, then Reader.Next, which streams the
// devices in constant memory. resolve.go decides the target of one device; sources.json and columns.json hold the facts, each with
// its source. A device whose row says too little is returned with what it lacks. Nothing is guessed. The package opens no files,
// asks no server and counts nothing.
package inventory

import (
	"bytes"
	"fmt"
	"io"

	"syncguard/internal/diag"
	"syncguard/internal/target"
)

// Options say what the list itself does not.
type Options struct {
	Name    string            // of the list in messages; "" for inventory
	Columns map[string]string // by field: the header of its column, or - for none; an error if the list has no such column
	Project map[string]string // the same of a project, for all its lists: a list without such a column is read without it
	Assume  Assume            // for devices whose rows do not say it
}

// Assume holds what the admin says of devices whose rows do not say it.
type Assume struct {
	Supervised string            // yes, no, or "" to assume nothing
	Enrollment target.Enrollment // "" to assume nothing
}

// Device is one row of an inventory. Its texts share the memory of the row: clone those to keep.
type Device struct {
	Row     int // in a spreadsheet, whose first row is the header; in JSON the number of the device
	Serial  string
	Name    string
	Model   string
	Groups  []string      // groups, teams and labels, as the source orders them
	Target  target.Target // complete if Lacks is ""
	Lacks   Lack          // why there is no complete target
	Because string        // details of Lacks, with the values; may be empty
}

// Lack is a reason why a device has no target.
type Lack string

// The reasons, in the order in which they are looked for.
const (
	LacksFields     Lack = "fields"      // the row is damaged, or has no known field
	LacksPlatform   Lack = "platform"    // no platform
	NotApple        Lack = "not-apple"   // of another maker, or a HomePod
	Contradicts     Lack = "contradicts" // two values exclude each other
	NotManaged      Lack = "unmanaged"   // not under MDM, or not yet
	LacksVersion    Lack = "version"     // no version
	NeverReleased   Lack = "unreleased"  // the platform never had the version
	LacksEnrollment Lack = "enrollment"  // Device Enrollment or User Enrollment: the row does not tell
	LacksSupervised Lack = "supervised"  // supervised or not: the row does not tell
)

// Lacks lists the reasons, in the order in which they are looked for.
func Lacks() []Lack {
	return []Lack{LacksFields, LacksPlatform, NotApple, Contradicts, NotManaged, LacksVersion, NeverReleased, LacksEnrollment, LacksSupervised}
}

// Describe returns the reason in words, after a number of devices: 12 devices: no version.
func (l Lack) Describe() string {
	switch l {
	case LacksFields:
		return "unreadable row"
	case LacksPlatform:
		return "no platform"
	case NotApple:
		return "not an Apple platform"
	case Contradicts:
		return "values that exclude each other"
	case LacksVersion:
		return "no version"
	case NeverReleased:
		return "a version that was never released"
	case NotManaged:
		return "not under MDM"
	case LacksEnrollment:
		return "enrollment unknown"
	case LacksSupervised:
		return "supervision unknown"
	}
	return string(l)
}

// Help returns what to do about devices that lack it; "" if there is nothing.
func (l Lack) Help() string {
	switch l {
	case LacksPlatform:
		return "name the column with --column platform=HEADER"
	case LacksVersion:
		return "name the column with --column version=HEADER"
	case LacksEnrollment:
		return "export a column for it, or say it for all of them: --assume enrollment=device"
	case LacksSupervised:
		return "export a column for it, or say it for all of them: --assume supervised=yes or --assume supervised=no"
	case LacksFields, NotApple, Contradicts, NeverReleased, NotManaged:
	}
	return ""
}

// sampled is the number of rows read ahead to recognize columns and values.
const sampled = 64

// source of records: a format.
type rows interface {
	// next fills the record with the next row, or returns io.EOF.
	next(*record) error
	// warn adds what the end of the list tells, such as further pages.
	warn(*Understood)
}

// Reader streams the devices of an inventory.
type Reader struct {
	name       string
	rows       rows
	resolver   *resolver
	understood *Understood
	ahead      []Device
	record     record
	err        error // of the rows after those read ahead
}

// Open reads the head of an inventory, and decides format and columns. It reads no further than needed for that.
func Open(r io.Reader, o Options) (*Reader, error) {
	if o.Name == "" {
		o.Name = "inventory"
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	in, encoding, err := decode(r)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", o.Name, err)
	}
	u := &Understood{Encoding: encoding}
	reader := &Reader{name: o.Name, understood: u, resolver: newResolver(o.Assume, u)}
	head, err := in.Peek(4096)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading %s: %w", o.Name, err)
	}
	switch start := bytes.TrimLeft(head, " \t\r\n"); {
	case len(start) == 0:
		return nil, fmt.Errorf("%s is empty", o.Name)
	case start[0] == '{' || start[0] == '[' && looksLikeJSON(start):
		if len(o.Columns) > 0 {
			return nil, diag.Usage("leave it out: the fields of JSON have fixed names", "--column is for CSV, and %s is JSON", o.Name)
		}
		u.Format = "JSON"
		reader.rows = newJSONRows(in, u)
	default:
		if err := checkText(start, o.Name); err != nil {
			return nil, err
		}
		if reader.rows, err = newCSVRows(in, o, u); err != nil {
			return nil, reader.wrap(err)
		}
	}
	return reader, reader.readAhead()
}

// readAhead reads the first rows, so that Understood is about values, too.
func (r *Reader) readAhead() error {
	known := false
	for len(r.ahead) < sampled {
		d, err := r.read()
		if err != nil {
			r.err = err
			break
		}
		known = known || d.Lacks != LacksFields || r.understood.Format == "CSV"
		r.ahead = append(r.ahead, d)
	}
	switch {
	case r.err != nil && r.err != io.EOF && len(r.ahead) == 0:
		return r.err
	case len(r.ahead) == 0:
		r.understood.note("the list has no devices")
	case !known:
		return diag.WithHint(fmt.Errorf("%s has none of the fields of a known inventory", r.name), "%s", "want CSV with a header, or JSON of "+sourceTitles())
	}
	r.resolver.noteMissing()
	r.resolver.noteConcerned(&record{}, target.Target{}) // the first rows may have been
	return nil
}

// Understood tells what was understood so far: after Open the columns and the values of the first rows, and after the last device
// all of them. The result is shared; do not modify it.
func (r *Reader) Understood() *Understood { return r.understood }

// Next returns the next device, and io.EOF after the last one. Any other error is the end, too.
func (r *Reader) Next() (Device, error) {
	if len(r.ahead) > 0 {
		d := r.ahead[0]
		r.ahead = r.ahead[1:]
		return d, nil
	}
	if r.err != nil {
		return Device{}, r.err
	}
	d, err := r.read()
	r.err = err
	return d, err
}

func (r *Reader) read() (Device, error) {
	r.record.reset()
	err := r.rows.next(&r.record)
	switch {
	case err == io.EOF:
		r.rows.warn(r.understood)
		r.understood.finish()
		return Device{}, io.EOF
	case err != nil:
		return Device{}, r.wrap(err)
	}
	return r.resolver.device(&r.record), nil
}

// wrap names the list in an error, once.
func (r *Reader) wrap(err error) error {
	if _, isUsage := err.(*diag.UsageError); isUsage {
		return err
	}
	return fmt.Errorf("reading %s: %w", r.name, err)
}
