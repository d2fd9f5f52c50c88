package web

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkLint checks the files that SYNCGUARD_BENCH names, as the page does: npm run bench in web/ compares it with the page.
func BenchmarkLint(b *testing.B) {
	for _, name := range filepath.SplitList(os.Getenv("SYNCGUARD_BENCH")) {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(filepath.Base(name), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			check := func() {
				r := Request{Method: "lint", Params: []byte(`{"targets":["iOS@26/supervised"]}`), Files: map[string][]byte{"a.mobileconfig": data}}
				if _, err := engine.Call(context.Background(), r); err != nil {
					b.Fatal(err)
				}
			}
			check() // reads the catalog
			for b.Loop() {
				check()
			}
		})
	}
}
