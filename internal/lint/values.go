package lint

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/text"
)

func wrongType(p *pass, n *node) {
	if n.key == nil || accepts(n.key, n.value) {
		return
	}
	if p.profile.options.Placeholders == PlaceholdersNoted && isPlaceholder(n.value) {
		p.report(n.at(), "%s is a string as long as nothing more than the text of the placeholder is replaced, want %s",
			n.subject(), text.Article(n.key.Kind.String())).Severity = diag.Note
		return
	}
	d := p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), text.Article(n.value.Kind.String()), text.Article(n.key.Kind.String()))
	d.Help = p.profile.retype(n.key, n.value)
	p.setRetyped(d, n)
}

// accepts says whether a value has a type that a key takes.
func accepts(k *schema.Key, v *plist.Value) bool {
	switch {
	case v == nil:
		return false
	case k.AnyKind, k.Kind == plist.Null, k.Kind == v.Kind:
		return true
	}
	return k.Kind == plist.Real && v.Kind == plist.Integer
}

// retype says how to write a value in the type of its key where the meaning is clear and the key takes it.
func (p *profile) retype(k *schema.Key, v *plist.Value) string {
	to := retyped(k, v)
	switch {
	case to == nil || isSecret(v) || !p.fits(k, to):
		return ""
	case to.Kind == plist.String:
		return "write it as the string " + quote(to.Text)
	}
	return "write it as the " + to.Kind.String() + " " + to.Describe()
}

func valueNotInRangelist(p *pass, n *node) {
	if !n.isChecked() || len(n.key.RangeList) == 0 || inRangeList(n.key, n.value) {
		return
	}
	d := p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), n.value.Describe(), allowed(n.key.RangeList))
	if n.value.Kind == plist.String {
		var near string
		near, d.Help = p.profile.nearest(n.value.Text, texts(n.key.RangeList))
		p.setAllowed(d, n, near)
	}
}

// isChecked says whether the value of a key has the right type, and is not a placeholder that a server fills in later.
func (n *node) isChecked() bool {
	return n.key != nil && accepts(n.key, n.value) && !hasPlaceholder(n.value)
}

// inRangeList says whether a value is one that its key lists. Numbers count by what they are worth: 1 is 1.0.
func inRangeList(k *schema.Key, v *plist.Value) bool {
	for _, a := range k.RangeList {
		if x, ok := number(a); ok {
			if y, ok := number(v); ok && x == y {
				return true
			}
		} else if plist.Equal(a, v) {
			return true
		}
	}
	return false
}

func number(v *plist.Value) (float64, bool) {
	switch v.Kind {
	case plist.Integer:
		return v.Int.Float(), true
	case plist.Real:
		return v.Real, true
	}
	return 0, false
}

func texts(values []*plist.Value) []string {
	var texts []string
	for _, v := range values {
		if v.Kind == plist.String {
			texts = append(texts, v.Text)
		}
	}
	return texts
}

func valueOutOfRange(p *pass, n *node) {
	if !n.isChecked() {
		return
	}
	x, ok := number(n.value)
	below, above := n.key.Min != nil && !(x >= *n.key.Min), n.key.Max != nil && !(x <= *n.key.Max) // so that NaN is outside
	if ok && (below || above) {
		p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), n.value.Describe(), interval(n.key.Min, n.key.Max))
	}
}

// interval says the bounds of a number.
func interval(from, to *float64) string {
	text := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	switch {
	case to == nil:
		return "at least " + text(from)
	case from == nil:
		return "at most " + text(to)
	}
	return text(from) + " to " + text(to)
}

func wrongItemCount(p *pass, n *node) {
	if n.key == nil || n.key.Kind != plist.Array || n.value.Kind != plist.Array {
		return
	}
	lo, hi := itemCount(n.key)
	have := len(n.value.Items)
	if lo != nil && have < *lo || hi != nil && have > *hi {
		p.reportSchema(n, n.at(), "%s has %s, want %s", n.subject(), text.Count(have, "item"), counts(lo, hi))
	}
}

// itemCount returns the bounds of an array. Apple's schemas state them at the element.
func itemCount(k *schema.Key) (lo, hi *int) {
	lo, hi = k.MinItems, k.MaxItems
	if len(k.Keys) == 1 {
		if lo == nil {
			lo = k.Keys[0].MinItems
		}
		if hi == nil {
			hi = k.Keys[0].MaxItems
		}
	}
	return lo, hi
}

func counts(lo, hi *int) string {
	switch {
	case hi == nil:
		return "at least " + strconv.Itoa(*lo)
	case lo == nil:
		return "at most " + strconv.Itoa(*hi)
	case *lo == *hi:
		return "exactly " + strconv.Itoa(*lo)
	}
	return strconv.Itoa(*lo) + " to " + strconv.Itoa(*hi)
}

func valueNotInFormat(p *pass, n *node) {
	if !n.isChecked() || n.value.Kind != plist.String || n.key.Format == "" {
		return
	}
	if re := p.profile.checker.compile(n.key.Format); re != nil && !re.MatchString(n.value.Text) {
		p.reportSchema(n, n.at(), "%s is %s, want the form %s", n.subject(), n.value.Describe(), quote(n.key.Format))
	}
}

// compile returns the compiled form of a format, or nil for one that Go cannot compile, which is then not checked.
func (c *Checker) compile(format string) *regexp.Regexp {
	if done, ok := c.formats.Load(format); ok {
		return done.(*regexp.Regexp)
	}
	re, err := regexp.Compile(format)
	if err != nil {
		re = nil
	}
	done, _ := c.formats.LoadOrStore(format, re)
	return done.(*regexp.Regexp)
}

func valueNotOfSubtype(p *pass, n *node) {
	if !n.isChecked() || n.value.Kind != plist.String {
		return
	}
	if want := unmetSubtype(n.key.Subtype, n.value.Text); want != "" {
		p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), n.value.Describe(), want)
	}
}

// unmetSubtype says what a text should have been, or "" where it is that.
func unmetSubtype(subtype, text string) string {
	switch subtype {
	case "url":
		if u, err := url.Parse(text); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "" {
			return "a URL with its scheme, such as https://example.com"
		}
	case "hostname":
		if text == "" || strings.ContainsAny(text, "/ @\t\r\n") {
			return "a host name or IP address alone, such as example.com"
		}
	case "email":
		if user, host, ok := strings.Cut(text, "@"); !ok || user == "" || host == "" || strings.ContainsAny(host, "@ ") {
			return "an email address, such as name@example.com"
		}
	}
	return ""
}
