package template

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/plist"
)

// Write returns a value as the YAML of a template, with its keys in their order. Load reads the same value from it. It
// refuses nulls, UIDs, infinite numbers, NaN and text in invalid UTF-8.
func Write(v *plist.Value) ([]byte, error) {
	n, err := nodeOf(v)
	if err != nil {
		return nil, err
	}
	return yaml.Dump(n, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithQuotePreference(yaml.QuoteDouble))
}

// Literal escapes the text s for a template: $${ for ${, because ${name} would be a variable.
func Literal(s string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	if parts := split(s); len(parts) == 1 && parts[0].text == s {
		return s // only the variables of a server, literal text here
	}
	return strings.ReplaceAll(s, "${", "$${")
}

// PayloadTakes is true for a text allowed at one of a payload's own keys, such as uuid.
func PayloadTakes(key, text string) bool {
	c := &checker{out: &findings{}}
	c.value(plist.NewString(text), payloadShape().child(key), place{})
	return len(c.out.list) == 0
}

func nodeOf(v *plist.Value) (*yaml.Node, error) {
	scalar := func(tag, text string) (*yaml.Node, error) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}, nil
	}
	switch v.Kind {
	case plist.Dictionary:
		return mappingOf(v)
	case plist.Array:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for i, item := range v.Items {
			child, err := nodeOf(item)
			if err != nil {
				return nil, fmt.Errorf("item %d: %w", i, err)
			}
			n.Content = append(n.Content, child)
		}
		return n, nil
	case plist.String:
		return textNode(v.Text)
	case plist.Data:
		return dataNode(v.Data), nil
	case plist.Integer:
		return scalar("!!int", v.Int.String())
	case plist.Boolean:
		return scalar("!!bool", strconv.FormatBool(v.Bool))
	case plist.Date:
		return scalar("!!timestamp", v.Time.UTC().Format(time.RFC3339))
	case plist.Real:
		if math.IsNaN(v.Real) || math.IsInf(v.Real, 0) {
			return nil, errors.New("a template cannot hold an infinite number or NaN")
		}
		text := strconv.FormatFloat(v.Real, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return scalar("!!float", text)
	}
	return nil, fmt.Errorf("a template cannot hold a %s value", v.Kind)
}

func mappingOf(v *plist.Value) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if IsReplaced(v) {
		n.Style = yaml.FlowStyle
	}
	for _, f := range v.Fields {
		key, err := textNode(f.Key)
		if err != nil {
			return nil, err
		}
		if key.Style == 0 && strings.ContainsAny(f.Key, "\r\n") {
			key.Style = yaml.DoubleQuotedStyle // a block cannot be a key
		}
		value, err := nodeOf(f.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Key, err)
		}
		n.Content = append(n.Content, key, value)
	}
	return n, nil
}

// textNode writes text as text for every reader of YAML.
func textNode(s string) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case !utf8.ValidString(s):
		return nil, errors.New("a template cannot hold text other than UTF-8")
	case strings.TrimRight(s, "\n") == "", strings.HasSuffix(s, "\n\n"): // a block would include the empty lines after it
		n.Style = yaml.DoubleQuotedStyle
	case slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(s)): // booleans of YAML 1.1
		n.Style = yaml.DoubleQuotedStyle
	}
	return n, nil
}

// dataNode breaks long base64 into lines.
func dataNode(data []byte) *yaml.Node {
	const width = 76
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!binary", Style: yaml.TaggedStyle, Value: base64.StdEncoding.EncodeToString(data)}
	if len(n.Value) > width {
		n.Style |= yaml.LiteralStyle
		n.Value = strings.Join(slices.Collect(chunks(n.Value, width)), "\n")
	}
	return n
}

func chunks(s string, size int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for ; len(s) > size; s = s[size:] {
			if !yield(s[:size]) {
				return
			}
		}
		yield(s)
	}
}
