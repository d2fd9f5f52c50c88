package doctor_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"syncguard/internal/doctor"
	"syncguard/internal/doctor/doctortest"
)

// hangs returns a dialer that connects to nothing. The first connection calls back.
func hangs(first func()) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		first()
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

// endless writes until nobody reads.
func endless(w io.Writer) {
	for block := bytes.Repeat([]byte("x"), 1<<16); ; {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// Whatever a network answers, the check ends, says so in few words, and finds no fault elsewhere.
func TestHostileAnswers(t *testing.T) {
	ntp := func(change func([]byte)) func([]byte) []byte {
		return func(request []byte) []byte {
			answer := make([]byte, 48)
			answer[0], answer[1] = 4<<3|4, 1
			copy(answer[24:32], request[40:48])
			change(answer)
			return answer
		}
	}
	tests := map[string]struct {
		play doctortest.Play
		id   string
		want doctor.Status
	}{
		"kiss of death":       {doctortest.Play{NTP: ntp(func(b []byte) { b[1] = 0; copy(b[12:], "RATE") })}, doctor.TimeServers, doctor.Failed},
		"zeros for a time":    {doctortest.Play{NTP: func([]byte) []byte { return make([]byte, 48) }}, doctor.TimeServers, doctor.Failed},
		"short time":          {doctortest.Play{NTP: func([]byte) []byte { return []byte("x") }}, doctor.TimeServers, doctor.Failed},
		"garbage for DNS":     {doctortest.Play{DNS: func(q []byte) []byte { return bytes.Repeat([]byte{0xc0}, 500) }}, doctor.DNS, doctor.Failed},
		"DNS that loops":      {doctortest.Play{DNS: loops}, doctor.DNS, doctor.Failed},
		"endless TLS":         {doctortest.Play{TLS: func(c net.Conn) { endless(c) }}, doctor.TLS, doctor.Failed},
		"text for TLS":        {doctortest.Play{TLS: func(c net.Conn) { fmt.Fprint(c, "220 welcome\r\n"); _, _ = io.Copy(io.Discard, c) }}, doctor.TLS, doctor.Failed},
		"silence for TLS":     {doctortest.Play{TLS: func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }}, doctor.TLS, doctor.Failed},
		"endless page":        {doctortest.Play{HTTP: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { endless(w) })}, doctor.Portal, doctor.Failed},
		"endless header":      {doctortest.Play{HTTP: http.HandlerFunc(longHeader)}, doctor.Portal, doctor.Note},
		"location of a virus": {doctortest.Play{HTTP: http.RedirectHandler("http://"+strings.Repeat("a", 5000)+"/", http.StatusFound)}, doctor.Portal, doctor.Failed},
		"endless proxy": {doctortest.Play{Environ: map[string]string{"HTTPS_PROXY": "http://proxy.corp:3128"},
			Proxy: http.HandlerFunc(longHeader)}, doctor.Proxy, doctor.Note},
		"proxy of no address": {doctortest.Play{Environ: map[string]string{"HTTPS_PROXY": "http://me:hunter22@[::"}}, doctor.Proxy, doctor.Note},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, test.play, 6*time.Second)
			for _, c := range r.Checks {
				if c.ID == test.id && c.Status != test.want {
					t.Errorf("%s is %s, want %s: %s", c.ID, c.Status, test.want, c.Saw)
				}
				if len(c.Saw) > 1000 || strings.Contains(c.Saw, "hunter22") {
					t.Errorf("saw %q", c.Saw)
				}
			}
		})
	}
}

// loops answers with a name that points at itself.
func loops(query []byte) []byte {
	if len(query) < 12 {
		return nil
	}
	answer := append([]byte{}, query...)
	answer[2] |= 0x80
	binary.BigEndian.PutUint16(answer[6:], 65535)
	return append(answer, bytes.Repeat([]byte{0xc0, 12}, 200)...)
}

func longHeader(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nX: ")
	endless(conn)
}
