package secret

import (
	"encoding/base64"
	"slices"
	"strings"
	"unsafe"

	"syncguard/internal/schema/facts"
)

func textIDOf(s string) textID { return textID{unsafe.StringData(s), len(s)} }

// asText returns the bytes as a string, without a copy. The bytes of a value never change.
func asText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// asBytes returns the string as bytes, without a copy. They must not be modified.
func asBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// judgeText judges a text.
func (f *finder) judgeText(s string) (Reason, bool) {
	if f.isSecretDocument(asBytes(s)) {
		return Reason{What: "a secret", Nested: true}, true
	}
	what := f.recognize(s)
	if what == "" {
		what = f.findInBase64(s)
	}
	return Reason{What: what}, what != ""
}

// recognize names the secret in a text, recognized by its form, or returns "".
func (f *finder) recognize(s string) string {
	t := f.traitsOf(s)
	if t&(blank|angle) != 0 || len(s) >= shortestKey {
		switch {
		case hasPrivateKey(s):
			return "a private key"
		case hasStaticKey(s):
			return "a pre-shared key"
		}
	}
	if t&tokenStart != 0 {
		if what := f.tokenIn(s); what != "" {
			return what
		}
	}
	switch {
	case t&blank != 0 && isCredentials(s), t&colon != 0 && hasHeader(s):
		return "the credentials of a request"
	case t&colon != 0 && hasUserinfo(s):
		return "an address with a password"
	case t&angle != 0 && hasElement(s):
		return "a password or a key"
	case t&(colon|equals) != 0:
		return describeValue(assignedName(s))
	}
	return ""
}

// traits are what secrets need: most texts have none of them.
type traits uint8

const (
	blank traits = 1 << iota
	colon
	equals
	angle
	tokenStart // a word begins as a token does
)

var traitOf = [256]traits{' ': blank, ':': colon, '=': equals, '<': angle}

// traitsOf looks at each character of a text once.
func (f *finder) traitsOf(s string) (t traits) {
	inWord := false
	for i := range len(s) {
		c := s[i]
		t |= traitOf[c]
		if !inWord {
			for _, start := range f.starts[c] {
				if strings.HasPrefix(s[i:], start) {
					t |= tokenStart
				}
			}
		}
		inWord = isWord(c)
	}
	return t
}

// startsOf returns the literal beginnings of tokens by their first byte.
func startsOf(forms []facts.Form) *[256][]string {
	var starts [256][]string
	for i := range forms {
		begins := forms[i].Begins
		starts[begins[0]] = append(starts[begins[0]], begins)
	}
	return &starts
}

// describeValue describes the value of a name in a text, or returns "" without a name.
func describeValue(name string) string {
	lower := strings.ToLower(name)
	switch {
	case name == "":
		return ""
	case strings.HasSuffix(lower, "privatekey"):
		return "a private key"
	case strings.HasSuffix(lower, "presharedkey"), strings.HasSuffix(lower, "psk"):
		return "a pre-shared key"
	case strings.HasSuffix(lower, "token"), strings.HasSuffix(lower, "key"), strings.HasSuffix(lower, "sig"), strings.HasSuffix(lower, "secret"):
		return "a token or a secret"
	}
	return "a password"
}

// hasPrivateKey reports whether a text holds a key of PEM (RFC 7468), OpenSSH, PGP, PuTTY or .NET.
func hasPrivateKey(s string) bool {
	return hasArmor(s, "PRIVATE KEY") || hasBody(s, "PuTTY-User-Key-File-") || strings.Contains(s, "<RSAKeyValue>") && strings.Contains(s, "<D>")
}

func hasStaticKey(s string) bool {
	return hasArmor(s, "OpenVPN Static key") || hasArmor(s, "OpenVPN tls-crypt-v2")
}

// hasArmor is true for a text with a nonempty block -----BEGIN ... label ...-----.
func hasArmor(s, label string) bool {
	for tries := 0; ; tries++ {
		i := strings.Index(s, label)
		if i < 0 || tries == maxTries {
			return i >= 0
		}
		line := s[max(0, i-40):i]
		if begin := strings.LastIndex(line, "BEGIN "); begin >= 0 && !strings.ContainsAny(line[begin:], "\r\n") && holdsCode(s[i+len(label):]) {
			return true
		}
		s = s[i+len(label):]
	}
}

func hasBody(s, start string) bool {
	i := strings.Index(s, start)
	return i >= 0 && holdsCode(s[i+len(start):])
}

// holdsCode reports whether the start of a block holds a line of a key, not just words or variables.
func holdsCode(s string) bool {
	const beginning = 1000
	s = s[:min(len(s), beginning)]
	if end := strings.Index(s, "END "); end >= 0 {
		s = s[:end]
	}
	run := 0
	for _, c := range []byte(withoutVariables(s)) {
		if !isBase64(c) {
			run = 0
			continue
		}
		if run++; run >= 20 {
			return true
		}
	}
	return false
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// tokenIn names the first token of a known form in a text, or returns "".
func (f *finder) tokenIn(s string) string {
	for i := range f.known.Forms {
		form := &f.known.Forms[i]
		for at := 0; ; {
			n := strings.Index(s[at:], form.Begins)
			if n < 0 {
				break
			}
			start := at + n
			if start == 0 || !isWord(s[start-1]) {
				if m := form.Matcher().FindString(s[start:min(len(s), start+maxToken)]); m != "" && !strings.Contains(strings.ToLower(m), "example") {
					return form.What
				}
			}
			at = start + len(form.Begins)
		}
	}
	return ""
}

// Bounds on a token, and on another value in a text, in bytes.
const (
	maxToken = 4096
	maxValue = 200
)

// maxTries bounds the false names and labels of secrets in one text, so the work stays linear. A text with more is
// assumed to hold a secret.
const maxTries = 1000

func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// isCredentials reports whether a text is a value of the Authorization header: a scheme and its credentials.
func isCredentials(s string) bool {
	scheme, credential, _ := strings.Cut(strings.TrimSpace(s), " ")
	if !isScheme(scheme) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "token", "key", "digest", "oauth": // also plain words
		return false
	}
	return isCredential(scheme, strings.TrimSpace(credential))
}

// schemes are those of HTTP authentication with secret credentials: registered ones, and ones of services. Read-only.
var schemes = []string{"basic", "bearer", "token", "apikey", "negotiate", "splunk", "ssws", "genericapikey", "sharedkey", "sharedaccesssignature", "aws4-hmac-sha256", "digest", "oauth", "key"}

func isScheme(word string) bool {
	return slices.ContainsFunc(schemes, func(s string) bool { return len(s) == len(word) && strings.EqualFold(s, word) })
}

func isCredential(scheme, credential string) bool {
	const shortest = 8
	if !isScheme(scheme) {
		return false
	}
	credential = strings.Trim(withoutVariables(credential[:min(len(credential), maxToken)]), `"'`)
	if len(credential) < shortest && !strings.EqualFold(scheme, "basic") {
		return false
	}
	switch strings.ToLower(scheme) {
	case "basic":
		credential = strings.TrimRight(credential, "=")
		if len(credential) >= maxValue/2 {
			credential = credential[:len(credential)/4*4] // cut off
		}
		decoded, err := base64.RawStdEncoding.DecodeString(credential)
		return err == nil && strings.Contains(string(decoded), ":") && !isVariable(string(decoded))
	case "digest", "oauth", "aws4-hmac-sha256":
		return strings.Contains(credential, "=")
	case "bearer":
	default:
		if !strings.ContainsAny(credential, "0123456789") {
			return false // Token expired
		}
	}
	return !strings.ContainsAny(credential, " \t\r\n,:") && !IsPlaceholder("", credential) && !isSchemeWord(credential)
}

func isSchemeWord(word string) bool {
	switch strings.ToLower(word) {
	case "authentication", "authorization", "required", "credentials", "protected", "constrained":
		return true
	}
	return false
}

// hasHeader reports whether a line of a text is an HTTP header with a secret.
func hasHeader(s string) bool {
	tries := 0
	for rest := s; ; {
		i := strings.IndexByte(rest, ':')
		if i < 0 {
			return false
		}
		if name := nameBefore(rest[:i]); isHeader(name) {
			if tries++; holdsHeader(name, rest[i+1:]) || tries == maxTries {
				return true
			}
		}
		rest = rest[i+1:]
	}
}

func isHeader(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "cookie", "set-cookie", "ocp-apim-subscription-key", "x-functions-key", "x-amz-security-token":
		return true
	}
	return strings.Contains(name, "-") && IsName(name)
}

func holdsHeader(name, rest string) bool {
	value := strings.TrimSpace(firstLine(rest))
	if i := strings.IndexAny(value, `"'`); i > 0 {
		value = value[:i] // curl -H "Name: value"
	}
	value = strings.Trim(value, `"', `)
	if strings.HasSuffix(strings.ToLower(name), "authorization") {
		scheme, credential, several := strings.Cut(value, " ")
		if !several {
			return isRandomWord(value)
		}
		return isCredential(scheme, strings.TrimSpace(credential))
	}
	if strings.HasSuffix(strings.ToLower(name), "cookie") {
		_, value, _ = strings.Cut(firstPart(value, "; "), "=")
	}
	return isSecretWord(value)
}

// isRandomWord is true for a word random by its length and its digits.
func isRandomWord(word string) bool {
	return len(word) >= 16 && strings.ContainsAny(word, "0123456789") && isSecretWord(word)
}

// isSecretWord reports whether a word in a text can be a secret: without blanks, neither a variable nor a placeholder.
func isSecretWord(word string) bool {
	const shortest = 4
	if len(word) < shortest || strings.ContainsAny(word, " \t<>") || strings.ContainsAny(word[:1], "$`(") || isSettingWord(word) || isPlainURL(word) {
		return false
	}
	rest := withoutVariables(word)
	return len(rest) >= shortest && !IsPlaceholder("", rest)
}

func firstLine(s string) string { return firstPart(s, "\r\n") }

// firstPart returns a text up to the first of some characters, and at most maxValue bytes.
func firstPart(s, ends string) string {
	s = s[:min(len(s), maxValue)]
	if i := strings.IndexAny(s, ends); i >= 0 {
		return s[:i]
	}
	if i := strings.Index(s, `\n`); i >= 0 { // a line feed of JSON or YAML
		return s[:i]
	}
	return s
}

// nameBefore returns the name at the end of a text, without the quotes around it.
func nameBefore(s string) string {
	s = strings.TrimRight(s[max(0, len(s)-maxName):], ` "'`)
	i := len(s)
	for i > 0 && (isWord(s[i-1]) || s[i-1] == '.') {
		i--
	}
	if i > 0 && (s[i-1] == '$' || s[i-1] == '/') {
		return "" // a variable in a comparison, or a host before its port
	}
	return strings.TrimLeft(s[i:], "-")
}

// hasUserinfo reports whether a text holds an address with a password, as in https://user:password@host.
func hasUserinfo(s string) bool {
	for {
		i := strings.Index(s, "://")
		if i < 0 {
			return false
		}
		s = s[i+3:]
		authority := s[:min(len(s), maxToken)]
		if end := strings.IndexAny(authority, "/?# \t\r\n\"'<>"); end >= 0 {
			authority = authority[:end]
		}
		at := strings.LastIndexByte(authority, '@')
		_, password, ok := strings.Cut(authority[:max(at, 0)], ":")
		if ok && password != "" && strings.TrimSpace(withoutVariables(password)) != "" {
			return true
		}
	}
}

// hasElement reports whether a text holds an element such as <password>...</password>, or a block of OpenVPN such as
// <auth-user-pass>.
func hasElement(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		s = s[i+1:]
		name, _, ok := strings.Cut(s[:min(len(s), maxName)], ">")
		if !ok || !isElement(name) {
			continue
		}
		s = s[len(name)+1:]
		content := strings.TrimSpace(firstPart(s, "<"))
		if isSecretWord(content) || strings.Contains(content, "\n") && isSecretWord(strings.Join(strings.Fields(content), "_")) {
			return true
		}
	}
}

func isElement(name string) bool {
	switch name {
	case "auth-user-pass", "http-proxy-user-pass", "pkcs12", "tls-auth", "tls-crypt", "tls-crypt-v2", "keyMaterial":
		return true
	}
	return name != "" && isWord(name[0]) && !strings.ContainsAny(name, " /=") && IsName(name)
}

// assignedName returns the name of a secret set in a text, or "": PrivateKey = ..., "password": "...", ?token=...,
// Password: x1.
func assignedName(s string) string {
	tries := 0
	for start := 0; ; {
		i := strings.IndexAny(s[start:], "=:")
		if i < 0 {
			return ""
		}
		at := start + i
		start = at + 1
		before := s[max(0, at-maxName-3):at]
		if strings.HasPrefix(s[start:], "=") || strings.HasPrefix(s[start:], "//") || strings.HasSuffix(before, "=") || strings.HasSuffix(before, "!") {
			continue
		}
		name := nameBefore(before)
		if name == "" || !IsName(name) && !isSignatureParameter(name, before) {
			continue
		}
		tries++
		if tries == maxTries || s[at] == '=' && isSecretWord(assignedValue(s[start:])) || s[at] == ':' && isLabeledSecret(before, s[start:]) {
			return name
		}
	}
}

// isSignatureParameter reports whether a name in the query of an address is the one of a signature granting access, as
// in Azure's and Amazon's.
func isSignatureParameter(name, before string) bool {
	before = strings.TrimSuffix(before, name)
	return (strings.HasSuffix(before, "?") || strings.HasSuffix(before, "&")) && (name == "sig" || strings.EqualFold(name, "X-Amz-Signature"))
}

// assignedValue returns the value after an equals sign.
func assignedValue(s string) string {
	s = strings.TrimLeft(s[:min(len(s), maxValue)], " \t")
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		return strings.ReplaceAll(firstPart(s[1:], s[:1]), " ", "_")
	}
	return firstPart(s, " \t\r\n;&,\"'#")
}

// isLabeledSecret reports whether the text after a colon is a secret. In JSON, names and values are in quotes.
// Elsewhere the name may be a label, so a word of letters alone is no secret.
func isLabeledSecret(before, s string) bool {
	s = strings.TrimLeft(s[:min(len(s), maxValue)], " \t")
	if s != "" && s[0] == '"' && strings.HasSuffix(strings.TrimRight(before, " "), `"`) {
		return isSecretWord(strings.ReplaceAll(firstPart(s[1:], `"`), " ", "_"))
	}
	value := strings.Trim(strings.TrimSpace(firstLine(s)), `"',`)
	return isSecretWord(value) && strings.ContainsAny(value, "0123456789") && !isPort(value)
}

func isPort(s string) bool { return len(s) <= 5 && strings.Trim(s, "0123456789") == "" }
