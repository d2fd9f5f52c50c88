package diag

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/text"
)

// Path leads from the top level of a file to a value in its tree.
type Path []Step

// Step goes to the key of a dictionary, or to an element of an array.
type Step struct {
	Key    string // of a dictionary
	IsItem bool
	Index  int    // of the element
	ID     string // unique text of the element, such as the PayloadIdentifier of a payload; empty without one
}

// Keys returns the path of nested keys from the top level on.
func Keys(keys ...string) (p Path) {
	for _, key := range keys {
		p = append(p, Step{Key: key})
	}
	return p
}

// Key returns the path of a key below p.
func (p Path) Key(key string) Path { return append(slices.Clip(p), Step{Key: key}) }

// Item returns the path of an element below p.
func (p Path) Item(i int) Path { return append(slices.Clip(p), Step{IsItem: true, Index: i}) }

// String writes the path for people: PayloadContent[2].DNSSettings.ServerURL. A key with special characters is quoted in
// brackets, and a very long one shortened.
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.IsItem:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case !isPlainWord(s.Key):
			b.WriteString("[" + text.Quote(s.Key) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.Key)
		default:
			b.WriteString(s.Key)
		}
	}
	return b.String()
}

func isPlainWord(s string) bool {
	return s != "" && len(s) <= text.MaxShown && !strings.ContainsFunc(s, func(c rune) bool {
		return !(c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z')
	})
}

// Payload returns the index in PayloadContent of the path's payload. ok is false for a path outside of payloads.
func (p Path) Payload() (index int, ok bool) {
	if len(p) < 2 || p[0].Key != "PayloadContent" || !p[1].IsItem {
		return 0, false
	}
	return p[1].Index, true
}

// Name returns the last key of the path with the indices after it: ServerAddresses[1].
func (p Path) Name() string {
	i := len(p)
	for i > 0 && p[i-1].IsItem {
		i--
	}
	name := p[i:].String()
	if i > 0 {
		name = text.Shorten(p[i-1].Key) + name
	}
	return name
}

// LastKey returns the last key of the path, or "".
func (p Path) LastKey() string {
	for _, s := range slices.Backward(p) {
		if !s.IsItem {
			return s.Key
		}
	}
	return ""
}

// Has is true if the path begins with prefix.
func (p Path) Has(prefix Path) bool {
	return len(p) >= len(prefix) && slices.Equal(p[:len(prefix)], prefix)
}

func (p Path) compare(q Path) int {
	return slices.CompareFunc(p, q, func(a, b Step) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Index, b.Index)) })
}

// Steps returns the path for JSON, stable when elements come and go elsewhere: keys as strings, elements as {"id": ID}, or
// as index without an ID.
func (p Path) Steps() []any {
	steps := []any{}
	for _, s := range p {
		if s.ID != "" {
			steps = append(steps, map[string]any{"id": limitLength(s.ID)})
		} else if s.IsItem {
			steps = append(steps, s.Index)
		}
		if !s.IsItem {
			steps = append(steps, limitLength(s.Key))
		}
	}
	return steps
}

// Identity returns steps as one text, for comparison. The steps come from Steps or from JSON.
func Identity(steps []any) string {
	data, _ := json.Marshal(steps) // never fails for texts and numbers
	return string(data)
}

// Identity returns Identity of the steps of a path.
func (p Path) Identity() string {
	b := make([]byte, 1, 128)
	b[0] = '['
	for i, s := range p {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case !isPlainName(s.Key) || !isPlainName(s.ID) || s.ID != "" && !s.IsItem:
			return Identity(p.Steps())
		case s.ID != "":
			b = append(append(append(b, `{"id":"`...), s.ID...), `"}`...)
		case s.IsItem:
			b = strconv.AppendInt(b, int64(s.Index), 10)
		default:
			b = append(append(append(b, '"'), s.Key...), '"')
		}
	}
	return string(append(b, ']'))
}

// isPlainName is true for a name that JSON and limitLength leave as it is.
func isPlainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c == '-' || c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			return false
		}
	}
	return len(s) <= text.MaxShown
}

// limitLength replaces the end of a long text by its hash, because each finding repeats it.
func limitLength(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s...%x", strings.ToValidUTF8(s[:most], ""), sha256.Sum256([]byte(s)))
}
