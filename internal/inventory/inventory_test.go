package inventory

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readAll returns a line for each device.
func readAll(t testing.TB, in string, o Options) (lines []string, u *Understood) {
	t.Helper()
	r, err := Open(strings.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	for {
		d, err := r.Next()
		if err == io.EOF {
			return lines, r.Understood()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(d))
	}
}

// line shows a device: row, serial, target or what it lacks, groups.
func line(d Device) string {
	what := d.Target.String()
	if d.Lacks != "" {
		what = string(d.Lacks)
		if d.Because != "" {
			what += " (" + d.Because + ")"
		}
	}
	s := fmt.Sprintf("%d %s %s", d.Row, d.Serial, what)
	if len(d.Groups) > 0 {
		s += " in " + strings.Join(d.Groups, ", ")
	}
	return s
}

var update = flag.Bool("update", false, "rewrite testdata/*.want")

// Inventories in the shape of each source are read as the golden files say.
func TestGoldenInventories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, name := range files {
		if ext := filepath.Ext(name); ext == ".want" || ext == ".md" {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			lines, u := readAll(t, string(data), Options{Name: name})
			for _, o := range u.Sources {
				seen[o.ID] = true
			}
			got := strings.Join(lines, "\n") + "\n\n" + strings.Join(u.Lines(), "\n") + "\n\n"
			for _, m := range u.Values {
				got += strings.TrimSuffix(fmt.Sprintf("%s %q: %s (%s) %s", m.Field, m.Value, m.Means, cmp.Or(string(m.Evidence), "plain"), m.Because), " ") + "\n"
			}
			want, err := os.ReadFile(name + ".want")
			if *update {
				err = os.WriteFile(name+".want", []byte(got), 0o644)
			} else if string(want) != got {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	for _, s := range sources().Sources {
		if !seen[s.ID] {
			t.Errorf("no golden inventory of %s", s.ID)
		}
	}
}
