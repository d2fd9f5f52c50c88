package appleyaml

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

func declarationFile(name, keys string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("payload: {declarationtype: com.apple.configuration." + name + "}\npayloadkeys:\n" + keys)}
}

func merged(t *testing.T, older, between, newest fstest.MapFS) map[string]*schema.Type {
	t.Helper()
	var trees []*Tree
	for _, files := range []fstest.MapFS{older, between, newest} {
		tree, err := Read(files, "1")
		if err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree)
	}
	old, err := Between(trees[0], trees[1], trees[2])
	if err != nil {
		t.Fatal(err)
	}
	types, err := Merge(old, trees[2])
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*schema.Type{}
	for _, x := range types {
		byID[strings.TrimPrefix(x.ID, "com.apple.configuration.")] = x
	}
	return byID
}

func TestBetween(t *testing.T) {
	const at = "declarative/declarations/configurations/"
	types := merged(t,
		fstest.MapFS{
			at + "door.yaml": declarationFile("door", "- {key: Bolt, type: <string>}\n- {key: Knob, type: <string>}"),
			at + "lamp.yaml": declarationFile("lamp", "- {key: Gas, type: <string>}"),
		},
		fstest.MapFS{
			at + "door.yaml": declarationFile("door", "- {key: Bolt, type: <string>, combinetype: first}"),
			at + "lamp.yaml": declarationFile("lamp", `
- {key: Level, type: <integer>, combinetype: number-max, presence: required}
- {key: Preview, type: <string>}
- {key: Bulbs, type: <array>, combinetype: set-union, subkeys: [{key: Bulb, type: <string>, presence: required}]}`),
		},
		fstest.MapFS{
			at + "lamp.yaml": declarationFile("lamp", `
- {key: Level, type: <integer>, combinetype: number-min}
- {key: Bulbs, type: <array>, subkeys: [{type: <string>}]}`),
		})
	door, lamp := types["door"], types["lamp"]
	if k := door.Key("Bolt"); k.CombineType != "first" || k.Dropped || !door.Key("Knob").Dropped {
		t.Error("a type that only the tree between has is not its own, with what it dropped")
	}
	if k := lamp.Key("Level"); k.CombineType != "number-min" || k.Required {
		t.Errorf("what the newest tree states does not count: %+v", k)
	}
	bulbs := lamp.Key("Bulbs")
	if bulbs.CombineType != "set-union" || bulbs.Keys[0].Name != "Bulb" || !bulbs.Keys[0].Required {
		t.Errorf("what the newest tree leaves out is not taken: %+v, %+v", bulbs, bulbs.Keys[0])
	}
	if lamp.Key("Preview") != nil || !lamp.Key("Gas").Dropped {
		t.Error("a key that was never released is there, or one that was has gone")
	}
	if len(lamp.Sources) != 3 {
		t.Errorf("the sources are %v", lamp.Sources)
	}
}

func TestReadCorrections(t *testing.T) {
	const at = "declarative/declarations/configurations/"
	files := fstest.MapFS{
		at + "door.yaml":                       declarationFile("door", "- {key: Bolt, type: <string>}"),
		"corrections-2/" + at + "door.yaml":    declarationFile("door", "- {key: Latch, type: <string>}"),
		"corrections-2/" + at + "doorway.yaml": declarationFile("doorway", "- {key: Width, type: <real>}"),
	}
	tree, err := Read(files, "1")
	if err != nil || len(tree.Types) != 2 {
		t.Fatalf("%+v, %v", tree, err)
	}
	if door := tree.Types[0]; door.Key("Latch") == nil || door.Key("Bolt") != nil || door.Sources[0].Path != at+"door.yaml" {
		t.Errorf("the correction is not in its place: %+v", door)
	}
	files["corrections-2/"+at+"door.yaml"] = &fstest.MapFile{Data: []byte("payload: {}")}
	if _, err := Read(files, "1"); err == nil || !strings.Contains(err.Error(), "corrections-2") {
		t.Errorf("the error is %v", err)
	}
}

func TestReadStatusItems(t *testing.T) {
	const lamp = "lamp.state,string,on|off,iOS 16.0; macOS 13.0,iOS; Shared iPad; macOS,iOS,,macOS,iOS; macOS,Shared iPad; macOS,,apple/device-management@0000000000000000000000000000000000000000; remark\n"
	x, err := readStatusItems([]byte(statusColumns + "\n" + lamp + "door.list,array,,macOS 26.0,macOS,,,,macOS,,,page\n"))
	if err != nil {
		t.Fatal(err)
	}
	k := x.Key("lamp.state")
	ios, macOS := k.Availability[target.IOS], k.Availability[target.MacOS]
	if len(k.RangeList) != 2 || ios.Introduced.String() != "16" || !slices.Equal(ios.AllowedEnrollments, []string{"supervised", "device"}) ||
		!slices.Equal(ios.SharedIPad.AllowedScopes, []string{"user"}) || !slices.Equal(macOS.AllowedScopes, []string{"system", "user"}) ||
		!slices.Equal(macOS.AllowedEnrollments, []string{"supervised", "local"}) || !k.Availability[target.TvOS].NotAvailable {
		t.Errorf("the item is %+v", k)
	}
	if len(x.Keys) != 2 || len(x.Sources) != 2 || x.Sources[1].Name != "developer.apple.com" {
		t.Errorf("the type is %+v", x)
	}
	for name, data := range map[string]string{
		"no line":         "",
		"another header":  "name,type\n",
		"unknown kind":    statusColumns + "\nlamp,bulb,,iOS 16.0,,,,,,,,page\n",
		"version":         statusColumns + "\nlamp,string,,iOS soon,,,,,,,,page\n",
		"value":           statusColumns + "\nlamp,integer,low,iOS 16.0,,,,,,,,page\n",
		"columns missing": statusColumns + "\nlamp,string\n",
	} {
		if _, err := readStatusItems([]byte(data)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
