package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"syncguard/internal/diag"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// likelyNames are the headers that a column of a field may have, in lower case and with letters and digits alone. No vendor
// documents the headers of its exports, so these are names of API fields and of the columns in consoles, and the values of a
// column have the last word. Names behind a bar count only if no other column has one of the first.
var likelyNames = map[Field]string{
	Platform: "os platform operatingsystem osplatform ostype osname operatingsystemname osfamily deviceplatform deviceos | " +
		"devicetype type productfamily devicefamily family",
	Version: "osversion operatingsystemversion deviceosversion iosversion ipadosversion macosversion tvosversion visionosversion watchosversion currentosversion | " +
		"version productversion softwareversion osversionnumber",
	Enrollment: "enrollment enrollmenttype enrollmentmethod deviceenrollmenttype appleenrollmenttype mdmenrollmentstatus enrollmentstatus deviceownershiptype mdmenrollmenttype enrolment enrolmenttype | " +
		"mdmstatus ownership ownershiptype deviceownership",
	Supervised: "supervised issupervised supervision supervisionstatus supervisedstatus supervisedmode",
	Managed:    "managed ismanaged mdmmanaged mdmenabled managementstatus managementstate mdmcapable | enrolled isenrolled mdm",
	SharedIPad: "sharedipad issharedipad ismultiuser multiuser | shared",
	Model:      "modelidentifier modelid producttype hardwaremodel model modelname devicemodel hardwaremarketingname marketingname productname",
	Serial:     "serialnumber serial hardwareserial deviceserial deviceserialnumber serialno | sn",
	Name:       "devicename computername hostname displayname computerdisplayname | name",
	Groups: "groups group groupname devicegroup devicegroups computergroup computergroups mobiledevicegroup mobiledevicegroups smartgroups staticgroups labels label tags tag team teamname teams blueprint blueprintname " +
		"devicecategory devicecategorydisplayname category",
	automated: "enrolledviaautomateddeviceenrollment enrolledviadep depenrolled isdepenrollment isdepenrolled automateddeviceenrollment adeenrolled enrolledviaade ade dep",
}

// severalColumns reports whether several columns may have a field.
func severalColumns(f Field) bool { return f == Model || f == Name || f == Groups }

type columnFacts struct {
	ranks    map[string]map[Field]int // by normalized header: 0 for the first names, 1 for those behind the bar
	orders   map[string]int           // of names in their list
	meanings map[string]*meaning
}

var columnTables struct {
	sync.Once // sync.OnceValue would keep what it calls in a program that reads no list, such as the engine of the page
	data      *columnFacts
}

// columnData returns the tables. The result is shared; do not modify it.
func columnData() *columnFacts {
	columnTables.Do(func() { columnTables.data = newColumnFacts() })
	return columnTables.data
}

func newColumnFacts() *columnFacts {
	d := &columnFacts{map[string]map[Field]int{}, map[string]int{}, meaningsOfWords()}
	for field, names := range likelyNames {
		rank := 0
		for i, name := range strings.Fields(names) {
			if name == "|" {
				rank++
				continue
			}
			if d.ranks[name] == nil {
				d.ranks[name] = map[Field]int{}
			}
			d.ranks[name][field], d.orders[name] = rank, i
		}
	}
	return d
}

// normalize keeps letters and digits, in lower case.
func normalize(header string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, header)
}

// recognizer finds the fields of columns, by their headers and by the values of the first rows.
type recognizer struct {
	header     []string
	rows       []row
	options    Options
	understood *Understood
	columns    [fieldCount][]int
	taken      map[int]bool
	source     *source
}

// candidate is a column that may hold a field.
type candidate struct{ column, rank, order int }

func (k *recognizer) recognize() ([][]int, *source, error) {
	k.taken = map[int]bool{}
	if err := k.given(); err != nil {
		return nil, nil, err
	}
	k.findSource()
	for _, f := range append(Fields(), automated) {
		if err := k.byHeader(f); err != nil {
			return nil, nil, err
		}
	}
	k.byValues()
	k.moveVersion()
	for i, h := range k.header {
		if !k.taken[i] && len(k.understood.Ignored) < maxIgnored && h != "" {
			k.understood.Ignored = append(k.understood.Ignored, text.Shorten(valid(h)))
		}
	}
	if len(k.taken) == 0 {
		return nil, nil, diag.WithHint(fmt.Errorf("no column is known: %s", text.QuotedList(k.header[:min(len(k.header), 8)], "and")),
			"the first row is the header; name the columns: --column platform=HEADER --column version=HEADER --column supervised=HEADER")
	}
	return k.columns[:], k.source, nil
}

// use gives a column to a field.
func (k *recognizer) use(f Field, column int, by, other string) {
	i := fieldIndex(f)
	k.columns[i] = append(k.columns[i], column)
	k.taken[column] = true
	k.understood.Columns = append(k.understood.Columns, Column{Field: shown(f), Header: text.Shorten(valid(k.header[column])), By: by, Other: other})
}

// given takes the columns named by the admin, and then those of the project.
func (k *recognizer) given() error {
	for _, name := range slices.Sorted(maps.Keys(k.options.Columns)) {
		field, header := FieldNamed(name), k.options.Columns[name]
		if field == "" {
			var known []string
			for _, f := range Fields() {
				known = append(known, string(f))
			}
			return diag.Usage(cmp.Or(text.DidYouMean(name, known), "want "+text.Choices(known)), "unknown field %s for --column", text.Quote(name))
		}
		if !k.take(field, header, "--column") {
			return diag.Usage(cmp.Or(text.DidYouMean(header, k.header), "the header has "+text.QuotedList(k.header[:min(len(k.header), 12)], "and")),
				"no column %s for --column %s", text.Quote(header), name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.options.Project)) {
		field, header := FieldNamed(name), k.options.Project[name]
		if field != "" && k.columns[fieldIndex(field)] == nil && !k.take(field, header, "project") {
			k.understood.note("no column %s, which the project names for %s", text.Quote(header), field)
		}
	}
	return nil
}

// take uses the column with a header, and none for -. It reports whether there is one.
func (k *recognizer) take(field Field, header, by string) bool {
	if header == "-" {
		k.columns[fieldIndex(field)] = []int{}
		return true
	}
	column := slices.Index(k.header, header)
	if column < 0 {
		column = slices.IndexFunc(k.header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), strings.TrimSpace(header)) })
	}
	if column < 0 {
		return false
	}
	k.use(field, column, by, "")
	return true
}

// FieldNamed returns a field by its name or by a short word for it, and "" for another word.
func FieldNamed(name string) Field {
	switch name = strings.ToLower(name); name {
	case "os":
		return Platform
	case "group", "label", "labels", "team":
		return Groups
	}
	for _, f := range Fields() {
		if string(f) == name {
			return f
		}
	}
	return ""
}

// findSource recognizes the columns of an API's fields, as PowerShell or a report of Fleet exports them: their values have the
// meanings of the API.
func (k *recognizer) findSource() {
	for _, s := range sources().Sources {
		for _, path := range s.Fields[Enrollment] {
			for _, h := range k.header {
				n := normalize(h)
				if isGeneral := n == "enrollmentstatus" || n == "enrollmenttype"; h == path || !isGeneral && (n == normalize(path) || n == normalize(path[strings.LastIndexByte(path, '.')+1:])) {
					k.source = s
					k.understood.addSource(s)
					return
				}
			}
		}
	}
}

// byHeader finds the columns of a field by their headers. Values that cannot be the field's rule a column out.
func (k *recognizer) byHeader(f Field) error {
	if k.columns[fieldIndex(f)] != nil { // named by the admin
		return nil
	}
	var found []candidate
	for i, h := range k.header {
		if rank, order, ok := rankOf(h, f); ok && !k.taken[i] && k.fits(f, i) {
			found = append(found, candidate{i, rank, order})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.order, b.order)) })
	if severalColumns(f) {
		for _, c := range found {
			k.use(f, c.column, "header", "")
		}
		return nil
	}
	found = slices.DeleteFunc(found, func(c candidate) bool { return c.rank > found[0].rank })
	if len(found) > 1 && !k.same(found) {
		return k.ambiguous(f, found)
	}
	if len(found) > 0 {
		k.use(f, found[0].column, "header", "")
	}
	return nil
}

// rankOf reports whether a header is a likely name of a field. The last part of a path counts, too: general.osVersion.
func rankOf(header string, f Field) (rank, order int, ok bool) {
	d := columnData()
	for _, name := range []string{normalize(header), normalize(header[strings.LastIndexByte(header, '.')+1:])} {
		if ranks, known := d.ranks[name]; known {
			if rank, ok = ranks[f]; ok {
				return rank, d.orders[name], true
			}
		}
	}
	return 0, 0, false
}

// same is true if the columns have equal values in the first rows: then the first one does.
func (k *recognizer) same(found []candidate) bool {
	for _, row := range k.rows {
		for _, c := range found {
			if at(row.fields, c.column) != at(row.fields, found[0].column) {
				return false
			}
		}
	}
	return len(k.rows) > 0
}

func (k *recognizer) ambiguous(f Field, found []candidate) error {
	var headers []string
	for _, c := range found {
		headers = append(headers, k.header[c.column])
	}
	return diag.Usage(fmt.Sprintf("choose one: --column %s=%s", f, text.Quote(headers[0])), "%s may be the %s: %s", text.Count(len(found), "column"), f, text.QuotedList(headers, "and"))
}

func at(row []string, column int) string {
	if column < len(row) {
		return strings.TrimSpace(row[column])
	}
	return ""
}

// fits reports whether the first values of a column can be those of a field. An empty column can.
func (k *recognizer) fits(f Field, column int) bool {
	some := false
	for _, row := range k.rows {
		if value := at(row.fields, column); value != "" {
			if canBe(f, value) {
				return true
			}
			some = true
		}
	}
	return !some
}

// canBe reports whether a value can be a field's.
func canBe(f Field, value string) bool {
	switch f {
	case Platform:
		got := readSystem(value)
		_, isModel := readModel(value)
		return got.platform != "" || got.other != "" || !got.version.IsZero() || isModel
	case Version:
		got := readSystem(value)
		return !got.version.IsZero() && got.version.Major < 100
	case Supervised, Managed, SharedIPad, automated:
		return readAnswer(value) != unsaid
	}
	return true
}

// telling are values that tell a field whatever the header is.
var telling = []struct {
	field Field
	looks string
	test  func(string) bool
}{
	{Platform, "platforms", func(s string) bool { got := readSystem(s); return got.platform != "" && got.badText == "" }},
	{Enrollment, "kinds of enrollment", func(s string) bool {
		m := columnData().meanings[strings.ToLower(s)]
		return m != nil && m.Means != "" && (strings.Contains(s, "nrollment") || strings.HasPrefix(s, "On ("))
	}},
	{Supervised, "supervised or not", func(s string) bool {
		s = strings.ToLower(s)
		return s == "supervised" || s == "unsupervised" || s == "not supervised"
	}},
	{Version, "versions", func(s string) bool {
		v := readSystem(s).version
		return strings.Contains(s, ".") && target.CheckVersion(v) == nil && !v.IsZero()
	}},
}

// byValues finds fields without a column by the values of columns that have no known header. Several columns with such values
// are no answer.
func (k *recognizer) byValues() {
	for _, t := range telling {
		if k.columns[fieldIndex(t.field)] != nil || len(k.rows) == 0 {
			continue
		}
		var found []int
		for i := range k.header {
			if !k.taken[i] && k.all(i, t.test) {
				found = append(found, i)
			}
		}
		switch {
		case len(found) == 1:
			k.use(t.field, found[0], "values", t.looks)
		case len(found) > 1:
			k.understood.note("several columns look like %s, and none is used: name one with --column %s=%s", t.looks, t.field, text.Quote(k.header[found[0]]))
		}
	}
}

// all is true if a column has values in the first rows, and all of them pass.
func (k *recognizer) all(column int, test func(string) bool) bool {
	some := false
	for _, row := range k.rows {
		if value := at(row.fields, column); value != "" {
			if !test(value) {
				return false
			}
			some = true
		}
	}
	return some
}

// moveVersion makes a column named like a platform that of the version, if it has nothing but versions.
func (k *recognizer) moveVersion() {
	platform, version := k.columns[fieldIndex(Platform)], k.columns[fieldIndex(Version)]
	if len(platform) != 1 || len(version) > 0 {
		return
	}
	if isNumber := func(s string) bool { got := readSystem(s); return got.platform == "" && !got.version.IsZero() }; k.all(platform[0], isNumber) {
		k.columns[fieldIndex(Platform)], k.columns[fieldIndex(Version)] = nil, platform
		for i, c := range k.understood.Columns {
			if c.Field == Platform {
				k.understood.Columns[i].Field, k.understood.Columns[i].By, k.understood.Columns[i].Other = Version, "values", "versions"
			}
		}
	}
}
