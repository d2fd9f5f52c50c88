package template

import (
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
	"syncguard/internal/plist"
	"syncguard/internal/text"
)

// The fixes of findings in a template. All are safe, because a template with such a mistake does not build. A value from a
// variable has no fix.

// toText puts a number or a boolean in quotes.
func toText(v *plist.Value) *diag.Fix {
	switch v.Kind {
	case plist.Integer:
		return fix.New("put it in quotes", fix.ReplaceValue(v, plist.NewString(v.Int.String())))
	case plist.Boolean:
		return fix.New("put it in quotes", fix.ReplaceValue(v, plist.NewString(strconv.FormatBool(v.Bool))))
	}
	return nil
}

// toChoice corrects a text to the one allowed choice surely meant.
func toChoice(v *plist.Value, choices []string) *diag.Fix {
	if v.Secret || len(choices) > maxChoices {
		return nil
	}
	near := text.Suggest(v.Text, choices)
	if !text.IsSure(v.Text, near, choices, nil) {
		return nil
	}
	return fix.New("write "+strconv.Quote(near), fix.ReplaceValue(v, plist.NewString(near)))
}

func toUpper(v *plist.Value) *diag.Fix {
	upper := strings.ToUpper(v.Text)
	return fix.New("write "+upper, fix.ReplaceValue(v, plist.NewString(upper)))
}

// toKey corrects an unknown key to the one surely meant, unless the mapping has that already.
func toKey(mapping *plist.Value, f plist.Field, names []string) *diag.Fix {
	if len(names) > maxChoices || len(mapping.Fields) > maxChoices {
		return nil
	}
	near := text.Suggest(f.Key, names)
	if !text.IsSure(f.Key, near, names, nil) || mapping.Get(near) != nil {
		return nil
	}
	for _, other := range mapping.Fields {
		if other.Key != f.Key && !slices.Contains(names, other.Key) && text.Suggest(other.Key, []string{near}) != "" {
			return nil // both may be meant, and only one can be
		}
	}
	return fix.New("write "+strconv.Quote(near), fix.ReplaceKey(&f, near))
}
