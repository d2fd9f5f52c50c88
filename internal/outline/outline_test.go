package outline

import (
	"fmt"
	"strings"
	"testing"
)

// show writes a tree in short: keys and texts as the text has them at their places.
func show(data string, n *Node) string {
	key := ""
	if n.Key != "" {
		key = data[n.KeyStart:n.KeyEnd] + "="
	}
	var all []string
	for _, child := range n.Nodes {
		all = append(all, show(data, child))
	}
	switch n.Kind {
	case Dictionary:
		return key + "{" + strings.Join(all, " ") + "}"
	case Array:
		return key + "[" + strings.Join(all, " ") + "]"
	case Scalar:
		return key + data[n.Open:n.Close]
	}
	return key + "?"
}

func TestShapes(t *testing.T) {
	for _, test := range []struct {
		format Format
		text   string
		want   string
	}{
		{XML, `<plist><dict><key>a</key><string>b</string><key>c</key><array><integer>1</integer><true/></array></dict></plist>`, "{a=b c=[1 ]}"},
		{XML, "<dict><key>a</key><key>b</key><string>x", "{a=? b=x}"},
		{XML, "<dict>\n<key>a\n<string>x</string>\n</dict>", "{a=x}"},
		{XML, "<dict><key>a</key>\n<dict><key>b</key><string>x</dict>\n<key>c</key><string>y</string></dict>", "{a={b=x} c=y}"},
		{XML, "<dict><!-- <key>n</key> --><key>a</key><![CDATA[<key>]]><string/>", "{a=}"},
		{XML, "<dict><key>a</key><str", "{a=?}"},
		{XML, "<dict><key>a</key><array><dict></array><key>b</key><date/>", "{a=[{}] b=}"},
		{XML, "", "[]"},
		{JSON, `{"a": "b", "c": [1, true], "d": {"e": null}}`, "{a=b c=[1 true] d={e=null}}"},
		{JSON, `{"a": , "b`, "{a=? b=?}"},
		{JSON, `{"a": "b\"c", "d"`, `{a=b\"c d=?}`},
		{JSON, `]{}`, "{}"},
		{YAML, "a: b\nc:\n  - d\n  - e: f\n    g: {h: i, j: [k, '${l}']}\nm: # n\no: \"p\"\n", "{a=b c=[d {e=f g={h=i j=[k ${l}]}}] m=? o=p}"},
		{YAML, "a:\n  b:\n    c: d\n  e\nf: |\n  g: h\n\ni: j", "{a={b={c=d} e=?} f= i=j}"},
		{YAML, "a:\n- b: c\n- d", "{a=[{b=c} d]}"},
		{YAML, "a: ${b}/{c}\nd: [iOS, macOS]\ne: {$uuid: x}\n- f", "{a=${b}/{c} d=[iOS macOS] e={$uuid=x} f=?}"},
		{YAML, "# a\n\n---\nb: c: d\n", "{b=c: d}"},
	} {
		if got := show(test.text, Read([]byte(test.text), test.format)); got != test.want {
			t.Errorf("%q is %s, want %s", test.text, got, test.want)
		}
	}
}

// Every node lies in its parent, whatever the text is.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"<dict><key>a</key><string>b", "a:\n  - b: {c: [d", `{"a": ["b`, "<<>>", "- - - a:", "\r\n:\t'", "a: |\n b\nc", "{}: ]", "${", "- {"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, format := range []Format{XML, JSON, YAML} {
			root := Read([]byte(text), format)
			root.Walk(func(n *Node) {
				at := fmt.Sprint(format, n.Start, n.End, n.Open, n.Close, n.KeyStart, n.KeyEnd)
				if n.Start < 0 || n.End < n.Start || n.End > len(text) || n.Open < n.Start || n.Close < n.Open || n.Close > n.End || n.KeyEnd < n.KeyStart || n.KeyEnd > len(text) {
					t.Errorf("%q: %s", text, at)
				}
				for _, child := range n.Nodes {
					if child.Parent != n {
						t.Errorf("%q: a child is another's", text)
					}
				}
			})
			for i := 0; i <= len(text); i++ {
				root.At(i)
			}
		}
	})
}
