package secret

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"syncguard/internal/mdm"
)

// maxName is the longest key name, in bytes, taken as a description of its value.
const maxName = 100

// isListed reports whether a key holds a secret by Apple's schema.
func (f *finder) isListed(key string) bool {
	_, found := slices.BinarySearch(f.known.Keys, key)
	return found
}

// IsName reports whether a key's name stands for a secret, by its main noun: clientSecret and API_TOKEN, but not
// PasswordHint, tokenEndpoint or allowPasswordChange.
func IsName(name string) bool {
	return len(name) <= maxName && name != "ServerToken" && mayBeName(name) && isNameOf(splitWords(name)) // ServerToken is the version of a declaration
}

// isNameOf is IsName for the words of a name.
func isNameOf(w []string) bool {
	if i := slices.IndexFunc(w, isPreposition); i > 0 {
		w = w[:i] // EnrollToken4CloudMDM, passwordForWiFi
	}
	for len(w) > 1 && isFormWord(w[len(w)-1]) {
		w = w[:len(w)-1]
	}
	if len(w) == 0 || len(w) > 1 && isAboutWord(w[0]) {
		return false
	}
	last := w[len(w)-1]
	if len(w) > 1 && isKeyNoun(last) {
		return slices.Contains([]string{"account", "api", "auth", "enrollment", "encryption", "hmac", "master", "preshared", "private", "psk", "recovery", "secret", "session", "shared",
			"signing", "wep", "wpa"}, w[len(w)-2])
	}
	if len(w) > 1 && last == "header" {
		return w[len(w)-2] == "auth" || w[len(w)-2] == "authorization"
	}
	if slices.Contains([]string{"pass", "psk", "psks", "pw", "pwd", "pin", "challenge"}, last) {
		return true
	}
	for _, noun := range []string{"password", "passwd", "passphrase", "passcode", "passwort", "kennwort", "secret", "token", "apikey", "privatekey", "presharedkey", "sharedkey", "secretkey", "authkey"} {
		if strings.HasSuffix(last, noun) || strings.HasSuffix(last, noun+"s") {
			return true
		}
	}
	return isMisspelling(last, "password") || isMisspelling(last, "passphrase") // a misspelt key still holds a secret
}

// nameParts are parts of words, one of them in every name of a secret, also in a misspelt one, by their first letter.
var nameParts = [1 << 5][]string{
	'c' & 31: {"challenge"}, 'h' & 31: {"header", "hrase"}, 'k' & 31: {"key"}, 'p' & 31: {"pass", "pin", "psk", "pw"},
	's' & 31: {"secret"}, 't' & 31: {"token"}, 'w' & 31: {"word", "wort"},
}

// mayBeName is false for most names of other things. The test is cheap.
func mayBeName(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return true
		}
		for _, part := range nameParts[name[i]&31] {
			if len(name)-i >= len(part) && strings.EqualFold(name[i:i+len(part)], part) {
				return true
			}
		}
	}
	return false
}

// isMisspelling is true for two words at most one letter apart: missing, added or changed.
func isMisspelling(word, of string) bool {
	if len(word) < len(of) {
		word, of = of, word
	}
	if len(word)-len(of) > 1 {
		return false
	}
	i := 0
	for i < len(of) && word[i] == of[i] {
		i++
	}
	return i == len(word) || word[i+1:] == of[min(i+1-(len(word)-len(of)), len(of)):]
}

// splitWords splits a name into its words, in lower case: OIDCClientSecret is oidc client secret.
func splitWords(name string) (all []string) {
	runes := []rune(name)
	start := 0
	flush := func(end int) {
		if end > start {
			all = append(all, strings.ToLower(string(runes[start:end])))
		}
		start = end
	}
	for i, c := range runes {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			flush(i)
			start = i + 1
		case i == 0:
		case unicode.IsUpper(c) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])), unicode.IsDigit(c) != unicode.IsDigit(runes[i-1]):
			flush(i)
		}
	}
	flush(len(runes))
	return all
}

// isFormWord reports whether a word after a secret tells only its form, or its number.
func isFormWord(word string) bool {
	return slices.Contains([]string{"value", "text", "string", "data", "hash", "base", "encoded", "encrypted", "plain", "plaintext", "cleartext", "current", "old", "new"}, word) ||
		strings.Trim(word, "0123456789") == ""
}

func isPreposition(word string) bool {
	return slices.Contains([]string{"for", "of", "in", "from", "to", "4"}, word)
}

// isAboutWord reports whether a first word makes a name one about a secret, such as a label or a switch.
func isAboutWord(word string) bool {
	return slices.Contains([]string{"allow", "ask", "button", "can", "change", "disable", "disallow", "display", "enable", "force", "forgot", "has", "help", "hide", "hint", "is", "label",
		"max", "maximum", "menu", "message", "min", "minimum", "no", "placeholder", "prompt", "remember", "require", "reset", "show", "title", "use", "verify"}, word)
}

func isKeyNoun(word string) bool { return word == "key" || word == "keys" }

// isPossibleSecret reports whether a text can be the secret promised by its key's name. Addresses, labels and the usual
// choices of a setting are none.
func isPossibleSecret(key, text string) bool {
	text = strings.TrimSpace(text)
	w := splitWords(key)
	switch {
	case text == "" || isVariable(text) || isSettingWord(text) || isPlainURL(text) || isSentence(text):
		return false
	case w[len(w)-1] == "pin":
		return len(text) >= 4 && strings.Trim(text, "0123456789") == ""
	}
	return true
}

func isSettingWord(text string) bool {
	return slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "0", "1", "none", "never", "always", "prompt", "ask", "required", "optional", "enabled", "disabled", "default",
		"auto", "automatic", "keychain", "allow", "deny"}, strings.ToLower(text))
}

// isPlainURL is true for the address of a page or a service, without credentials.
func isPlainURL(text string) bool {
	_, rest, ok := strings.Cut(text, "://")
	return ok && rest != "" && !strings.ContainsAny(text, " \t\r\n") && !hasUserinfo(text) && assignedName(text) == ""
}

// isSentence is true for a text written for people: it ends as a sentence or a label does. A passphrase has several
// words, too, but no such end.
func isSentence(text string) bool {
	return len(strings.Fields(text)) >= 3 && (strings.ContainsAny(text[len(text)-1:], ".!?:") || strings.HasSuffix(text, "…"))
}

// placeholder matches a text of nothing but a variable, of a server or of a later step, or words in brackets.
var placeholder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:\$\{[^}]+\}|\$[A-Z_][A-Z0-9_]*|\{\{.+\}\}|\{[A-Za-z]\w*\}|%[A-Za-z_]\w*%|@\w+@|<[^>]*>|\[[^\]]*\]|__\w+__)$`)
})

// IsPlaceholder reports whether a text stands in for a secret: it is empty, a variable, or a word such as "changeme".
func IsPlaceholder(key, text string) bool {
	text = strings.TrimSpace(text)
	lower := strings.ToLower(text)
	if text == "" || placeholder().MatchString(text) || lower == strings.ToLower(key) || isRepeated(lower) {
		return true
	}
	letters := strings.Map(onlyLetters, lower)
	for _, end := range []string{"passwordhere", "passcodehere", "challengehere", "secrethere", "tokenhere", "keyhere", "datahere", "valuehere"} {
		if strings.HasSuffix(letters, end) {
			return true // password_here
		}
	}
	for _, word := range []string{"changeme", "change_me", "change-me", "replace", "placeholder", "your", "example", "insert", "redacted", "todo"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return slices.Contains([]string{"password", "passwort", "passcode", "passphrase", "secret", "challenge", "token", "string", "none"}, lower)
}

// isRepeated is true for one character repeated, possibly between hyphens: XXXXXXXX-XXXX.
func isRepeated(text string) bool {
	text = strings.ReplaceAll(text, "-", "")
	return text == "" || strings.Trim(text, text[:1]) == ""
}

func onlyLetters(c rune) rune {
	if c >= 'a' && c <= 'z' {
		return c
	}
	return -1
}

// isDataPlaceholder is true for a placeholder, written in place of base64 and decoded as such.
func isDataPlaceholder(key string, data []byte) bool {
	const longest = 60
	return len(data) <= longest && IsPlaceholder(key, base64.StdEncoding.EncodeToString(data))
}

// variable matches text filled in by a later step. A bare $NAME is a variable only if a server knows it: $ummer24 is a
// password.
var variable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\{[^{}]{1,200}\}\}|\$\{[A-Za-z_][^{}\s]{0,200}\}|%[A-Za-z_]\w*%|@[A-Z][A-Z0-9_]*@|__[A-Z][A-Z0-9_]*__`)
})

// withoutVariables removes the variables from a text.
func withoutVariables(text string) string {
	if !strings.ContainsAny(text, "$%{@_") {
		return text
	}
	for _, name := range mdm.FindVariables(text) {
		text = strings.ReplaceAll(text, name, "")
	}
	return variable().ReplaceAllString(text, "")
}

// isVariable is true for a text of nothing but variables.
func isVariable(text string) bool {
	const longest = 2000 // a variable is shorter
	return len(text) <= longest && strings.TrimSpace(text) != "" && strings.TrimSpace(withoutVariables(text)) == ""
}
