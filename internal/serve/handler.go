package serve

import (
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/app"
)

// ServeHTTP answers with the page, a profile, or a short refusal with its reason.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = r.RemoteAddr
	}
	e := Entry{Client: client}
	defer func() {
		s.logging.Lock()
		defer s.logging.Unlock()
		s.o.Log(e)
	}()

	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", policy())
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	refuse := func(status int, why string) {
		e.Status, e.What = status, why
		http.Error(w, why, status)
	}
	switch {
	case !slices.Contains(s.o.Hosts, strings.ToLower(r.Host)):
		refuse(http.StatusMisdirectedRequest, "this server does not answer to that name") // guards against DNS rebinding
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		refuse(http.StatusMethodNotAllowed, "method not allowed: want GET or HEAD")
		return
	}
	// The path as sent: nothing in it is decoded or cleaned.
	rest, ok := strings.CutPrefix(r.RequestURI, s.Path())
	item, page := -1, s.pages[rest]
	if rest == "" {
		page = s.preferred(r)
	} else {
		item = slices.IndexFunc(s.o.Offer.Items, func(i app.Offered) bool { return i.File == rest })
	}
	switch {
	case !ok || page == nil && item < 0:
		refuse(http.StatusNotFound, "not found")
	case s.isExpired():
		refuse(http.StatusGone, "this offer has ended")
	case item < 0:
		e.What, e.Status = "page", http.StatusOK
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Language", page.language)
		h.Set("Vary", "Accept-Language")
		h.Set("Content-Length", strconv.Itoa(len(page.html)))
		if r.Method == http.MethodGet {
			e.Bytes, _ = w.Write(page.html)
		}
	default:
		s.serveProfile(w, r, &s.o.Offer.Items[item], &e, refuse)
	}
}

func (s *Server) isExpired() bool {
	return !s.o.Expires.IsZero() && !s.o.Now().Before(s.o.Expires)
}

// serveProfile sends one profile, always whole, and ends the connection: its end shows if the profile has arrived.
func (s *Server) serveProfile(w http.ResponseWriter, r *http.Request, item *app.Offered, e *Entry, refuse func(int, string)) {
	h := w.Header()
	if r.Method == http.MethodGet {
		switch s.reserveDownload() {
		case noneLeft:
			refuse(http.StatusGone, "the download limit of this profile is reached")
			return
		case underWay:
			h.Set("Retry-After", strconv.Itoa(int(arrival.Seconds())))
			refuse(http.StatusServiceUnavailable, "the last download is under way: try again in a moment")
			return
		}
	}
	h.Set("Content-Type", ContentType)
	h.Set("Content-Length", strconv.Itoa(len(item.Data)))
	h.Set("Content-Disposition", `inline; filename="`+item.File+`"`)
	e.What, e.Status = item.File, http.StatusOK
	if r.Method == http.MethodHead {
		return
	}
	h.Set("Connection", "close")
	n, err := w.Write(item.Data)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	e.Bytes = n
	received := false
	visit, _ := r.Context().Value(visitKey{}).(*visit)
	switch {
	case err != nil:
		e.What += ", incomplete"
	case visit == nil || visit.finish(arrival):
		received = true
	default:
		e.What += ", not received"
	}
	s.finishDownload(received)
}

// discardLog silences the log of net/http, full of scans and broken handshakes.
func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }
