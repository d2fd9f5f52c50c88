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

// The fixes of findings. A fix is safe if the author can have meant nothing else. It is unsafe if it changes the identity of
// an installed profile, or a setting already in effect on devices.

// writeTitle is the title of a fix with a new text.
func writeTitle(what string) string { return "write " + what }

// offerRetyped offers the value converted to the type of its key.
func (p *pass) offerRetyped(d *diag.Diagnostic, n *node) {
	to := retyped(n.key, n.value)
	if to == nil || d.HideSource || n.community || !p.profile.fits(n.key, to) {
		return
	}
	d.Fix = fix.New(writeTitle("the "+to.Kind.String()+" "+to.Describe()), fix.ReplaceValue(n.value, to))
}

// retyped converts a value to the type of its key, or returns nil if the meaning is unclear.
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

// fits reports whether a key accepts a value: its type, list, range and format.
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

// offerAllowed offers the allowed value nearest to a misspelt one, if no other is near.
func (p *pass) offerAllowed(d *diag.Diagnostic, n *node, near string) {
	if near == "" || d.HideSource || n.facts.Tolerance(d.Rule) != nil || !text.IsSure(n.value.Text, near, stringsOf(n.key.RangeList), p.profile.isTerm) {
		return
	}
	if n.community && !strings.EqualFold(near, strings.TrimSpace(n.value.Text)) {
		return // a community's list may be incomplete
	}
	d.Fix = fix.New(writeTitle(strconv.Quote(near)), fix.ReplaceValue(n.value, plist.NewString(near)))
	if n.community {
		fix.Unsafe(d.Fix)
	}
}

// offerKey offers the known key nearest to a misspelt one, if no other is near.
func (p *pass) offerKey(d *diag.Diagnostic, n *node, f *plist.Field, near string, loose bool) {
	if n.facts.Key(f.Key).Tolerance(d.Rule) != nil || !text.IsSure(f.Key, near, n.knownKeys(), p.profile.isTerm) {
		return
	}
	k, _ := n.findKey(near)
	if to := f.Value; to == nil {
		return
	} else if !p.profile.fits(k, to) && !isAllowedInAnotherCase(k, to) {
		if to = retyped(k, to); to == nil || !p.profile.fits(k, to) {
			return // the name is near, but the value does not fit: another key was meant
		}
	}
	d.Fix = fix.New(writeTitle(strconv.Quote(near)), fix.ReplaceKey(f, near))
	if loose {
		fix.Unsafe(d.Fix) // an app may well have the key
	}
}

// offerType offers the known type nearest to a misspelt one, if sure.
func offerType(d *diag.Diagnostic, f *plist.Field, near string, sure bool) {
	if sure && !d.HideSource {
		d.Fix = fix.New(writeTitle(strconv.Quote(near)), fix.ReplaceValue(f.Value, plist.NewString(near)))
	}
}

// knownKeys returns the known keys of a dictionary.
func (n *node) knownKeys() []string {
	if n.known == nil {
		n.known = make([]string, 0, n.countKeys())
		for _, l := range n.layers {
			for _, k := range l.keys {
				n.known = append(n.known, k.Name)
			}
		}
	}
	return n.known
}

func (n *node) countKeys() (count int) {
	for _, l := range n.layers {
		count += len(l.keys)
	}
	return count
}

// isAllowedInAnotherCase reports whether a key lists a text in another case; the next pass corrects it.
func isAllowedInAnotherCase(k *schema.Key, v *plist.Value) bool {
	return v.Kind == plist.String && slices.ContainsFunc(stringsOf(k.RangeList), func(allowed string) bool { return strings.EqualFold(allowed, v.Text) })
}

// offerHome offers to move a key to the dictionary it belongs to, if present.
func (p *pass) offerHome(d *diag.Diagnostic, n *node, f *plist.Field, home []string) {
	if d.HideSource || f.Value.HasSecret() {
		return // the fix would contain the secret
	}
	to := n.payload.node.value.Lookup(home[:len(home)-1]...)
	d.Fix = fix.Unsafe(fix.New("move it to "+strings.Join(home, "."), fix.Move(f, to)))
}

// offerMissing offers to add a required key with only one possible value.
func offerMissing(d *diag.Diagnostic, n *node, k *schema.Key) {
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

// offerUUID offers the UUID meant, else a new one derived from the identifiers, so that it is the same each time.
func (p *pass) offerUUID(d *diag.Diagnostic, n *node) {
	if p.profile.budget == 0 {
		return // it searches the whole profile
	}
	p.profile.budget--
	if meant := normalUUID(n.value.Text); meant != "" {
		if edits := p.profile.renameUUID(n, meant); edits != nil {
			d.Fix = fix.New(writeTitle(meant), edits)
			return
		}
	}
	id := p.profile.newUUID(n.parent)
	if id == "" {
		return
	}
	d.Fix = fix.Unsafe(fix.New(writeTitle("the new UUID "+id), p.profile.renameUUID(n, id)))
}

// normalUUID returns the UUID in a text with braces, blanks, a prefix or misplaced hyphens, or "".
func normalUUID(text string) string {
	text = strings.Trim(strings.ToUpper(text), "{}() \t\r\n")
	text = strings.ReplaceAll(strings.TrimPrefix(text, "URN:UUID:"), "-", "")
	if _, err := hex.DecodeString(text); err != nil || len(text) != 32 || strings.Trim(text, "0") == "" {
		return ""
	}
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// newUUID derives a version 5 UUID from the identifiers of the profile and the payload, or returns "" if they are not
// unique.
func (p *profile) newUUID(of *node) string {
	id := p.root.String("PayloadIdentifier")
	own := of.value.Get("PayloadIdentifier")
	if id == "" || own == nil || own.Kind != plist.String || own.Text == "" || hasPlaceholder(own) {
		return ""
	}
	same := 0
	for _, pl := range p.payloads {
		if hasText(pl.node.value.Get("PayloadIdentifier"), own.Text) {
			same++
		}
	}
	if of.payload != nil {
		if same > 1 {
			return ""
		}
		id += "\x00" + own.Text // a separator absent from identifiers
	}
	return strings.ToUpper(uuid.NewSHA1(uuid.NameSpaceDNS, []byte(id)).String())
}

// renameUUID returns the edits replacing a payload's UUID everywhere, references included. It returns nil if the new UUID is
// taken, or if another payload has the old one too, so that references are ambiguous.
func (p *profile) renameUUID(n *node, to string) []diag.Edit {
	var edits []diag.Edit
	owners, sound := 0, true
	for v := range plist.Walk(p.root) {
		if v.Field != nil && v.Field.Key == "PayloadUUID" && hasText(v.Value, n.value.Text) {
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

// offerEnvelopeKey offers to set the key of the profile needed by its payloads.
func (p *pass) offerEnvelopeKey(d *diag.Diagnostic, need *facts.EnvelopeNeed) {
	root, to := p.profile.root, plist.NewString(need.Is)
	title := "set " + need.Key + " to " + quote(need.Is)
	switch f := root.Field(need.Key); {
	case f == nil:
		d.Fix = fix.Unsafe(fix.New(title, fix.Insert(root, need.Key, to, "PayloadRemovalDisallowed", "PayloadOrganization", "PayloadIdentifier")))
	case f.Value != nil && f.Value.Kind == plist.String && !hasPlaceholder(f.Value):
		d.Fix = fix.Unsafe(fix.New(title, fix.ReplaceValue(f.Value, to)))
	}
}

// offerLast offers to move the only rule without a condition to the end.
func offerLast(d *diag.Diagnostic, array *plist.Value, i int) {
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
