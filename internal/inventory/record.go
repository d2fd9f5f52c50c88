package inventory

import "slices"

// Field is a part of what an inventory says of a device.
type Field string

// The fields. Those of Fields can be named by --column.
const (
	Platform   Field = "platform"
	Version    Field = "version"
	Enrollment Field = "enrollment"
	Supervised Field = "supervised"
	Managed    Field = "managed"
	SharedIPad Field = "shared-ipad"
	Model      Field = "model"
	Serial     Field = "serial"
	Name       Field = "name"
	Groups     Field = "groups"

	automated Field = "automated" // enrolled by Automated Device Enrollment, yes or no
	channel   Field = "channel"   // the kind of enrollment as the device reports it
)

// Fields lists the fields that a column can have.
func Fields() []Field {
	return slices.Clone(fieldAt[:atAutomated])
}

// The places of the fields in a record, in the order of Fields.
const (
	atPlatform = iota
	atVersion
	atEnrollment
	atSupervised
	atManaged
	atShared
	atModel
	atSerial
	atName
	atGroups
	atAutomated
	atChannel

	fieldCount
)

// fieldAt holds the fields by their places.
var fieldAt = [fieldCount]Field{Platform, Version, Enrollment, Supervised, Managed, SharedIPad, Model, Serial, Name, Groups, automated, channel}

// fieldIndex returns the place of a field.
func fieldIndex(f Field) int { return slices.Index(fieldAt[:], f) }

// record is what one row says, in the words of its source. Texts are valid until the next row.
type record struct {
	row    int
	source *source // nil for CSV with headers of no known source
	text   [fieldCount]string
	also   string   // the model in other words
	more   []string // groups
	broken string   // why the row cannot be read
}

func (r *record) reset() { *r = record{more: r.more[:0]} }

func (r *record) isEmpty() bool { return r.text == [fieldCount]string{} && len(r.more) == 0 }
