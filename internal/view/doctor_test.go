package view

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/doctor/doctortest"
)

// Every network is told in 80 columns, without a control character of the network, and words stay whole.
func TestDoctorFits(t *testing.T) {
	for name, play := range doctortest.Plays() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			network, stop := doctortest.Start(play)
			defer stop()
			h := &app.Host{Now: time.Now, Network: network}
			r, err := app.Doctor(t.Context(), h, app.DoctorOptions{Timeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			NewPrinter(&b, nil, 80).Doctor(r)
			if os.Getenv("SYNCGUARD_SHOW") != "" {
				t.Logf("%s\n%s", name, b.String())
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimSuffix(line, "\n")
				if strings.ContainsFunc(line, Unprintable) {
					t.Errorf("unprintable: %q", line)
				}
				if w := widthOf(line); w > 80 && !strings.Contains(line, "xxxx") {
					t.Errorf("%d columns: %s", w, line)
				}
			}
		})
	}
}
