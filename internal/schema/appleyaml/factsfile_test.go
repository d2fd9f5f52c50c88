package appleyaml

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/schema"
)

const (
	factsCommit = "0123456789abcdef0123456789abcdef01234567"
	factsName   = "mdm/profiles/com.example.lamp.yaml"
)

func TestFactsFile(t *testing.T) {
	const apples = `# Copyright
title: Lamp
description: A lamp.
payload:
  payloadtype: com.example.lamp
  supportedOS:
    iOS:
      introduced: '15.0' # the first
      userenrollment:
        mode: forbidden
        behavior: Says why.
  content: Prose.
payloadkeys:
# a remark
- key: Bulbs
  title: Bulbs
  type: <array>
  colour: red
  subkeys: &bulbs
  - key: Bulb
    type: <dictionary>
    content: A bulb.
    subkeys:
    - key: Bulbs
      type: <array>
      subkeys: *bulbs
- key: Level
  type: <integer>
  range:
    min: 1
    max: 9
  default: 5
notes:
- title: Note
`
	const want = `# source: apple/device-management @ 0123456789abcdef0123456789abcdef01234567 mdm/profiles/com.example.lamp.yaml
payload:
  payloadtype: com.example.lamp
  supportedOS:
    iOS:
      introduced: '15.0'
      userenrollment:
        mode: forbidden
payloadkeys:
- key: Bulbs
  type: <array>
  subkeys: &bulbs
  - key: Bulb
    type: <dictionary>
    subkeys:
    - key: Bulbs
      type: <array>
      subkeys: *bulbs
- key: Level
  type: <integer>
  range:
    min: 1
    max: 9
  default: 5
`
	facts, left, err := FactsFile(factsCommit, factsName, []byte(apples), nil)
	if err != nil || string(facts) != want || !slices.Equal(left, []string{"colour"}) {
		t.Errorf("%v, %v:\n%s", left, err, facts)
	}
	again, _, err := FactsFile(factsCommit, factsName, facts, nil)
	if err != nil || string(again) != want {
		t.Errorf("a facts file does not stay as it is: %v:\n%s", err, again)
	}
	if _, _, err := FactsFile(factsCommit, factsName, []byte("payload: {}"), nil); err == nil {
		t.Error("no error for a file that defines nothing")
	}
}

func TestFactsFileKeepsDroppedKeys(t *testing.T) {
	const old = `# renamed from com.example.lmap.yaml
payload: {payloadtype: com.example.lamp}
payloadkeys:
- {key: Gas, type: <string>}
- key: Switch
  type: <dictionary>
  subkeys:
  - {key: Brass, type: <boolean>}
  - {key: Round, type: <boolean>}
- key: Bulbs
  type: <array>
  subkeys: &bulbs
  - key: Bulb
    type: <dictionary>
    subkeys:
    - {key: Watts, type: <integer>}
    - {key: Bulbs, type: <array>, subkeys: *bulbs}
`
	const newer = `payload: {payloadtype: com.example.lamp}
payloadkeys:
- {key: Switch, type: <dictionary>, subkeys: [{key: Round, type: <boolean>}]}
- key: Bulbs
  type: <array>
  subkeys: &list
  - {key: Lights, type: <dictionary>, subkeys: [{key: Bulbs, type: <array>, subkeys: *list}]}
`
	facts, _, err := FactsFile(factsCommit, factsName, []byte(newer), []byte(old))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Read(fstest.MapFS{factsName: {Data: facts}}, "")
	if err != nil {
		t.Fatal(err)
	}
	lamp := tree.Types[0]
	if gas, brass, round := lamp.Key("Gas"), lamp.Key("Switch", "Brass"), lamp.Key("Switch", "Round"); !gas.Dropped || !brass.Dropped || round.Dropped {
		t.Errorf("the keys are not those of both:\n%s", facts)
	}
	if watts := lamp.Key("Bulbs", "Watts"); watts == nil || !watts.Dropped {
		t.Errorf("the key of an array's renamed element is lost:\n%s", facts)
	}
	if tree.Renamed["com.example.lamp"] != "com.example.lamp" || lamp.Sources[0].Version != factsCommit {
		t.Errorf("renamed %v, from %v", tree.Renamed, lamp.Sources)
	}
	again, _, err := FactsFile(factsCommit, factsName, []byte(newer), facts)
	if err != nil || string(again) != string(facts) {
		t.Errorf("the same facts are another file: %v:\n%s", err, again)
	}
}

func TestReadRefusesATypeDefinedTwice(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("payload: {payloadtype: com.example.lamp}")}
	_, err := Read(fstest.MapFS{"mdm/profiles/a.yaml": file, "mdm/profiles/b.yaml": file}, "1")
	if err == nil || !strings.Contains(err.Error(), `mdm/profiles/b.yaml: type "com.example.lamp" is also defined in mdm/profiles/a.yaml`) {
		t.Errorf("error is %v", err)
	}
}

// TestReadRefusesAFileWithoutSource proves that no file of our own passes for Apple's.
func TestReadRefusesAFileWithoutSource(t *testing.T) {
	const lamp = "payload: {payloadtype: com.example.lamp}\n"
	for _, comments := range []string{"", "# source: a letter (example.com)\n", "# source: apple/device-management @ b6202ca mdm/profiles/a.yaml\n"} {
		for _, name := range []string{"mdm/profiles/a.yaml", "mdm/profiles/a.delta.yaml"} {
			files := fstest.MapFS{name: {Data: []byte(comments + lamp)}}
			if _, err := Read(files, ""); err == nil || !strings.Contains(err.Error(), name+": no source in the comments at the top: want ") {
				t.Errorf("%s with %q: error is %v", name, comments, err)
			}
			if _, err := Read(files, "18.1"); err != nil {
				t.Errorf("%s of a checkout: %v", name, err)
			}
		}
	}
	for _, comment := range []string{"# source: apple/device-management @ " + factsCommit, "# keys from Apple documentation of 27.0 (developer.apple.com/documentation/devicemanagement/lamp)"} {
		if _, err := Read(fstest.MapFS{"mdm/profiles/a.yaml": {Data: []byte(comment + "\n" + lamp)}}, ""); err != nil {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

func TestFilesOfATree(t *testing.T) {
	tree, err := Read(newer, "")
	if err != nil {
		t.Fatal(err)
	}
	got := tree.Files(&schema.Type{ID: "com.example.door", PayloadType: "com.example.door", Family: schema.Payload})
	if want := "mdm/profiles/com.example.door.delta.yaml mdm/profiles/com.example.door.yaml payload-lifecycle.csv"; strings.Join(got, " ") != want {
		t.Errorf("files are %v, want %s", got, want)
	}
	if got := tree.Files(&schema.Type{ID: "com.example.gate"}); got != nil {
		t.Errorf("files are %v", got)
	}
}
