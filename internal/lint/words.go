package lint

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"syncguard/internal/plist"
)

const (
	maxShown  = 60 // characters of a text from the file that a message shows
	maxListed = 12 // allowed values that a message lists
)

// quote shows a text from the file: no control character gets through, and a long one is cut.
func quote(s string) string { return strconv.Quote(shorten(s)) }

func shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxShown {
			return s[:i] + "..."
		}
	}
	return s
}

// describe shows the value of a key, unless its name says that it is a secret.
func describe(name string, v *plist.Value) string {
	if v != nil && (isSecretName(name) || isSecret(v)) {
		return "a secret " + v.Kind.String()
	}
	if v != nil && v.Kind == plist.String {
		return quote(v.Text)
	}
	return v.Describe()
}

// isSecret says whether a value is not to be shown, whatever its key: one that is marked, or a URL with credentials.
func isSecret(v *plist.Value) bool {
	if v == nil || v.Secret || v.Kind != plist.String {
		return v != nil && v.Secret
	}
	_, rest, isURL := strings.Cut(v.Text, "://")
	host, _, _ := strings.Cut(rest, "/")
	return isURL && strings.Contains(host, "@")
}

// isSecretName says whether values of a key of this name are not to be shown. Schemas do not mark secrets.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	if name == "servertoken" || aboutSecrets().MatchString(name) {
		return false // the version of a declaration, or what is about a secret and not one
	}
	for _, word := range []string{"password", "passcode", "passphrase", "secret", "token", "challenge", "privatekey", "psk"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// aboutSecrets are names such as PasswordLabel, ChangePasswordURL and MessagePasswordSync.
var aboutSecrets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(label|menu|message)[a-z]|(label|urls?|type|mode|title|dialogtext|placeholder|path|command|options|message|regex|description|encryption|location|separator|assetreference|order|issuer|domains)$`)
})

// allowed lists values for a message.
func allowed(values []*plist.Value) string {
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

// withArticle puts a or an before the name of a kind, where it takes one.
func withArticle(word string) string {
	switch {
	case word == plist.Data.String():
		return word
	case strings.ContainsAny(word[:1], "aeiou"):
		return "an " + word
	}
	return "a " + word
}

// count says a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
