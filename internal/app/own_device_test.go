package app

import (
	"bytes"
	"io"
	"testing"

	"syncguard/internal/files"
	"syncguard/internal/template"
)

// For the default targets a person gets the very bytes of the built-in template, and the template that is written beside
// them builds them, too.
func TestOwnDeviceIsBuild(t *testing.T) {
	read := func(m *files.Memory, name string) []byte {
		f, err := m.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, to := range template.DefaultTargets() {
		own := newMemory(t, nil)
		r, err := OwnDevice(t.Context(), nowhere(own), OwnDeviceOptions{Target: to.String(), DNS: "cloudflare", Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range []string{"builtin:prevention", DefaultTemplate} {
			m := newMemory(t, map[string]string{DefaultTemplate: string(read(own, DefaultTemplate))})
			b, err := Build(t.Context(), nowhere(m), BuildOptions{Templates: []string{of}, Targets: []string{to.String()}, Unsigned: true, Out: "out"})
			if err != nil || b.Failed {
				t.Fatal(err, b)
			}
			names := []string{b.Profiles[0].File}
			for _, d := range b.Profiles[0].Declarations {
				if d.File != "" {
					names = append(names, d.File)
				}
			}
			if r.File != names[0] || len(r.Declarations) != len(names)-1 {
				t.Errorf("%s of %s: %v, want %v", to, of, r, names)
			}
			for _, name := range names {
				if !bytes.Equal(read(own, name), read(m, "out/"+name)) {
					t.Errorf("%s of %s: %s differs", to, of, name)
				}
			}
		}
	}
}
