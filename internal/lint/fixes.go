package lint

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
	"syncguard/internal/text"
)

// The fixes of findings. One is safe where a person who reads the finding could only have meant that; what changes the identity
// of an installed profile, or what a device does with settings that it takes already, is unsafe.

// writes is the title of a fix that writes something else.
func writes(what string) string { return "write " + what }

// setRetyped offers the value in the type of its key.
func (p *pass) setRetyped(d *diag.Diagnostic, n *node) {
	to := retyped(n.key, n.value)
	if to == nil || d.HideSource || n.community || !p.profile.fits(n.key, to) {
		return
	}
	d.Fix = fix.New(writes("the "+to.Kind.String()+" "+to.Describe()), fix.ReplaceValue(n.value, to))
}

// retyped returns a value in the type of its key where the meaning is clear, or nil.
func retyped(k *schema.Key, v *plist.Value) *plist.Value {
	switch {
	case k.Kind == plist.Boolean && v.Kind == plist.Integer && !v.Int.Negative && v.Int.Abs <= 1:
		return plist.NewBoolean(v.Int.Abs == 1)
	case k.Kind == plist.Boolean && v.Kind == plist.String:
		switch strings.ToLower(v.Text) {
		case "true", "false":
			return plist.NewBoolean(strings.EqualFold(v.Text, "true"))
		}
	case k.Kind == plist.Integer && v.Kind == plist.String:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return plist.NewInteger(n)
		}
	case k.Kind == plist.Integer && v.Kind == plist.Real:
		if n := int64(v.Real); math.Abs(v.Real) < 1<<53 && float64(n) == v.Real {
			return plist.NewInteger(n)
		}
	case k.Kind == plist.String && v.Kind == plist.Integer:
		return plist.NewString(v.Int.String())
	}
	return nil
}

// fits says whether a key takes a value, which nothing but its type kept from being right.
func (p *profile) fits(k *schema.Key, v *plist.Value) bool {
	x, isNumber := number(v)
	switch {
	case !accepts(k, v), len(k.RangeList) > 0 && !inRangeList(k, v):
		return false
	case isNumber && (k.Min != nil && x < *k.Min || k.Max != nil && x > *k.Max):
		return false
	case v.Kind == plist.String && k.Format != "":
		re := p.checker.compile(k.Format)
		return re == nil || re.MatchString(v.Text)
	}
	return true
}

// setAllowed offers the one allowed value that a text was meant to be.
func (p *pass) setAllowed(d *diag.Diagnostic, n *node, near string) {
	if near == "" || d.HideSource || n.facts.Tolerance(d.Rule) != nil || !text.IsSure(n.value.Text, near, texts(n.key.RangeList), p.profile.isTerm) {
		return
	}
	if n.community && !strings.EqualFold(near, strings.TrimSpace(n.value.Text)) {
		return // a community's list may lack what works
	}
	d.Fix = fix.New(writes(strconv.Quote(near)), fix.ReplaceValue(n.value, plist.NewString(near)))
	if n.community {
		fix.Unsafe(d.Fix)
	}
}

// setKey offers the one key that an unknown one was meant to be.
func (p *pass) setKey(d *diag.Diagnostic, n *node, f *plist.Field, near string, loose bool) {
	if n.facts.Key(f.Key).Tolerance(d.Rule) != nil || !text.IsSure(f.Key, near, n.knownKeys(), p.profile.isTerm) {
		return
	}
	k, _ := n.find(near)
	if to := f.Value; to == nil {
		return
	} else if !p.profile.fits(k, to) && !isAllowedInAnotherCase(k, to) {
		if to = retyped(k, to); to == nil || !p.profile.fits(k, to) {
			return // the name is near, but the value says that something else was meant
		}
	}
	d.Fix = fix.New(writes(strconv.Quote(near)), fix.ReplaceKey(f, near))
	if loose {
		fix.Unsafe(d.Fix) // an app may well have the key
	}
}

// setType offers the one type that an unknown one was meant to be.
func setType(d *diag.Diagnostic, f *plist.Field, near string, sure bool) {
	if sure && !d.HideSource {
		d.Fix = fix.New(writes(strconv.Quote(near)), fix.ReplaceValue(f.Value, plist.NewString(near)))
	}
}

// knownKeys returns the keys that a dictionary may have.
func (n *node) knownKeys() []string {
	var known []string
	for _, l := range n.layers {
		for _, k := range l.keys {
			known = append(known, k.Name)
		}
	}
	return known
}

// isAllowedInAnotherCase reports whether a text is one of the values of a key but for its case, which is corrected next.
func isAllowedInAnotherCase(k *schema.Key, v *plist.Value) bool {
	return v.Kind == plist.String && slices.ContainsFunc(texts(k.RangeList), func(allowed string) bool { return strings.EqualFold(allowed, v.Text) })
}

// setHome offers to move a key to where it belongs, if that dictionary is there.
func (p *pass) setHome(d *diag.Diagnostic, n *node, f *plist.Field, home []string) {
	if d.HideSource || f.Value.HasSecret() {
		return // what is moved would stand in the fix
	}
	to := n.payload.node.value.Lookup(home[:len(home)-1]...)
	d.Fix = fix.Unsafe(fix.New("move it to "+strings.Join(home, "."), fix.Move(f, to)))
}

// setMissing offers to add a required key that has but one value.
func setMissing(d *diag.Diagnostic, n *node, k *schema.Key) {
	var value *plist.Value
	switch {
	case n.key != nil || n.noun == nounDeclaration:
		return
	case k.Name == "PayloadVersion":
		value = plist.NewInteger(1)
	case k.Name == "PayloadType" && n.noun == nounProfile:
		value = plist.NewString("Configuration")
	default:
		return
	}
	d.Fix = fix.New("add "+quote(k.Name)+", "+value.Describe(),
		fix.Insert(n.value, k.Name, value, "PayloadUUID", "PayloadType", "PayloadIdentifier"))
}

// setUUID offers the UUID that is meant, or else one made of the identifiers around it, so that it is the same each time.
func (p *pass) setUUID(d *diag.Diagnostic, n *node) {
	if p.profile.budget == 0 {
		return // it takes a look at the whole profile
	}
	p.profile.budget--
	if meant := normalUUID(n.value.Text); meant != "" {
		if edits := p.profile.renameUUID(n, meant); edits != nil {
			d.Fix = fix.New(writes(meant), edits)
			return
		}
	}
	id := p.profile.newUUID(n.parent)
	if id == "" {
		return
	}
	d.Fix = fix.Unsafe(fix.New(writes("the new UUID "+id), p.profile.renameUUID(n, id)))
}

// normalUUID returns the UUID that a text is but for braces, blanks, a prefix or its hyphens, or "".
func normalUUID(text string) string {
	text = strings.Trim(strings.ToUpper(text), "{}() \t\r\n")
	text = strings.ReplaceAll(strings.TrimPrefix(text, "URN:UUID:"), "-", "")
	if _, err := hex.DecodeString(text); err != nil || len(text) != 32 || strings.Trim(text, "0") == "" {
		return ""
	}
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// newUUID is version 5 of the profile's and the payload's identifier, or "" where these are no identity of their own.
func (p *profile) newUUID(of *node) string {
	id := p.root.String("PayloadIdentifier")
	own := of.value.Get("PayloadIdentifier")
	if id == "" || own == nil || own.Kind != plist.String || own.Text == "" || hasPlaceholder(own) {
		return ""
	}
	same := 0
	for _, pl := range p.payloads {
		if isText(pl.node.value.Get("PayloadIdentifier"), own.Text) {
			same++
		}
	}
	if of.payload != nil {
		if same > 1 {
			return ""
		}
		id += "\x00" + own.Text // as no identifier holds it
	}
	return strings.ToUpper(uuid.NewSHA1(uuid.NameSpaceDNS, []byte(id)).String())
}

// renameUUID returns the edits that give a payload another UUID, and say it wherever the old one is. There are none where the
// new one is taken, or another payload has the old one too, so that nobody knows which is meant.
func (p *profile) renameUUID(n *node, to string) []diag.Edit {
	var edits []diag.Edit
	owners, sound := 0, true
	for v := range plist.Walk(p.root) {
		if v.Field != nil && v.Field.Key == "PayloadUUID" && isText(v.Value, n.value.Text) {
			owners++
		}
		switch {
		case v.Kind != plist.String:
		case strings.EqualFold(v.Text, to):
			sound = false
		case v.Text == n.value.Text && v.Text != "":
			own := fix.ReplaceValue(v.Value, plist.NewString(to))
			sound = sound && len(own) > 0
			edits = append(edits, own...)
		}
	}
	if !sound || owners > 1 {
		return nil
	}
	return edits
}

// setScope offers to give the profile what its payloads need of it.
func (p *pass) setScope(d *diag.Diagnostic, need *facts.EnvelopeNeed) {
	root, to := p.profile.root, plist.NewString(need.Is)
	title := "set " + need.Key + " to " + quote(need.Is)
	switch f := root.Field(need.Key); {
	case f == nil:
		d.Fix = fix.Unsafe(fix.New(title, fix.Insert(root, need.Key, to, "PayloadRemovalDisallowed", "PayloadOrganization", "PayloadIdentifier")))
	case f.Value != nil && f.Value.Kind == plist.String && !hasPlaceholder(f.Value):
		d.Fix = fix.Unsafe(fix.New(title, fix.ReplaceValue(f.Value, to)))
	}
}

// setLast offers to move the only rule without a condition to the end.
func setLast(d *diag.Diagnostic, array *plist.Value, i int) {
	unconditional := 0
	for _, rule := range array.Items {
		if !hasCondition(rule) {
			unconditional++
		}
	}
	if unconditional == 1 && !array.HasSecret() {
		d.Fix = fix.Unsafe(fix.New("move the rule without a condition to the end", fix.MoveToEnd(array, i)))
	}
}
