package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	words "syncguard/internal/text"
)

const (
	maxHeader  = 4 << 10  // bytes of a message's header
	maxMessage = 64 << 20 // bytes of a message: the largest file, in JSON
)

// stream is the base protocol: messages of JSON with a header. Unlike the library's own it is bounded, and goes on after a message that
// is no JSON-RPC.
type stream struct {
	in    *bufio.Reader
	mu    sync.Mutex
	out   io.Writer
	end   func(error)   // gets what ends the stream
	begin chan struct{} // closed once messages can be handled
}

func newStream(in io.Reader, out io.Writer, end func(error)) *stream {
	return &stream{in: bufio.NewReaderSize(in, maxHeader), out: out, end: end, begin: make(chan struct{})}
}

// ReadObject reads the next message.
func (s *stream) ReadObject(v any) error {
	<-s.begin
	for {
		size, err := s.header()
		if err != nil {
			s.end(err)
			return err
		}
		text, err := io.ReadAll(io.LimitReader(s.in, int64(size)))
		if err == nil && len(text) < size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			s.end(err)
			return err
		}
		wrong := json.Unmarshal(text, v)
		if wrong == nil {
			return nil
		}
		code := jsonrpc2.CodeInvalidRequest
		if !json.Valid(text) {
			code = jsonrpc2.CodeParseError
		}
		answer := map[string]any{"jsonrpc": "2.0", "id": nil, "error": jsonrpc2.Error{Code: int64(code), Message: wrong.Error()}}
		if err := s.WriteObject(answer); err != nil {
			return err
		}
	}
}

// header reads the header of a message and returns the length of its content.
func (s *stream) header() (size int, err error) {
	size = -1
	begun := false
	for rest := maxHeader; ; {
		line, err := s.in.ReadSlice('\n')
		if rest -= len(line); rest < 0 || errors.Is(err, bufio.ErrBufferFull) {
			return 0, fmt.Errorf("a message begins with more than %d bytes of header", maxHeader)
		}
		if err == io.EOF && (len(line) > 0 || size >= 0) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		name, value, isField := strings.Cut(strings.TrimSpace(string(line)), ":")
		switch {
		case name != "" && !isField:
			return 0, fmt.Errorf("a message begins with %s, want Content-Length", words.Quote(name))
		case name == "" && !begun: // a message written by hand ends a line
		case name == "" && size < 0:
			return 0, errors.New("a message has no Content-Length")
		case name == "":
			return size, nil
		case strings.EqualFold(name, "Content-Length"):
			n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
			if err != nil {
				return 0, fmt.Errorf("invalid Content-Length %q", strings.TrimSpace(value))
			}
			if n > maxMessage {
				return 0, fmt.Errorf("a message has %d bytes, want at most %d", n, maxMessage)
			}
			size = int(n)
		}
		begun = begun || name != ""
	}
}

// WriteObject writes a message.
func (s *stream) WriteObject(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.out.Write(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(text)), text...))
	return err
}

// Close does nothing: the process ends with the connection.
func (s *stream) Close() error { return nil }
