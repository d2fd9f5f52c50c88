package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// declarationJSON is a declaration of a type, with an Identifier and the JSON of its Payload.
func declarationJSON(declarationType, id, payload string) string {
	return fmt.Sprintf(`{"Type": %q, "Identifier": %q, "ServerToken": "1", "Payload": %s}`, declarationType, id, payload)
}

func declarationData(declarationType, id, payload string) *plist.Value {
	return value([]byte(declarationJSON(declarationType, id, payload)))
}

func TestDeclarations(t *testing.T) {
	const example = "com.apple.configuration.example"
	long := strings.Repeat("é", 33)
	tests := []struct {
		name, json, targets string
		want                []string
	}{
		{"clean", declarationJSON(example, "a", `{"Level": 1, "Hidden": true}`), "", nil},
		{"empty", `{}`, "", []string{"not-a-declaration  error"}},
		{"without a token, which the server makes", `{"Type": "com.apple.configuration.example", "Identifier": "a", "Payload": {}}`, "", nil},
		{"another key", `{"Type": "com.apple.configuration.example", "Identifier": "a", "ServerToken": "1", "Extra": 1, "Payload": {}}`, "", []string{"unknown-key Extra error"}},
		{"null", declarationJSON(example, "a", `{"Hidden": null}`), "", []string{"wrong-type Payload.Hidden error"}},
		{"fraction", declarationJSON(example, "a", `{"Level": 1.5}`), "", []string{"wrong-type Payload.Level error"}},
		{"not listed", declarationJSON(example, "a", `{"Level": 3}`), "", []string{"value-not-in-rangelist Payload.Level error"}},
		{"unknown key", declarationJSON(example, "a", `{"Nothing": 1}`), "", []string{"unknown-key Payload.Nothing error"}},
		{"long identifier", declarationJSON(example, long, `{}`), "", []string{"malformed-value Identifier error"}},
		{"just short enough", declarationJSON(example, long[:64], `{}`), "", nil},
		{"payload of another kind", `{"Type": "com.apple.configuration.example", "Identifier": "a", "ServerToken": "1", "Payload": []}`, "", []string{"wrong-type Payload error"}},
		{"misspelt type", declarationJSON("com.apple.configuration.exampel", "a", `{}`), "", []string{"unknown-declaration-type Type error"}},
		{"unheard of", declarationJSON("com.apple.configuration.magnetism", "a", `{}`), "", []string{"unknown-declaration-type Type warning"}},
		{"no type at all", declarationJSON("x", "a", `{}`), "", []string{"malformed-value Type error", "unknown-declaration-type Type warning"}},
		{"by hand", declarationJSON(example, "a", `{}`), "iOS", nil},
		{"managed", declarationJSON(example, "a", `{}`), "iOS/device", []string{"not-in-enrollment Payload error"}},
		{"too old", declarationJSON(example, "a", `{}`), "iOS@14", []string{"not-yet-introduced Payload warning"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := readJSON(t, tt.json)
			found, err := New(testCatalog()).CheckDeclaration(root, targets(t, tt.targets), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.Rule+" "+f.Path.String()+" "+f.Severity.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestDeclarationsInAProfile(t *testing.T) {
	const example = "com.apple.configuration.example"
	activation := declarationData(simpleActivation, "on", `{"StandardConfigurations": ["a"]}`)
	asset := declarationData("com.apple.asset.example", "key", `{}`)
	tests := []struct {
		name, targets string
		items         []any
		want          []string
	}{
		{"clean", "iOS@17", []any{activation, declarationData(example, "a", `{"Level": 1}`)}, nil},
		{"for MDM as by hand", "iOS@17/device", []any{activation, declarationData(example, "a", `{"Level": 1}`)}, nil},
		{"not JSON", "", []any{value([]byte(`{"Type": hunter2}`))}, []string{"malformed-declaration PayloadContent[0].Declarations[0]"}},
		{"two in one", "", []any{value([]byte(`{} {}`))}, []string{"malformed-declaration PayloadContent[0].Declarations[0]"}},
		{"a mistake within", "", []any{activation, declarationData(example, "a", `{"Levle": 1}`)}, []string{"unknown-key PayloadContent[0].Declarations[1].Payload.Levle"}},
		{"no token, which nobody makes", "", []any{activation, value([]byte(`{"Type": "com.apple.configuration.example", "Identifier": "a", "Payload": {}}`))}, []string{"missing-required-key PayloadContent[0].Declarations[1]"}},
		{"not activated", "", []any{declarationData(example, "a", `{}`)}, []string{"declaration-not-activated PayloadContent[0].Declarations[0]"}},
		{"activates nothing", "", []any{activation}, []string{"dangling-declaration-reference PayloadContent[0].Declarations[0].Payload.StandardConfigurations[0]"}},
		{"no asset", "", []any{activation, declarationData(example, "a", `{"Asset": "key"}`)}, []string{"dangling-declaration-reference PayloadContent[0].Declarations[1].Payload.Asset"}},
		{"with its asset", "", []any{activation, declarationData(example, "a", `{"Asset": "key"}`), asset}, []string{"unknown-declaration-type PayloadContent[0].Declarations[2].Type"}},
		{"no data", "", []any{"text"}, []string{"wrong-type PayloadContent[0].Declarations[0]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := check(t, with(pl(declarationsPayload, "Declarations", arr(tt.items...))), tt.targets)
			if got := rulesAndPaths(found); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			for _, f := range found {
				if strings.Contains(f.Message, "hunter2") {
					t.Errorf("shows the text of a declaration: %s", f.Message)
				}
			}
		})
	}
}

// FuzzDeclarationsNeverPanic holds that any bytes can stand in com.apple.declarations, and are checked the same way twice.
func FuzzDeclarationsNeverPanic(f *testing.F) {
	f.Add([]byte(declarationJSON("com.apple.configuration.example", "a", `{"Level": [1, null]}`)))
	f.Add([]byte(declarationJSON(simpleActivation, "a", `{"StandardConfigurations": ["a", 1, {}]}`)))
	f.Add([]byte(`[[[[{"Type":1,"Payload":[]}]]]]`))
	c, on := testCatalog(), everyTarget()
	f.Fuzz(func(t *testing.T, data []byte) {
		v := with(pl(declarationsPayload, "Declarations", arr(data, data)))
		found, err := Check(c, v, on)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Check(c, v, on)
		if fmt.Sprint(again) != fmt.Sprint(found) {
			t.Error("the same bytes have other findings the second time")
		}
	})
}

func readJSON(t *testing.T, text string) *plist.Value {
	t.Helper()
	doc, found := document.Open(diag.NewFile("t.json", []byte(text)))
	if len(found) > 0 {
		t.Fatal(found)
	}
	return doc.Root
}

// A document of another kind than an object never comes from a file, but it may from a program.
func TestDeclarationThatIsNoObject(t *testing.T) {
	found, err := New(testCatalog()).CheckDeclaration(arr(), nil, Options{})
	if err != nil || len(found) != 1 || found[0].Rule != "not-a-declaration" {
		t.Errorf("got %v, %v", found, err)
	}
}
