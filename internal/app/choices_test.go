package app

import (
	"testing"

	"syncguard/internal/target"
)

func TestChoices(t *testing.T) {
	r := Choices()
	if len(r.Platforms) != len(target.Platforms()) || len(r.Servers) == 0 {
		t.Errorf("%d platforms, %d servers", len(r.Platforms), len(r.Servers))
	}
	for _, p := range r.Platforms {
		for _, v := range p.Versions {
			for _, e := range p.Enrollments {
				if _, err := target.Parse(p.Name + "@" + v + "/" + string(e)); err != nil {
					t.Error(err)
				}
			}
		}
		if len(p.Versions) < 4 || len(p.Enrollments) < 3 || p.Versions[0] != "27" {
			t.Errorf("%+v", p)
		}
	}
}
