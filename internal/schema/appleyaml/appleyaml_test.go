package appleyaml

import (
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// older and newer are two small trees that differ in every way that a merge knows.
var older = fstest.MapFS{
	"mdm/profiles/com.example.door.yaml": {Data: []byte(`
title: Door
payload:
  payloadtype: com.example.door
  supportedOS:
    iOS: {introduced: '10.0', supervised: true, multiple: false}
    macOS: {introduced: n/a}
  content: Describes a door.
payloadkeys:
- key: Height
  type: <integer>
  presence: required
  default: 5
  range: {min: 1, max: 9}
  content: How high it is.
- key: Gone
  type: <string>
- key: Panes
  type: <array>
  repetition: {min: 1, max: 4}
  subkeys:
  - key: PaneItem
    type: <dictionary>
    subkeys:
    - key: Broken
      type: <boolean>
    - key: Tint
      type: <string>
`)},
	"mdm/profiles/com.example.room(Larg).yaml": {Data: []byte(`
payload: {payloadtype: com.example.room}
payloadkeys:
- {key: Size, type: <real>, default: 2}
`)},
	"mdm/profiles/com.example.room(Small).yaml": {Data: []byte(`
payload: {payloadtype: com.example.room}
payloadkeys:
- {key: Size, type: <real>}
`)},
	"declarative/declarations/configurations/door.yaml": {Data: []byte(`
payload:
  declarationtype: com.apple.configuration.door
  apply: combined
  beta: true
  supportedOS:
    iOS:
      introduced: '17.0'
      sharedipad: {allowed-scopes: []}
      allowed-enrollments: [supervised, local]
    macOS: {introduced: n/a}
payloadkeys:
- key: Hinge
  type: <string>
  subtype: <url>
  assettypes: [com.apple.asset.data]
  asset-content-types: [text/plain]
  combinetype: first
`)},
	"declarative/declarations/notes.txt": {Data: []byte("not a schema")},
}

var newer = fstest.MapFS{
	"mdm/profiles/com.example.door.yaml": {Data: []byte(`# source: apple/device-management @ 0123456789abcdef0123456789abcdef01234567
# more from Apple documentation of 27.0 (developer.example.com/documentation/door; mirror)
payload:
  payloadtype: com.example.door
  supportedOS:
    iOS: {introduced: '10.0', deprecated: '27.0'}
    macOS: {introduced: n/a}
payloadkeys:
- key: Height
  type: <integer>
  rangelist: [1, 2]
- key: Panes
  type: <array>
  subkeys:
  - key: Pane
    type: <dictionary>
    subkeys:
    - key: Tint
      type: <string>
`)},
	"mdm/profiles/com.example.room(Large).yaml": {Data: []byte(`# source: apple/device-management @ 0123456789abcdef0123456789abcdef01234567
# renamed from com.example.room(Larg).yaml
payload: {payloadtype: com.example.room}
payloadkeys:
- {key: Size, type: <real>}
`)},
	"mdm/profiles/com.example.door.delta.yaml": {Data: []byte(`# source: apple/device-management @ fedcba9876543210fedcba9876543210fedcba98
payload:
  payloadtype: com.example.door
  supportedOS:
    iOS: {supervised: false}
added:
- key: Latch
  type: <boolean>
changed:
- key: Height
  supportedOS:
    iOS: {introduced: '26.0'}
  replacement: com.apple.configuration.door
removed:
- key: Panes
  supportedOS:
    iOS: {introduced: '10.0', removed: '27.0'}
`)},
	"payload-lifecycle.csv": {Data: []byte(`payloadtype,platform,introduced,deprecated,removed,replacement-declaration,source
com.example.door,iOS,10.0,27.0,28.0,com.apple.configuration.door,apple/device-management@aaaa; a remark
`)},
}

func mergeAll(t *testing.T) map[string]*schema.Type {
	t.Helper()
	a, err := Read(older, "18.1")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Read(newer, "")
	if err != nil {
		t.Fatal(err)
	}
	merged, err := Merge(a, b)
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]*schema.Type{}
	for _, x := range merged {
		types[x.ID] = x
	}
	return types
}

func TestMerge(t *testing.T) {
	types := mergeAll(t)
	if len(types) != 4 {
		t.Errorf("%d types, want 4", len(types))
	}
	if types["com.example.room(Large)"] == nil || types["com.example.room(Larg)"] != nil {
		t.Error("the renamed file is not one type")
	}
	door := types["com.example.door"]
	var names []string
	for _, k := range door.Keys {
		name := k.Name
		if k.Dropped {
			name += " dropped"
		}
		names = append(names, name)
	}
	if got, want := strings.Join(names, ", "), "Height, Gone dropped, Latch, Panes"; got != want {
		t.Errorf("keys are %s, want %s", got, want)
	}
	height := door.Key("Height")
	if height.Required || height.Default != nil || height.Min != nil || len(height.RangeList) != 2 {
		t.Errorf("Height keeps facts that the newer file does not state: %+v", height)
	}
	if height.Replacement != "com.apple.configuration.door" || height.Availability[target.IOS].Introduced.Major != 26 {
		t.Errorf("the delta does not count: %+v", height)
	}
	if broken := door.Key("Panes", "Broken"); broken == nil || !broken.Dropped {
		t.Error("a key of an array's renamed element is lost")
	}
	ios := door.Availability[target.IOS]
	if ios.Deprecated.Major != 27 || ios.Removed.Major != 28 || *ios.Supervised || ios.Multiple != nil {
		t.Errorf("iOS is %+v", ios)
	}
	if door.Replacement != "com.apple.configuration.door" {
		t.Errorf("replacement is %q", door.Replacement)
	}
	if !door.AvailabilityAt(target.MacOS, "Height").NotAvailable {
		t.Error("n/a is lost")
	}
}

func TestSources(t *testing.T) {
	var got []string
	for _, s := range mergeAll(t)["com.example.door"].Sources {
		got = append(got, s.Name+" "+s.Version+" "+s.Path)
	}
	want := []string{
		"apple/device-management 18.1 mdm/profiles/com.example.door.yaml",
		"apple/device-management 0123456789abcdef0123456789abcdef01234567 mdm/profiles/com.example.door.yaml",
		"developer.apple.com 27 developer.example.com/documentation/door",
		"apple/device-management fedcba9876543210fedcba9876543210fedcba98 mdm/profiles/com.example.door.yaml",
		"apple/device-management aaaa ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sources are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReadDeclaration(t *testing.T) {
	x := mergeAll(t)["com.apple.configuration.door"]
	if x == nil || x.Family != schema.Configuration || x.Apply != "combined" {
		t.Fatalf("the declaration is %+v", x)
	}
	ios := x.Availability[target.IOS]
	if !ios.Beta || x.Availability[target.MacOS].Beta {
		t.Error("beta is not the available platforms'")
	}
	if ios.SharedIPad.AllowedScopes == nil || len(ios.SharedIPad.AllowedScopes) != 0 || len(ios.AllowedEnrollments) != 2 {
		t.Errorf("iOS is %+v", ios)
	}
	hinge := x.Key("Hinge")
	if hinge.Subtype != "url" || hinge.AssetTypes[0] != "com.apple.asset.data" || hinge.ContentTypes[0] != "text/plain" || hinge.CombineType != "first" {
		t.Errorf("Hinge is %+v", hinge)
	}
}

// recursive is a schema whose folders hold folders.
const recursive = `
payload: {payloadtype: com.example.tree}
payloadkeys:
- key: Folders
  type: <array>
  subkeytype: Folder
  subkeys: &folders
  - key: Folder
    type: <dictionary>
    subkeys:
    - {key: Name, type: <string>}
    - {key: Folders, type: <array>, subkeys: *folders}
`

func TestRecursionSharesKeys(t *testing.T) {
	x, err := ReadType("com.example.tree", []byte(recursive))
	if err != nil {
		t.Fatal(err)
	}
	once, thrice := x.Key("Folders", "Name"), x.Key("Folders", "Folders", "Folders", "Name")
	if once == nil || once != thrice {
		t.Errorf("%p is not %p", once, thrice)
	}
}

func TestDefaultsHaveTheKindOfTheirKey(t *testing.T) {
	tests := []struct {
		key  string
		want *plist.Value
	}{
		{"{key: k, type: <real>, default: 2}", plist.NewReal(2)},
		{"{key: k, type: <string>, default: 2}", plist.NewString("2")},
		{"{key: k, type: <string>, default: true}", plist.NewString("true")},
		{"{key: k, type: <integer>, default: -2}", plist.NewInteger(-2)},
		{"{key: k, type: <boolean>, default: true}", plist.NewBoolean(true)},
		{"{key: k, type: <any>, default: 1.5}", plist.NewReal(1.5)},
		{"{key: k, type: <any>, default: '1'}", plist.NewString("1")},
	}
	for _, tt := range tests {
		x, err := ReadType("t", []byte("payload: {payloadtype: t}\npayloadkeys: ["+tt.key+"]"))
		if err != nil {
			t.Errorf("%s: %v", tt.key, err)
			continue
		}
		if got := x.Keys[0].Default; !plist.Equal(got, tt.want) {
			t.Errorf("%s: default is %s %s", tt.key, got.Kind, got.Describe())
		}
	}
}

func TestReadTypeRefuses(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"no mapping", "- a", "no mapping"},
		{"nothing", "", "YAML"},
		{"broken", "a: [", "YAML"},
		{"no type", "payload: {}", "no payloadtype"},
		{"unknown declaration", "payload: {declarationtype: com.example}", `invalid declarationtype "com.example": want one in`},
		{"unknown kind", "payload: {payloadtype: t}\npayloadkeys:\n- {key: k, type: <text>}", `line 3: key "k": unknown type "text"`},
		{"default of another kind", "payload: {payloadtype: t}\npayloadkeys:\n- {key: k, type: <integer>, default: x}", `line 3: invalid value "x": want a value of type integer`},
		{"bad version", "payload:\n  payloadtype: t\n  supportedOS:\n    iOS: {introduced: soon}", `iOS: line 4: invalid version "soon"`},
		{"bad boolean", "payload: {payloadtype: t, supportedOS: {iOS: {supervised: perhaps}}}", `invalid value "perhaps": want a boolean`},
		{"bad bound", "payload: {payloadtype: t}\npayloadkeys:\n- {key: k, type: <real>, range: {min: low}}", `invalid value "low": want a number`},
		{"bad repetition", "payload: {payloadtype: t}\npayloadkeys:\n- {key: k, type: <array>, repetition: {max: 1.5}}", `invalid value "1.5": want an integer`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ReadType("t", []byte(tt.data)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
		})
	}
}

func TestReadNamesTheFile(t *testing.T) {
	_, err := Read(fstest.MapFS{"mdm/profiles/a.yaml": {Data: []byte("payload: {}")}}, "1")
	if err == nil || !strings.Contains(err.Error(), "mdm/profiles/a.yaml") {
		t.Errorf("error is %v", err)
	}
}

func TestReadRefusesAFolderWithoutSchemas(t *testing.T) {
	if _, err := Read(fstest.MapFS{"README": {}}, "1"); err == nil || !strings.Contains(err.Error(), "mdm/profiles") {
		t.Errorf("error is %v", err)
	}
}

// TestChangesToATypeWithoutPlatforms proves that a delta and a lifecycle state platforms for a type that states none.
func TestChangesToATypeWithoutPlatforms(t *testing.T) {
	x, err := ReadType("t", []byte("payload: {payloadtype: t}"))
	if err != nil {
		t.Fatal(err)
	}
	supervised := true
	types, err := Merge(&Tree{Types: []*schema.Type{x}}, &Tree{
		Deltas:     []Delta{{PayloadType: "t", Availability: schema.Availabilities{target.IOS: {Supervised: &supervised}}}},
		Lifecycles: []Lifecycle{{PayloadType: "t", Platform: target.MacOS, Replacement: "u"}},
	})
	if err != nil || !*types[0].Availability[target.IOS].Supervised || types[0].Replacement != "u" {
		t.Errorf("%+v, %v", types[0], err)
	}
}

func TestMergeRefuses(t *testing.T) {
	tests := []struct {
		name  string
		newer *Tree
	}{
		{"delta of an unknown type", &Tree{Deltas: []Delta{{PayloadType: "x"}}}},
		{"delta of an unknown key", &Tree{Deltas: []Delta{{PayloadType: "com.example.door", Changed: []*schema.Key{{Name: "x"}}}}}},
		{"delta adding a known key", &Tree{Deltas: []Delta{{PayloadType: "com.example.door", Added: []*schema.Key{{Name: "Height"}}}}}},
		{"lifecycle of an unknown type", &Tree{Lifecycles: []Lifecycle{{PayloadType: "x"}}}},
	}
	for _, tt := range tests {
		a, err := Read(older, "18.1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Merge(a, tt.newer); err == nil {
			t.Errorf("%s is merged", tt.name)
		}
	}
}

// FuzzReadTypeGivesACatalog proves of any bytes: they are refused, or they make a type that a catalog can hold, and that
// can be asked for keys without end.
func FuzzReadTypeGivesACatalog(f *testing.F) {
	f.Add([]byte(recursive))
	for _, file := range older {
		f.Add(file.Data)
	}
	f.Add([]byte("payload: {payloadtype: t}\npayloadkeys: &a\n- {key: k, type: <array>, subkeys: *a}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := ReadType("t", data)
		if err != nil {
			return
		}
		for _, k := range x.Keys {
			x.Key(k.Name, k.Name, k.Name, "x")
			x.AvailabilityAt(target.IOS, k.Name, k.Name)
		}
		x.ID = "t"
		files, err := schema.Files([]*schema.Type{x})
		if err != nil {
			return // such as a platform that Apple does not have
		}
		folder := fstest.MapFS{}
		for name, data := range files {
			folder[name] = &fstest.MapFile{Data: data}
		}
		again, err := schema.Open(folder).Type("t", x.Family)
		if err != nil || again == nil {
			t.Errorf("the catalog cannot be read: %v", err)
		}
	})
}
