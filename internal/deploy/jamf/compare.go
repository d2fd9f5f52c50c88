package jamf

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

// removalPassword is the type of a payload added by Jamf along with a removal password.
const removalPassword = "com.apple.profileRemovalPassword"

// Compare ignores the server's own additions and any text Jamf can have made from the text sent. PayloadScope is compared by
// level, PayloadDescription by description. An unreadable profile gives a nil current value, so the next push overwrites it.
func (d *Server) Compare(item *deploy.Item, remote *deploy.Remote) (current, wanted *plist.Value, err error) {
	if d.Resend {
		return nil, nil, nil
	}
	return d.compare(item, remote)
}

func (d *Server) compare(item *deploy.Item, remote *deploy.Remote) (current, wanted *plist.Value, err error) {
	k, err := d.kind(item.Profile)
	if err != nil {
		return nil, nil, err
	}
	root, err := readRemote(remote)
	if err != nil {
		return nil, nil, nil //nolint:nilerr // an update mends it
	}
	current, wanted = alignPayloads(withoutServerKeys(root), withoutServerKeys(item.Profile.Root))
	if has, want := scopeOf(remote.Fields["level"]), scopeOf(k.level(item.Profile, remote)); has != "" && has != want {
		current.Set("PayloadScope", plist.NewString(has))
		wanted.Set("PayloadScope", plist.NewString(want))
	}
	if has, told := remote.Fields["description"]; told && !isSameText(has, cmp.Or(item.Profile.Text("PayloadDescription"), has)) {
		want := item.Profile.Text("PayloadDescription")
		current.Set("PayloadDescription", plist.NewString(has))
		wanted.Set("PayloadDescription", plist.NewString(want))
	}
	if has := remote.Fields["category"]; d.Category != "" && has != d.Category {
		current, wanted = deploy.WithField(current, "category", plist.NewString(has)), deploy.WithField(wanted, "category", plist.NewString(d.Category))
	}
	return current, wanted, nil
}

// isSameText compares a text stored beside the profile, ignoring white space.
func isSameText(stored, sent string) bool {
	words := func(s string) string { return strings.Join(strings.Fields(s), "") }
	return slices.ContainsFunc(storage().NameVariants(sent), func(form string) bool { return words(form) == words(stored) })
}

// readRemote parses the profile returned by Jamf, tolerating duplicate keys: Jamf adds empty ones several times.
func readRemote(remote *deploy.Remote) (*plist.Value, error) {
	doc, found := plist.Read(diag.NewFile("profile", remote.Content))
	broken := slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Rule != rule.DuplicateKey })
	if doc == nil || doc.Root == nil || doc.Root.Kind != plist.Dictionary || broken {
		return nil, errors.New("the server's copy is not a readable profile")
	}
	return doc.Root, nil
}

// withoutServerKeys copies a profile without the keys set by Jamf.
func withoutServerKeys(root *plist.Value) *plist.Value {
	top := withoutPhantoms(root)
	top.Fields = withoutKeys(top.Fields, append([]string{"PayloadScope"}, server().Own.Top...))
	for _, payload := range top.List("PayloadContent") {
		payload.Fields = withoutKeys(payload.Fields, server().Own.Payload)
	}
	return top
}

// withoutKeys returns the fields of a dictionary except some keys.
func withoutKeys(fields []plist.Field, keys []string) []plist.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f plist.Field) bool { return slices.Contains(keys, f.Key) })
}

// withoutPhantoms copies a tree without blank keys and without empty arrays in arrays, both added by Jamf.
func withoutPhantoms(v *plist.Value) *plist.Value {
	return plist.Map(v, func(v *plist.Value) (*plist.Value, bool) {
		c := *v
		c.Fields = slices.DeleteFunc(slices.Clone(v.Fields), func(f plist.Field) bool { return storage().Normalize(f.Key) == "" })
		c.Items = slices.DeleteFunc(slices.Clone(v.Items), func(item *plist.Value) bool { return item.Kind == plist.Array && len(item.Items) == 0 })
		return &c, true
	})
}

// alignPayloads rewrites Jamf's copy as the profile sent, as far as Jamf can have made one from the other, with the payloads
// in the wanted order. Keys without content are dropped on both sides, as Jamf drops them.
func alignPayloads(current, wanted *plist.Value) (sent, want *plist.Value) {
	sent, want = alignKeys(current, wanted, server().Own.AddsTop)
	has, wants := current.List("PayloadContent"), wanted.List("PayloadContent")
	if has == nil || wants == nil {
		return sent, want
	}
	ofType := map[string][]*plist.Value{}
	for _, payload := range has {
		ofType[payload.String("PayloadType")] = append(ofType[payload.String("PayloadType")], payload)
	}
	was, is := plist.NewArray(), plist.NewArray()
	used := map[*plist.Value]bool{}
	for _, w := range wants {
		if same := ofType[w.String("PayloadType")]; len(same) > 0 {
			used[same[0]], ofType[w.String("PayloadType")] = true, same[1:]
			s, w := alignKeys(same[0], w, server().Own.AddsPayload)
			was.Items, is.Items = append(was.Items, s), append(is.Items, w)
		} else {
			is.Items = append(is.Items, w)
		}
	}
	for _, payload := range has {
		if !used[payload] && payload.String("PayloadType") != removalPassword {
			was.Items = append(was.Items, payload)
		}
	}
	return sent.Set("PayloadContent", was), want.Set("PayloadContent", is)
}

// alignKeys is alignPayloads for one dictionary; adds are the keys added by Jamf.
func alignKeys(current, wanted *plist.Value, adds []string) (sent, want *plist.Value) {
	has, wants := fieldsByKey(current), fieldsByKey(wanted)
	isThere := func(all map[string]*plist.Value, key string) bool { return all[key] != nil && !isEmpty(all[key]) }
	want = plist.NewDictionary()
	for _, f := range wanted.Fields {
		if isThere(has, f.Key) || isThere(wants, f.Key) {
			want.Fields = append(want.Fields, f)
		}
	}
	sent = plist.NewDictionary()
	for _, f := range alignValue(current, wanted, wanted.String("PayloadType")).Fields {
		switch known := wants[f.Key] != nil; {
		case known && isEmpty(f.Value) && isEmpty(wants[f.Key]), !known && slices.Contains(adds, f.Key):
		default:
			sent.Fields = append(sent.Fields, f)
		}
	}
	return sent, want
}

func fieldsByKey(v *plist.Value) map[string]*plist.Value {
	all := make(map[string]*plist.Value, len(v.Fields))
	for _, f := range v.Fields {
		all[f.Key] = f.Value
	}
	return all
}

func isEmpty(v *plist.Value) bool {
	switch v.Kind {
	case plist.String:
		return v.Text == ""
	case plist.Array, plist.Dictionary:
		return len(v.Items)+len(v.Fields) == 0
	}
	return false
}

// alignValue returns wanted if Jamf can have made current from it, or else current.
func alignValue(current, wanted *plist.Value, payloadType string) *plist.Value {
	switch {
	case wanted == nil:
	case current.Kind == plist.String && wanted.Kind == plist.String:
		if slices.Contains(storage().Variants(wanted.Text), storage().Normalize(current.Text)) {
			return wanted
		}
	case current.Kind == plist.Dictionary && wanted.Kind == plist.Dictionary:
		return alignDictionary(current, wanted, payloadType)
	case current.Kind == plist.Array && wanted.Kind == plist.Array && len(current.Items) == len(wanted.Items):
		c := *current
		c.Items = slices.Clone(current.Items)
		for i := range c.Items {
			c.Items[i] = alignValue(current.Items[i], wanted.Items[i], payloadType)
		}
		return &c
	case current.Kind == plist.Integer && wanted.Kind == plist.Real && current.Int.Float() == wanted.Real,
		current.Kind == plist.Real && wanted.Kind == plist.Integer && current.Real == wanted.Int.Float():
		return wanted
	}
	return current
}

func alignDictionary(current, wanted *plist.Value, payloadType string) *plist.Value {
	keys, has := map[string]plist.Field{}, map[string]bool{}
	for _, f := range current.Fields {
		has[f.Key] = true
	}
	for _, f := range wanted.Fields {
		if has[f.Key] {
			keys[f.Key] = f
			continue
		}
		for _, form := range storage().Variants(f.Key) {
			if _, taken := keys[form]; !taken {
				keys[form] = f
			}
		}
	}
	c := *current
	c.Fields = slices.Clone(current.Fields)
	for i, f := range c.Fields {
		w, ok := keys[f.Key]
		if !ok {
			w, ok = keys[storage().Normalize(f.Key)]
		}
		if !ok {
			continue
		}
		c.Fields[i].Key, c.Fields[i].Value = w.Key, alignValue(f.Value, w.Value, payloadType)
		if payloadType == webClip && w.Key == "Icon" && isSamePicture(f.Value.Data, w.Value.Data) {
			c.Fields[i].Value = w.Value
		}
	}
	return &c
}
