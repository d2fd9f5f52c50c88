package doctor

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"

	"golang.org/x/net/dns/dnsmessage"
)

// maxAnswer bounds an answer of DNS or HTTP, in bytes. A DNS message has at most as many.
const maxAnswer = 65535

// errNoSuchName is the answer of a resolver that says that a name does not exist, or has no address.
var errNoSuchName = errors.New("no such name")

// exchange sends one DNS message and returns the answer.
type exchange func(query []byte) (answer []byte, err error)

// overTLS exchanges messages over a connection: RFC 7858, with the framing of RFC 1035, 4.2.2.
func overTLS(conn io.ReadWriter) exchange {
	return func(query []byte) ([]byte, error) {
		if _, err := conn.Write(binary.BigEndian.AppendUint16(nil, uint16(len(query)))); err != nil {
			return nil, err
		}
		if _, err := conn.Write(query); err != nil {
			return nil, err
		}
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return nil, err
		}
		answer := make([]byte, binary.BigEndian.Uint16(size[:]))
		_, err := io.ReadFull(conn, answer)
		return answer, err
	}
}

// overHTTPS exchanges messages by RFC 8484, over a connection to the resolver.
func overHTTPS(ctx context.Context, conn net.Conn, address string) exchange {
	client := onlyOver(conn)
	return func(query []byte) ([]byte, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(query))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Content-Type", "application/dns-message")
		request.Header.Set("Accept", "application/dns-message")
		response, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "application/dns-message" {
			return nil, fmt.Errorf("HTTP %d instead of DNS", response.StatusCode)
		}
		return io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	}
}

// onlyOver returns an HTTP client that uses one connection, encrypted already for https, and follows no redirect.
func onlyOver(conn net.Conn) *http.Client {
	var used atomic.Bool
	dial := func(context.Context, string, string) (net.Conn, error) {
		if used.Swap(true) {
			return nil, net.ErrClosed
		}
		return conn, nil
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dial, DialTLSContext: dial, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: maxAnswer, DisableCompression: true,
		},
	}
}

// ask returns the addresses of a host.
func (e exchange) ask(host string, kind dnsmessage.Type) ([]netip.Addr, error) {
	name, err := dnsmessage.NewName(host + ".")
	if err != nil {
		return nil, err
	}
	question := dnsmessage.Question{Name: name, Type: kind, Class: dnsmessage.ClassINET}
	// RFC 8484 recommends the ID 0; each exchange is on a connection of its own.
	query, err := (&dnsmessage.Message{Header: dnsmessage.Header{RecursionDesired: true}, Questions: []dnsmessage.Question{question}}).Pack()
	if err != nil {
		return nil, err
	}
	data, err := e(query)
	if err != nil {
		return nil, err
	}
	var p dnsmessage.Parser
	header, err := p.Start(data)
	switch {
	case err != nil || !header.Response || p.SkipAllQuestions() != nil:
		return nil, errors.New("an answer that is not DNS")
	case header.RCode == dnsmessage.RCodeNameError:
		return nil, errNoSuchName
	case header.RCode != dnsmessage.RCodeSuccess:
		return nil, fmt.Errorf("DNS answers %v", header.RCode)
	}
	return addressesOf(&p)
}

// addressesOf returns the addresses among the answers, in at most maxAnswer bytes.
func addressesOf(p *dnsmessage.Parser) (all []netip.Addr, err error) {
	for {
		header, err := p.AnswerHeader()
		switch {
		case errors.Is(err, dnsmessage.ErrSectionDone) && len(all) == 0:
			return nil, errNoSuchName
		case errors.Is(err, dnsmessage.ErrSectionDone):
			return all, nil
		case err != nil:
			return nil, errors.New("an answer that is not DNS")
		}
		switch header.Type {
		case dnsmessage.TypeA:
			r, bad := p.AResource()
			all, err = append(all, netip.AddrFrom4(r.A)), bad
		case dnsmessage.TypeAAAA:
			r, bad := p.AAAAResource()
			all, err = append(all, netip.AddrFrom16(r.AAAA)), bad
		default:
			err = p.SkipAnswer()
		}
		if err != nil {
			return nil, errors.New("an answer that is not DNS")
		}
	}
}

// closeAt closes a connection when ctx ends, whatever it waits for: a deadline would need a clock that is right. The caller calls stop.
func closeAt(ctx context.Context, conn net.Conn) (stop func()) {
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	return func() { unhook(); conn.Close() }
}
