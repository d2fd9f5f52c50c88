package plist

import "syncguard/internal/diag"

// Identities returns for each element of an array the text of a key of it, or "" where it has none or another element has the same.
func Identities(items []*Value, key string) []string {
	ids, times := make([]string, len(items)), make(map[string]int, len(items))
	for i, item := range items {
		ids[i] = item.String(key)
		times[ids[i]]++
	}
	for i, id := range ids {
		if times[id] > 1 {
			ids[i] = ""
		}
	}
	return ids
}

// Identify gives findings that lead into the elements of an array of the top level the text of a key that tells these apart.
func (v *Value) Identify(found []diag.Diagnostic, array, key string) {
	var ids []string
	for _, d := range found {
		if len(d.Path) < 2 || d.Path[0].Key != array || !d.Path[1].IsItem {
			continue
		}
		if ids == nil {
			ids = Identities(v.List(array), key)
		}
		if i := d.Path[1].Index; i < len(ids) {
			d.Path[1].ID = ids[i]
		}
	}
}
