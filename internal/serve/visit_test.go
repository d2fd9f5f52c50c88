package serve

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"syncguard/internal/app"
)

// A download counts once the visitor has all of it, and not when the operating system has taken its last byte.
func TestOnlyWhatIsReceivedCounts(t *testing.T) {
	read := func(c net.Conn) {
		in := bufio.NewReader(c)
		for line, err := in.ReadString('!'); !strings.HasSuffix(line, "last!"); line, err = in.ReadString('!') {
			if err != nil {
				t.Error(err)
				return
			}
		}
	}
	for _, c := range []struct {
		name   string
		visit  func(c net.Conn, raw *net.TCPConn)
		counts bool
	}{
		{"reads everything and closes", func(c net.Conn, raw *net.TCPConn) { read(c); c.Close() }, true},
		{"reads everything and closes without a word of TLS", func(c net.Conn, raw *net.TCPConn) { read(c); raw.Close() }, true},
		{"reads until the server ends", func(c net.Conn, raw *net.TCPConn) { _, _ = io.Copy(io.Discard, c); c.Close() }, true},
		{"reads it later", func(c net.Conn, raw *net.TCPConn) { time.Sleep(200 * time.Millisecond); read(c); c.Close() }, true},
		{"ends its own side first", func(c net.Conn, raw *net.TCPConn) { _ = raw.CloseWrite(); read(c); c.Close() }, true},
		{"closes and reads nothing", func(c net.Conn, raw *net.TCPConn) { time.Sleep(200 * time.Millisecond); raw.Close() }, false},
		{"resets", func(c net.Conn, raw *net.TCPConn) {
			time.Sleep(200 * time.Millisecond)
			_ = raw.SetLinger(0)
			raw.Close()
		}, false},
		{"resets at once", func(c net.Conn, raw *net.TCPConn) { _ = raw.SetLinger(0); raw.Close() }, false},
	} {
		for _, size := range []int{5, 300_000, 8 << 20} {
			for _, secure := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %d bytes, TLS %v", c.name, size, secure), func(t *testing.T) {
					t.Parallel()
					var log sync.WaitGroup
					log.Add(1)
					var entry Entry
					s, address, stop := start(t, func(o *Options) {
						item := items[1]
						item.Data = append(make([]byte, size-5), "last!"...)
						o.Offer, o.Log = &app.Offer{Items: []app.Offered{item}}, func(e Entry) { entry = e; log.Done() }
						if secure {
							var err error
							if o.Certificate, _, err = NewCertificate(o.Hosts, time.Now()); err != nil {
								t.Fatal(err)
							}
						}
					})
					raw, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
					if err != nil {
						t.Fatal(err)
					}
					conn := raw
					if secure {
						conn = tls.Client(raw, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
					}
					fmt.Fprintf(conn, "GET %sother.mobileconfig HTTP/1.1\r\nHost: %s\r\n\r\n", s.Path(), strings.TrimPrefix(address, "http://"))
					c.visit(conn, raw.(*net.TCPConn))
					log.Wait()
					if got := s.Downloads() == 1; got != c.counts || got == strings.Contains(entry.What, ", ") {
						t.Errorf("counted %v, want %v: %s", got, c.counts, entry.What)
					}
					if err := stop(); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}
