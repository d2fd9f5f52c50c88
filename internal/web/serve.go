package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/lsp"
)

// Session is a session of the language server, for the page's editor.
type Session struct {
	messages chan []byte
	ended    <-chan struct{}
}

// Receive gives the server a message, without a header.
func (s *Session) Receive(message []byte) {
	select {
	case s.messages <- message:
	case <-s.ended:
	}
}

// waiting is how many messages wait for the server before Receive does.
const waiting = 1 << 10

// Serve begins a session of the language server. It knows the texts that the editor opens, and no files. It ends with ctx, or
// when the editor says exit.
func (e *Engine) Serve(ctx context.Context, send func(message []byte)) *Session {
	ctx, end := context.WithCancel(ctx)
	s := &Session{make(chan []byte, waiting), ctx.Done()}
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	go func() {
		for {
			select {
			case m := <-s.messages:
				if _, err := fmt.Fprintf(toServer, "Content-Length: %d\r\n\r\n%s", len(m), m); err != nil {
					return
				}
			case <-ctx.Done():
				toServer.Close()
				return
			}
		}
	}()
	go func() {
		for r := bufio.NewReader(fromServer); ; {
			m, err := readMessage(r)
			if err != nil {
				return
			}
			send(m)
		}
	}()
	go func() {
		defer end()
		defer out.Close()
		memory, err := files.NewMemory(nil)
		if err != nil {
			return
		}
		h := &app.Host{Files: memory, Stdin: strings.NewReader(""), Getenv: func(string) (string, bool) { return "", false }, Now: e.Now}
		o := lsp.Options{Version: e.Version, Lint: app.LintOptions{Version: e.Version, ExpiresWithin: expiresWithin}, Pause: lsp.DefaultPause}
		_ = lsp.Serve(ctx, h, in, out, o) // the editor's end, or the page's
	}()
	return s
}

// readMessage reads one of the server's messages.
func readMessage(r *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(r).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	size, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || size < 0 {
		return nil, errors.New("a message of the language server has no length")
	}
	m := make([]byte, size)
	_, err = io.ReadFull(r, m)
	return m, err
}
