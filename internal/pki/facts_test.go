package pki

import (
	"encoding/json"
	"testing"
	"time"
)

// The last hour of the year 9999 in another zone is still a time in JSON.
func TestLastHour(t *testing.T) {
	last, err := time.Parse("20060102150405Z0700", "99991231235959-0100") // as a certificate may have it
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(Facts{NotAfter: inUTC(last)}); err != nil {
		t.Error(err)
	}
	if _, err := json.Marshal(last.UTC()); err == nil {
		t.Error("JSON has a form for the year 10000: inUTC is no longer needed")
	}
}
