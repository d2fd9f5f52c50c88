package fact

import "testing"

func TestWeaker(t *testing.T) {
	for _, tt := range [][3]Evidence{{Apple, Community, Community}, {Unverified, Apple, Unverified}, {Community, Vendor, Community}, {Apple, Apple, Apple}} {
		if got := Weaker(tt[0], tt[1]); got != tt[2] {
			t.Errorf("of %s and %s: got %s, want %s", tt[0], tt[1], got, tt[2])
		}
	}
}
