package lint

import (
	"strconv"
	"strings"

	"syncguard/internal/plist"
	"syncguard/internal/text"
)

const maxListed = 12 // allowed values listed in a message

// quote quotes a text from the file for a message, escaping control characters and cutting long texts.
func quote(s string) string { return text.Quote(s) }

func isSecret(v *plist.Value) bool { return v != nil && v.Secret }

func hasText(v *plist.Value, text string) bool {
	return v != nil && v.Kind == plist.String && v.Text == text
}

// describeAllowed lists values for a message.
func describeAllowed(values []*plist.Value) string {
	shown := make([]string, 0, maxListed)
	for i, v := range values {
		if i == maxListed {
			shown = append(shown, strconv.Itoa(len(values)-maxListed)+" more")
			break
		}
		shown = append(shown, v.Describe())
	}
	if len(shown) == 1 {
		return shown[0]
	}
	return "one of " + strings.Join(shown, ", ")
}
