package document_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	howett "howett.net/plist"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
)

// A defect breaks one constraint of one key. They are made from the catalog: for each constraint that Apple's schemas
// state of a payload, at every depth, there is a profile that keeps it and a twin that breaks just this constraint. Left
// out are arrays of several kinds of elements, and recursion.
type defect struct {
	constraint string // what is broken, and how
	rule       string
	path       string // where the finding is expected
	depth      int    // dictionaries between the payload and the key, from 1
	inArray    bool
	good, bad  *plist.Value
	clean      bool // the good twin has no finding at all; else only the facts that stand beside the schema object to it
}

// Every constraint of every payload type is found, at the right key path, and the repaired twin is clean.
func TestSeededDefects(t *testing.T) {
	all := seed(t)
	counts, sampled := map[string]int{}, map[string]int{}
	signer, chain := testIdentity(t)
	for _, d := range all {
		group := fmt.Sprintf("%s, depth %d, in an array: %t", d.constraint, min(d.depth, 4), d.inArray)
		counts[group]++
		forms := []string{"XML"}
		if sampled[group] < 6 && d.clean {
			sampled[group]++
			forms = []string{"XML", "binary", "signed DER", "signed BER"}
		}
		for _, form := range forms {
			found := check(t, encode(t, form, d.bad, signer, chain))
			if !slices.ContainsFunc(found, func(f diag.Diagnostic) bool {
				return f.Rule == d.rule && f.Path.String() == d.path && (form == "binary") == f.Span.IsZero()
			}) {
				t.Errorf("%s: %s at %s: want %s, got %s", form, d.constraint, d.path, d.rule, show(found))
			}
			found = check(t, encode(t, form, d.good, signer, chain))
			if d.clean && len(found) > 0 || slices.ContainsFunc(found, func(f diag.Diagnostic) bool { return f.Rule == d.rule && f.Path.String() == d.path }) {
				t.Errorf("%s: the repaired twin of %s at %s: got %s", form, d.constraint, d.path, show(found))
			}
		}
	}
	total, inAllForms := 0, 0
	for _, group := range slices.Sorted(mapKeys(counts)) {
		t.Logf("%5d  %s", counts[group], group)
		total, inAllForms = total+counts[group], inAllForms+sampled[group]
	}
	t.Logf("%5d  defects, %d of them in XML, binary, signed DER and signed BER", total, inAllForms)
	if inAllForms < 120 {
		t.Errorf("%d defects in all forms, want at least 120", inAllForms)
	}
	for _, constraint := range []string{"wrong type", "not in rangelist", "below range", "above range", "not in format", "missing", "unknown key", "too few items", "too many items"} {
		for depth := 1; depth <= 3; depth++ {
			if !slices.ContainsFunc(all, func(d defect) bool { return d.constraint == constraint && d.depth >= depth }) {
				t.Logf("the schemas state no such constraint at depth %d or below: %s", depth, constraint)
			}
		}
		if !slices.ContainsFunc(all, func(d defect) bool { return d.constraint == constraint }) && !strings.Contains(constraint, "items") {
			t.Errorf("no defect breaks %s", constraint)
		}
	}
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func show(found []diag.Diagnostic) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "\n\t%s: %s [%s]", f.Path.String(), f.Message, f.Rule)
	}
	return b.String() + "\n"
}

// catalog is shared, so that each type is read once.
var catalog = schema.Embedded()

func check(t *testing.T, data []byte) []diag.Diagnostic {
	t.Helper()
	return checkFile(t, diag.NewFile("f", data))
}

func lintRoot(t *testing.T, root *plist.Value) []diag.Diagnostic {
	t.Helper()
	found, err := lint.Check(catalog, root, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// seed makes the defects of every payload type.
func seed(t *testing.T) []defect {
	t.Helper()
	entries, err := catalog.Entries()
	if err != nil {
		t.Fatal(err)
	}
	var all []defect
	keys, broken := 0, 0
	for _, e := range entries {
		if e.Family != schema.Payload {
			continue
		}
		definition, err := catalog.Type(e.ID, schema.Payload)
		if err != nil {
			t.Fatal(err)
		}
		s := &seeder{t: t, definition: definition}
		s.walk(definition.Keys, nil)
		all = append(all, s.defects...)
		keys, broken = keys+s.keys, broken+s.broken
	}
	t.Logf("%d of %d keys are broken; of the others no profile can be made from the schema alone", broken, keys)
	if broken < keys*9/10 {
		t.Error("too few keys to speak of Apple's schemas")
	}
	return all
}

// step is one key on the way down; the element of an array follows its array.
type step struct {
	key     *schema.Key
	element bool
}

type seeder struct {
	t          *testing.T
	definition *schema.Type
	defects    []defect

	keys, broken int // how many keys there are, and of how many a constraint was broken
	clean        bool
}

// walk visits the keys of a dictionary and all below, recursion cut.
func (s *seeder) walk(keys []*schema.Key, way []step) {
	for _, k := range keys {
		if k.Name == schema.Any || k.Dropped || k.Community || slices.ContainsFunc(way, func(w step) bool { return w.key == k }) || len(way) > 8 {
			continue
		}
		here := append(slices.Clone(way), step{key: k})
		s.breakKey(here)
		switch {
		case k.Kind == plist.Dictionary:
			s.walk(k.Keys, here)
		case k.Kind == plist.Array && len(k.Keys) == 1 && k.Keys[0].Kind == plist.Dictionary && !k.Keys[0].AnyKind:
			s.walk(k.Keys[0].Keys, append(here, step{k.Keys[0], true}))
		}
	}
}

// texts are what unconstrained strings are tried with, until the profile is clean.
var texts = []string{"text", "https://example.org/a", "192.0.2.1", "host.example.org", "com.acme.app", "8C1F0E5A-7D9B-4A45-9D1B-1D2C3B4A5F60",
	"00:11:22:33:44:55", "262010", "A1B2C3"}

// breakKey adds the defects of the key at the end of a way.
func (s *seeder) breakKey(way []step) {
	k := way[len(way)-1].key
	s.keys++
	for i, text := range append(texts, texts...) {
		needClean := i < len(texts) // the second time around, what the schema says is enough
		make := func(change func(holder *plist.Value)) *plist.Value {
			payload, holder := s.payload(way, text)
			change(holder)
			return profileOf(payload)
		}
		good := make(func(*plist.Value) {})
		data, err := plist.Write(good)
		if err != nil {
			return
		}
		found := check(s.t, data)
		if len(found) > 0 && (needClean || slices.ContainsFunc(found, bySchema)) {
			continue
		}
		s.broken++
		s.clean = needClean
		s.breakWith(way, k, good, make)
		return
	}
}

// bySchema says whether a finding is that of a constraint in the schema: a rule that names a source rests on it instead.
func bySchema(f diag.Diagnostic) bool {
	rule, ok := rules.FindPage(f.Rule)
	return !ok || f.Rule == "wrong-type" || rule.Has(rules.Schema) && !rule.HasOwnSource()
}

func (s *seeder) breakWith(way []step, k *schema.Key, good *plist.Value, make func(func(*plist.Value)) *plist.Value) {
	path, depth, inArray := place(way)
	add := func(constraint, rule, at string, bad *plist.Value) {
		s.defects = append(s.defects, defect{constraint, rule, at, depth, inArray, good, bad, s.clean})
	}
	set := func(v *plist.Value) *plist.Value {
		return make(func(holder *plist.Value) { holder.Set(k.Name, v) })
	}
	if !k.AnyKind {
		add("wrong type", "wrong-type", path, set(wrong(k.Kind)))
	}
	if k.Required {
		// What is not there has no place: the finding is at the dictionary that lacks it.
		add("missing", "missing-required-key", strings.TrimSuffix(path, "."+k.Name), make(func(holder *plist.Value) {
			holder.Fields = slices.DeleteFunc(holder.Fields, func(f plist.Field) bool { return f.Key == k.Name })
		}))
	}
	switch {
	case len(k.RangeList) > 0 && k.Kind == plist.String:
		add("not in rangelist", "value-not-in-rangelist", path, set(plist.NewString("no such value")))
	case len(k.RangeList) > 0 && k.Kind == plist.Integer:
		add("not in rangelist", "value-not-in-rangelist", path, set(plist.NewInteger(987654)))
	case k.Kind == plist.Integer && k.Min != nil:
		add("below range", "value-out-of-range", path, set(plist.NewInteger(int64(*k.Min)-1)))
	}
	if k.Kind == plist.Integer && k.Max != nil && len(k.RangeList) == 0 {
		add("above range", "value-out-of-range", path, set(plist.NewInteger(int64(*k.Max)+1)))
	}
	if r, err := regexp.Compile(k.Format); k.Format != "" && err == nil && k.Kind == plist.String && !r.MatchString("~") {
		add("not in format", "value-not-in-format", path, set(plist.NewString("~")))
	}
	if k.Kind == plist.Array && len(k.Keys) == 1 {
		least, most := k.MinItems, k.MaxItems
		if least == nil {
			least = k.Keys[0].MinItems
		}
		if most == nil {
			most = k.Keys[0].MaxItems
		}
		if least != nil && *least > 0 {
			add("too few items", "wrong-item-count", path, set(plist.NewArray()))
		}
		if most != nil && *most < 100 {
			items := plist.NewArray()
			for range *most + 1 {
				items.Items = append(items.Items, s.sample(k.Keys[0], texts[0], 0))
			}
			add("too many items", "wrong-item-count", path, set(items))
		}
	}
	if misspelt := k.Name + "x"; len(k.Name) >= 6 && plainWord.MatchString(k.Name) && !isOpen(s.t, s.definition.PayloadType) &&
		!slices.ContainsFunc(way[:len(way)-1], func(w step) bool { return w.key.Name == "VendorConfig" }) { // a vendor's own keys
		value := s.sample(k, texts[0], 0)
		add("unknown key", "unknown-key", strings.TrimSuffix(path, k.Name)+misspelt, make(func(holder *plist.Value) { holder.Set(misspelt, value) }))
	}
}

// isOpen reports whether a program may read other keys of a payload type than a schema states: those are no mistakes.
func isOpen(t *testing.T, payloadType string) bool {
	known := facts.Embedded()
	return known.IsPreferences(payloadType)
}

// payload builds a payload that has the keys on the way and every required key beside them, and returns the dictionary
// that holds the last one.
func (s *seeder) payload(way []step, text string) (payload, holder *plist.Value) {
	payload = s.required(s.definition.Keys, text, 0).
		Set("PayloadType", plist.NewString(s.definition.PayloadType)).
		Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", plist.NewString("org.acme.seeded.payload")).
		Set("PayloadUUID", plist.NewString("1D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F"))
	holder = payload
	for i, w := range way {
		last := i == len(way)-1
		switch {
		case w.element:
			continue
		case last:
			if holder.Get(w.key.Name) == nil {
				holder.Set(w.key.Name, s.sample(w.key, text, 0))
			}
		case w.key.Kind == plist.Array:
			item := s.required(w.key.Keys[0].Keys, text, 0)
			holder.Set(w.key.Name, plist.NewArray(item))
			holder = item
		default:
			next := s.required(w.key.Keys, text, 0)
			holder.Set(w.key.Name, next)
			holder = next
		}
	}
	return payload, holder
}

func (s *seeder) required(keys []*schema.Key, text string, depth int) *plist.Value {
	v := plist.NewDictionary()
	for _, k := range keys {
		if k.Required && k.Name != schema.Any {
			v.Set(k.Name, s.sample(k, text, depth+1))
		}
	}
	return v
}

// sample returns the smallest value that a key takes.
func (s *seeder) sample(k *schema.Key, text string, depth int) *plist.Value {
	switch {
	case len(k.RangeList) > 0:
		return k.RangeList[0]
	case k.AnyKind:
		return plist.NewString(text)
	}
	switch k.Kind {
	case plist.String:
		for _, candidate := range append([]string{text}, texts...) {
			r, err := regexp.Compile(k.Format)
			if err != nil || r.MatchString(candidate) {
				return plist.NewString(candidate)
			}
		}
		return plist.NewString(text)
	case plist.Integer:
		switch {
		case k.Min != nil:
			return plist.NewInteger(int64(*k.Min))
		case k.Max != nil:
			return plist.NewInteger(int64(*k.Max))
		}
		return plist.NewInteger(1)
	case plist.Real:
		if k.Min != nil {
			return plist.NewReal(*k.Min)
		}
		return plist.NewReal(1)
	case plist.Boolean:
		return plist.NewBoolean(true)
	case plist.Data:
		return plist.NewData([]byte("data"))
	case plist.Date:
		return plist.NewDate(time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC))
	case plist.Array:
		v := plist.NewArray()
		if len(k.Keys) > 0 && depth < 6 {
			n := 1
			if k.MinItems != nil {
				n = *k.MinItems
			} else if k.Keys[0].MinItems != nil {
				n = max(1, *k.Keys[0].MinItems)
			}
			for range n {
				v.Items = append(v.Items, s.sample(k.Keys[0], text, depth+1))
			}
		}
		return v
	}
	if depth > 6 {
		return plist.NewDictionary()
	}
	return s.required(k.Keys, text, depth)
}

// wrong is a value of another type than the one given.
func wrong(k plist.Kind) *plist.Value {
	switch k {
	case plist.Boolean:
		return plist.NewInteger(1) // the classic: Apple Business refuses it
	case plist.String, plist.Array:
		return plist.NewInteger(7)
	}
	return plist.NewString("7")
}

var plainWord = regexp.MustCompile(`^[\pL\pN_-]+$`)

// place writes the path of a way as lint does.
func place(way []step) (path string, depth int, inArray bool) {
	path = "PayloadContent[0]"
	for _, w := range way {
		switch {
		case w.element:
			path += "[0]"
			inArray = true
		case plainWord.MatchString(w.key.Name):
			path += "." + w.key.Name
			depth++
		default:
			path += fmt.Sprintf("[%q]", w.key.Name)
			depth++
		}
	}
	return path, depth, inArray
}

// profileOf puts a payload into a clean envelope.
func profileOf(payload *plist.Value) *plist.Value {
	return plist.NewDictionary().
		Set("PayloadType", plist.NewString("Configuration")).
		Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", plist.NewString("org.acme.seeded")).
		Set("PayloadUUID", plist.NewString("0D3C1B0E-5C6F-4E2B-8B56-0A1D2C3B4E5F")).
		Set("PayloadScope", plist.NewString("System")).
		Set("PayloadContent", plist.NewArray(payload))
}

func encode(t *testing.T, form string, root *plist.Value, signer *ecdsa.PrivateKey, chain []*x509.Certificate) []byte {
	t.Helper()
	xml, err := plist.Write(root)
	if err != nil {
		t.Fatal(err)
	}
	if form == "XML" {
		return xml
	}
	if form == "binary" {
		var decoded any
		if _, err := howett.Unmarshal(xml, &decoded); err != nil {
			t.Fatal(err)
		}
		data, err := howett.Marshal(decoded, howett.BinaryFormat)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	signed, err := cms.Sign(xml, signer, chain, cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if form == "signed BER" {
		return indefinite(t, signed)
	}
	return signed
}

// indefinite rewrites DER with indefinite lengths, and OCTET STRINGs in chunks, as streaming signers do.
func indefinite(t *testing.T, der []byte) []byte {
	t.Helper()
	var out []byte
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			t.Fatal(err)
		}
		whole := der[:len(der)-len(rest)]
		switch {
		case v.IsCompound:
			out = append(append(append(out, whole[0], 0x80), indefinite(t, v.Bytes)...), 0, 0)
		case v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString && len(v.Bytes) > 100:
			out = append(out, 0x24, 0x80)
			for chunk := range slices.Chunk(v.Bytes, 100) {
				out = append(append(out, 0x04, byte(len(chunk))), chunk...)
			}
			out = append(out, 0, 0)
		default:
			out = append(out, whole...)
		}
		der = rest
	}
	return out
}

func testIdentity(t *testing.T) (*ecdsa.PrivateKey, []*x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, []*x509.Certificate{cert}
}
