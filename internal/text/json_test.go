package text

import (
	"bytes"
	"encoding/json"
	"testing"
)

// encoded is a value as package encoding/json writes it.
func encoded(t testing.TB, v any, prefix, indent string) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, indent)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func FuzzJSONText(f *testing.F) {
	for _, s := range []string{"", "plain", `a"b\c`, "\x00\b\f\n\r\t\x1f\x7f", "<&>", "ä\u2028\u2029\ufffd𝟎", "\xff\xc3", "a\xe2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		j := NewJSON()
		j.Text(s)
		if want := encoded(t, s, "", ""); string(j.Data) != want {
			t.Errorf("%q is %s, want %s", s, j.Data, want)
		}
	})
}

func TestJSON(t *testing.T) {
	type inner struct {
		N    int      `json:"n"`
		None struct{} `json:"none"`
		List []int    `json:"list"`
	}
	v := struct {
		Text  string  `json:"text"`
		OK    bool    `json:"ok"`
		Items []inner `json:"items"`
		Empty []int   `json:"empty"`
	}{"a", true, []inner{{N: -1, List: []int{1, 2}}, {N: 2, List: []int{}}}, []int{}}
	write := func(j *JSON) string {
		j.Open('{')
		j.TextField("text", v.Text)
		j.BoolField("ok", v.OK)
		j.Key("items")
		j.Open('[')
		for _, item := range v.Items {
			j.Next()
			j.Open('{')
			j.IntField("n", item.N)
			j.Key("none")
			j.Open('{')
			j.Close('}')
			j.Key("list")
			j.Open('[')
			for _, n := range item.List {
				j.Next()
				j.Int(n)
			}
			j.Close(']')
			j.Close('}')
		}
		j.Close(']')
		j.Key("empty")
		j.Raw("[]")
		j.Close('}')
		return string(j.Data)
	}
	if got, want := write(NewJSON()), encoded(t, v, "", ""); got != want {
		t.Errorf("on one line:\n%s\nwant\n%s", got, want)
	}
	if got, want := write(NewIndentedJSON("    ")), encoded(t, v, "    ", "  "); got != want {
		t.Errorf("indented:\n%s\nwant\n%s", got, want)
	}
}
