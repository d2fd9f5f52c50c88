package lint

import (
	"net/url"
	"regexp"
	"slices"
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
		p.report(n.at(), "%s stays a string if only its placeholder is replaced, want %s",
			n.subject(), text.Article(n.key.Kind.String())).Severity = diag.Note
		return
	}
	d := p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), text.Article(n.value.Kind.String()), text.Article(n.key.Kind.String()))
	d.Help = p.profile.retypeHelp(n.key, n.value)
	p.offerRetyped(d, n)
}

// accepts reports whether a value has a type allowed for a key.
func accepts(k *schema.Key, v *plist.Value) bool {
	switch {
	case v == nil:
		return false
	case k.AnyKind, k.Kind == plist.Null, k.Kind == v.Kind:
		return true
	}
	return k.Kind == plist.Real && v.Kind == plist.Integer
}

// retypeHelp describes the value in the type of its key, or returns "" if the meaning is unclear or the key refuses it.
func (p *profile) retypeHelp(k *schema.Key, v *plist.Value) string {
	if k.Kind == plist.Array && slices.ContainsFunc(k.Keys, func(item *schema.Key) bool { return item.Kind == v.Kind }) {
		return "put it into an array, also if it is the only one"
	}
	to := retyped(k, v)
	if to == nil && k.Kind == plist.Boolean && v.Kind == plist.String { // booleans in YAML 1.1, and text in YAML 1.2
		switch strings.ToLower(v.Text) {
		case "yes", "on":
			to = plist.NewBoolean(true)
		case "no", "off":
			to = plist.NewBoolean(false)
		}
	}
	switch {
	case to == nil || isSecret(v) || !p.fits(k, to):
		return ""
	case to.Kind == plist.String:
		return "write it as the string " + quote(to.Text)
	}
	return "write it as the " + to.Kind.String() + " " + to.Describe()
}

func valueNotInRangelist(p *pass, n *node) {
	if n.key == nil || len(n.key.RangeList) == 0 || !n.isChecked() || inRangeList(n.key, n.value) {
		return
	}
	d := p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), n.value.Describe(), describeAllowed(n.key.RangeList))
	if n.value.Kind == plist.String {
		var near string
		near, d.Help = p.profile.nearest(n.value.Text, stringsOf(n.key.RangeList))
		p.offerAllowed(d, n, near)
	}
}

// isChecked reports whether the value of a key has the right type and is no placeholder.
func (n *node) isChecked() bool {
	return n.key != nil && accepts(n.key, n.value) && !hasPlaceholder(n.value)
}

// inRangeList reports whether a key lists a value. Numbers compare by value: 1 equals 1.0.
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

func stringsOf(values []*plist.Value) []string {
	var texts []string
	for _, v := range values {
		if v.Kind == plist.String {
			texts = append(texts, v.Text)
		}
	}
	return texts
}

func valueOutOfRange(p *pass, n *node) {
	if n.key == nil || n.key.Min == nil && n.key.Max == nil || !n.isChecked() {
		return
	}
	x, ok := number(n.value)
	below, above := n.key.Min != nil && !(x >= *n.key.Min), n.key.Max != nil && !(x <= *n.key.Max) // NaN is out of range too
	if ok && (below || above) {
		p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), n.value.Describe(), describeRange(n.key.Min, n.key.Max))
	}
}

// describeRange describes the bounds of a number. One of them may be nil.
func describeRange(from, to *float64) string {
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
		p.reportSchema(n, n.at(), "%s has %s, want %s", n.subject(), text.Count(have, "item"), describeCount(lo, hi))
	}
}

// itemCount returns the bounds of an array's length, nil if unbounded. Apple's schemas state them at the element.
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

func describeCount(lo, hi *int) string {
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
	if n.key == nil || n.key.Format == "" || n.value.Kind != plist.String || !n.isChecked() || n.isEmptyReference() {
		return
	}
	if re := p.profile.checker.compile(n.key.Format); re != nil && !re.MatchString(n.value.Text) {
		p.reportSchema(n, n.at(), "%s is %s, want text matching %s", n.subject(), n.value.Describe(), quote(n.key.Format))
	}
}

// compile compiles a format and caches it. It returns nil if Go cannot compile it; such a format is not checked.
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
	if n.key == nil || n.key.Subtype == "" || n.value.Kind != plist.String || !n.isChecked() {
		return
	}
	if want := wantedSubtype(n.key.Subtype, n.value.Text); want != "" {
		p.reportSchema(n, n.at(), "%s is %s, want %s", n.subject(), n.value.Describe(), want)
	}
}

// wantedSubtype describes the text wanted for a subtype, or returns "" if the text is fine.
func wantedSubtype(subtype, text string) string {
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
