package inspect

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	howett "howett.net/plist"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

func describe(t testing.TB, data []byte, o Options) (*Document, *document.Document) {
	t.Helper()
	doc, found := document.Open(diag.NewFile("test", data))
	if doc.Root == nil {
		t.Fatal(found)
	}
	d, err := New(schema.Embedded(), o).Describe(doc)
	if err != nil {
		t.Fatal(err)
	}
	return d, doc
}

func profile(t testing.TB, payloads ...*plist.Value) []byte {
	t.Helper()
	data, err := plist.Write(plist.NewDictionary().Set("PayloadType", plist.NewString("Configuration")).Set("PayloadContent", plist.NewArray(payloads...)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func payload(payloadType, key string, value *plist.Value) *plist.Value {
	return plist.NewDictionary().Set("PayloadType", plist.NewString(payloadType)).Set(key, value)
}

// node follows keys down from some nodes, or returns nil.
func node(nodes []*Node, keys ...string) *Node {
	var found *Node
	for _, key := range keys {
		found = nil
		for _, n := range nodes {
			if n.Key == key {
				found = n
			}
		}
		if found == nil {
			return nil
		}
		nodes = found.Keys
	}
	return found
}

func TestSecretsAreMarked(t *testing.T) {
	data := profile(t, payload("com.apple.wifi.managed", "Password", plist.NewString("hunter2")),
		payload("com.apple.education", "Users", plist.NewArray(plist.NewDictionary().Set("PasscodeType", plist.NewString("six")))))
	for _, show := range []bool{false, true} {
		d, doc := describe(t, data, Options{ShowSecrets: show})
		if n := node(d.Payloads[0].Keys, "Password"); n.Secret == show {
			t.Errorf("ShowSecrets %v: the password is marked %v", show, n.Secret)
		}
		plain, hidden := Plain(doc.Root)
		text, err := plist.Write(plain)
		if err != nil || strings.Contains(string(text), "hunter2") != show || (hidden == 1) == show {
			t.Errorf("ShowSecrets %v: %d hidden, %v in\n%s", show, hidden, err, text)
		}
	}
}

func TestPublicValuesAreNoSecrets(t *testing.T) {
	d, _ := describe(t, []byte(`{"Type": "com.apple.configuration.passcode.settings", "ServerToken": "1", "Payload": {}}`), Options{})
	if n := node(d.Envelope, "ServerToken"); n.Secret {
		t.Error("the version of a declaration is a secret")
	}
}

// Data that holds data that holds data is not read for ever, nor is more than a file may hold.
func TestInsideIsBounded(t *testing.T) {
	data := profile(t)
	for range 5 {
		data = profile(t, payload("com.example.nested", "Inside", plist.NewData(data)))
	}
	d, _ := describe(t, data, Options{})
	depth := 0
	for len(d.Payloads) > 0 {
		n := node(d.Payloads[0].Keys, "Inside")
		if n == nil || n.Inside == nil {
			break
		}
		d, depth = n.Inside, depth+1
	}
	if depth != maxInside {
		t.Errorf("%d documents are read inside of each other, want %d", depth, maxInside)
	}

	half := []byte(`{"a": [` + strings.TrimSuffix(strings.Repeat("0,", plist.MaxNodes/2), ",") + `]}`)
	d, _ = describe(t, profile(t, payload("com.example.many", "Items", plist.NewArray(plist.NewData(half), plist.NewData(half), plist.NewData(half)))), Options{})
	read := 0
	for _, n := range node(d.Payloads[0].Keys, "Items").Keys {
		if n.Inside != nil {
			read++
		}
	}
	if read != 1 {
		t.Errorf("%d documents are read of three that hold half of what may be read, want 1", read)
	}
}

func TestDataKinds(t *testing.T) {
	for data, want := range map[string]string{
		"": "empty", "\x00\x01\x02": "data", "some text": "text/plain", "\x89PNG\r\n\x1a\n": "image/png", "\xff\xd8\xff": "image/jpeg",
		"bplist00": "property list", "<?xml version=\"1.0\"?><plist version=\"1.0\"><true/></plist>": "property list",
		`{"Type": "a"}`: "declaration", "%PDF-1.4": "application/pdf",
	} {
		d, _ := describe(t, profile(t, payload("com.example.data", "Data", plist.NewData([]byte(data)))), Options{})
		if got := node(d.Payloads[0].Keys, "Data").Data; got.Kind != want || got.Size != len(data) {
			t.Errorf("%q: got %q, %d bytes, want %q", data, got.Kind, got.Size, want)
		}
	}
}

func TestPayloadIs(t *testing.T) {
	p := payload("com.apple.dock", "PayloadIdentifier", plist.NewString("com.corp.dock")).Set("PayloadUUID", plist.NewString("ABC"))
	d, _ := describe(t, profile(t, p), Options{})
	for name, want := range map[string]bool{"com.apple.dock": true, "com.corp.dock": true, "abc": true, "com.apple": false, "": false} {
		if got := d.Payloads[0].Is([]string{"x", name}); got != want {
			t.Errorf("%q: got %v", name, got)
		}
	}
}

// Plain keeps what every format can hold, sorted, and says the rest in brackets.
func TestPlain(t *testing.T) {
	v := plist.NewDictionary(
		plist.Field{Key: "b", Value: plist.NewInteger(1)}, plist.Field{Key: "a", Value: &plist.Value{}}, plist.Field{Key: "b", Value: plist.NewInteger(2)},
		plist.Field{Key: "c", Value: &plist.Value{Kind: plist.UID, Int: plist.IntOf(5)}}, plist.Field{Key: "d", Value: plist.NewReal(math.NaN())},
		plist.Field{Key: "e", Value: plist.NewArray(&plist.Value{}, plist.NewDate(time.Unix(0, 0)), plist.NewReal(1.5))},
		plist.Field{Key: "f", Value: &plist.Value{Kind: plist.Data, Data: []byte("key"), Secret: true}})
	before := fmt.Sprint(*v)
	plain, hidden := Plain(v)
	want := plist.NewDictionary(
		plist.Field{Key: "a", Value: plist.NewString("(null)")}, plist.Field{Key: "b", Value: plist.NewInteger(2)}, plist.Field{Key: "c", Value: plist.NewString("(uid 5)")},
		plist.Field{Key: "d", Value: plist.NewString("(NaN)")}, plist.Field{Key: "e", Value: plist.NewArray(plist.NewString("(null)"), plist.NewDate(time.Unix(0, 0)), plist.NewReal(1.5))},
		plist.Field{Key: "f", Value: plist.NewData([]byte(Masked))})
	if !plist.Equal(plain, want) || hidden != 1 {
		t.Errorf("got %v, %d hidden", plain, hidden)
	}
	for i, f := range plain.Fields {
		if i > 0 && plain.Fields[i-1].Key >= f.Key {
			t.Errorf("%q stands behind %q", f.Key, plain.Fields[i-1].Key)
		}
	}
	if after := fmt.Sprint(*v); after != before {
		t.Error("the tree itself was changed")
	}
}

// An XML property list holds numbers that are not finite, and a UID in the form that other programs read as one.
func TestPlainXML(t *testing.T) {
	v := plist.NewDictionary(plist.Field{Key: "nan", Value: plist.NewReal(math.NaN())}, plist.Field{Key: "high", Value: plist.NewReal(math.Inf(1))},
		plist.Field{Key: "low", Value: plist.NewReal(math.Inf(-1))}, plist.Field{Key: "uid", Value: &plist.Value{Kind: plist.UID, Int: plist.IntOf(3)}},
		plist.Field{Key: "key", Value: &plist.Value{Kind: plist.String, Text: "k", Secret: true}})
	plain, hidden := PlainXML(v)
	text, err := plist.Write(plain)
	if err != nil || hidden != 1 {
		t.Fatalf("%d hidden, %v", hidden, err)
	}
	var read map[string]any
	if _, err := howett.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if f, _ := read["nan"].(float64); !math.IsNaN(f) || read["high"] != math.Inf(1) || read["low"] != math.Inf(-1) || read["uid"] != howett.UID(3) || read["key"] != Masked {
		t.Errorf("another program reads %v of %s", read, text)
	}
	plain, _ = PlainXML(plist.NewArray(nil))
	if _, err := plist.Write(plain); err == nil {
		t.Error("null was written")
	}
}
