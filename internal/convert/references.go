package convert

import (
	"syncguard/internal/plist"
	"syncguard/internal/schema/facts"
)

// findReferences finds the keys that name another payload by its PayloadUUID. Only keys known to do so count: elsewhere the same text
// can mean something else.
func (a *draft) findReferences() {
	known := facts.Embedded()
	a.references = map[*plist.Value]string{}
	ids, owners := map[string]string{}, map[string]int{}
	for i, p := range a.payloads {
		if uuid := p.Get("PayloadUUID"); uuid != nil && uuid.Kind == plist.String && uuid.Text != "" {
			ids[uuid.Text] = a.ids[i]
			owners[uuid.Text]++
		}
	}
	for i, p := range a.payloads {
		var within func(v *plist.Value, at *facts.Place)
		within = func(v *plist.Value, at *facts.Place) {
			if at == nil {
				return
			}
			if v.Kind == plist.String && at.Reference != nil && owners[v.Text] == 1 && ids[v.Text] != a.ids[i] {
				a.references[v] = ids[v.Text]
			}
			for _, f := range v.Fields {
				within(f.Value, at.Key(f.Key))
			}
			for _, item := range v.Items {
				within(item, at)
			}
		}
		within(p, known.Of(p.Get("PayloadType").Text))
	}
}
