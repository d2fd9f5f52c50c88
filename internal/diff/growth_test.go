package diff

import (
	"fmt"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/work"
)

// Matching payloads and files takes work by their number, not by its square, whatever they have in common.
func TestMatchingTakesLinearWork(t *testing.T) {
	payload := func(i int, identity string) *plist.Value {
		return plist.NewDictionary(
			plist.Field{Key: "PayloadType", Value: plist.NewString("com.example")},
			plist.Field{Key: "PayloadIdentifier", Value: plist.NewString(fmt.Sprintf("%s.%d", identity, i))},
		)
	}
	count := func(n int) int {
		var old, new []*plist.Value
		var oldFiles, newFiles []*Side
		for i := range n {
			old, new = append(old, payload(i, "old")), append(new, payload(i, "new"))
			oldFiles, newFiles = append(oldFiles, &Side{Name: fmt.Sprint("old", i), Root: old[i]}), append(newFiles, &Side{Name: fmt.Sprint("new", i), Root: new[i]})
		}
		name := func(s *Side) string { return s.Name }
		return work.Measure(func() {
			if got := len(matchPayloads(old, new)); got != n {
				t.Errorf("%d pairs, want %d", got, n)
			}
			if got := len(MatchSides(oldFiles, newFiles, name, name)); got != 2*n {
				t.Errorf("%d pairs of files, want %d", got, 2*n)
			}
		})
	}
	if small, large := count(100), count(200); large > small*21/10 {
		t.Errorf("%d units, then %d for twice as many", small, large)
	}
}
