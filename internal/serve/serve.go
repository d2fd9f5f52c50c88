// Package serve offers profiles over HTTP or HTTPS to people without an MDM: one page that describes a profile and
// explains how to install it, and the profile itself, both below an unguessable address.
//
// Start with Open and Server.Run; handler.go answers requests and page.go makes the pages. The caller chooses the
// profiles, the listener and the certificate: the package reads no files.
package serve

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"syncguard/internal/app"
)

// ContentType is the media type of a configuration profile. With another one iOS saves a file and installs nothing.
const ContentType = "application/x-apple-aspen-config"

// Bounds on a visitor's use of resources.
const (
	maxConnections = 2000
	maxPerAddress  = 200 // a crowd behind one router shares an address
	maxHeader      = 16 << 10
	headerTimeout  = 10 * time.Second
	writeTimeout   = 2 * time.Minute // a profile has 16 MiB at most
	idleTimeout    = 30 * time.Second
	arrival        = 30 * time.Second // for the end of a connection after the last byte of a profile
	linger         = 3 * time.Second  // time to tell a second visitor that the offer has ended
)

// Options configure a Server.
type Options struct {
	Offer   *app.Offer
	Names   []string // names of this machine for devices; the first one is shown
	Hosts   []string // accepted hosts of a request, with the port; Open sets them
	Limit   int      // complete downloads, 0 for any number
	Expires time.Time
	Now     func() time.Time
	Log     func(Entry) // called for one request at a time
	Local   bool        // reachable from this machine only; Open sets it

	Certificate *tls.Certificate // nil for plain HTTP
	SelfSigned  bool             // make a certificate without one
}

// Entry describes one request, for the log.
type Entry struct {
	Client string
	What   string // "page", the name of a file, or the reason for a refusal
	Status int
	Bytes  int
}

// Server serves profiles until it is told to stop, its time is over, or its downloads are used up.
type Server struct {
	o           Options
	address     string // its visitors' way to it, such as https://mac.local:8443
	fingerprint string // of a certificate made here
	token       string
	pages       map[string]*page // by the part of their address after the token

	logging   sync.Mutex
	mu        sync.Mutex
	reserved  int // downloads complete or under way
	done      int
	exhausted chan struct{} // closed when the last download is complete
}

// Open prepares a server for a listener, under a new token of 128 bits, with a certificate made for its names if asked for.
func Open(listener net.Listener, o Options) (*Server, error) {
	at := listener.Addr().(*net.TCPAddr)
	o.Hosts, o.Local = Addresses(at, o.Names), at.IP.IsLoopback()
	fingerprint := ""
	if o.Certificate == nil && o.SelfSigned {
		var err error
		if o.Certificate, fingerprint, err = NewCertificate(o.Hosts, o.Now()); err != nil {
			return nil, err
		}
	}
	scheme := "http://"
	if o.Certificate != nil {
		scheme = "https://"
	}
	s, err := newServer(scheme+o.Hosts[0], o)
	if s != nil {
		s.fingerprint = fingerprint
	}
	return s, err
}

func newServer(address string, o Options) (*Server, error) {
	if len(o.Offer.Items) == 0 {
		return nil, errors.New("nothing to serve: give at least one profile")
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	s := &Server{o: o, address: address, token: base64.RawURLEncoding.EncodeToString(b), exhausted: make(chan struct{})}
	var err error
	s.pages, err = newPages(o, s.Address(), s.HasQR())
	return s, err
}

// Address returns the address of the page.
func (s *Server) Address() string { return s.address + s.Path() }

// HasQR reports whether a phone can use a QR code of the address: to reach it, and for a profile.
func (s *Server) HasQR() bool { return s.o.Offer.ForPhones() && !IsLocal(s.address) }

// Advice returns what visitors have to know of their way to the page.
func (s *Server) Advice() []string {
	switch {
	case s.fingerprint != "":
		return []string{"nobody vouches for this page's certificate, so the phone says “This Connection Is Not Private”: tap Show Details, then visit this website",
			"its SHA-256 is " + s.fingerprint}
	case s.o.Certificate == nil && !s.o.Local:
		return []string{"plain HTTP: everybody on this network can read what the phone downloads, and change it on its way; Safari may warn first"}
	case IsLocal(s.address) && s.o.Offer.ForPhones():
		return []string{"only this machine can open the page; for a phone on the same network: syncguard serve --lan"}
	}
	return nil
}

// Path returns the path of the page.
func (s *Server) Path() string { return "/" + s.token + "/" }

// Downloads returns the number of complete downloads: those that visitors have received whole.
func (s *Server) Downloads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// Run serves on a listener until ctx ends, the time is over or the downloads are used up. It lets running downloads
// finish.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, ReadTimeout: headerTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: discardLog(), ConnContext: withVisit,
		Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true) // with HTTP/2 the end of a download is not the end of a connection
	listener = newVisitors(listener, maxPerAddress, maxConnections)
	if s.o.Certificate != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*s.o.Certificate}, MinVersion: tls.VersionTLS12}
	}
	failed := make(chan error, 1)
	go func() {
		if s.o.Certificate != nil {
			failed <- server.ServeTLS(listener, "", "")
		} else {
			failed <- server.Serve(listener)
		}
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	case <-s.exhausted:
		sleep(ctx, linger)
	case <-s.afterExpiry(ctx):
		if s.Downloads() > 0 { // somebody has the address
			sleep(ctx, linger)
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		return server.Close() // a client stopped reading
	}
	return nil
}

func (s *Server) afterExpiry(ctx context.Context) <-chan struct{} {
	over := make(chan struct{})
	if s.o.Expires.IsZero() {
		return over
	}
	go func() {
		sleep(ctx, s.o.Expires.Sub(s.o.Now()))
		close(over)
	}()
	return over
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// reservation is the answer to a visitor who asks for a download.
type reservation int

const (
	reserved reservation = iota
	underWay             // the last one is under way, and comes back if it breaks off
	noneLeft
)

// reserveDownload reserves a download, if one is left.
func (s *Server) reserveDownload() reservation {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.o.Limit > 0 && s.done >= s.o.Limit:
		return noneLeft
	case s.o.Limit > 0 && s.reserved >= s.o.Limit:
		return underWay
	}
	s.reserved++
	return reserved
}

// finishDownload counts a download, or gives it back if it was not received.
func (s *Server) finishDownload(received bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !received {
		s.reserved--
		return
	}
	if s.done++; s.done == s.o.Limit {
		close(s.exhausted)
	}
}
