package plist

import "syncguard/internal/diag"

// ItemIDs returns the text of a key for each element of an array, or "" if it is missing or not unique.
func ItemIDs(items []*Value, key string) []string {
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

// SetStepIDs fills in Step.ID in the findings' paths into an array of the top level, with the ItemIDs of its elements.
func (v *Value) SetStepIDs(found []diag.Diagnostic, array, key string) {
	var ids []string
	for _, d := range found {
		if len(d.Path) < 2 || d.Path[0].Key != array || !d.Path[1].IsItem {
			continue
		}
		if ids == nil {
			ids = ItemIDs(v.List(array), key)
		}
		if i := d.Path[1].Index; i < len(ids) {
			d.Path[1].ID = ids[i]
		}
	}
}
