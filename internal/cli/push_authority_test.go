package cli_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

// fakeAuthority is a proxy to hosts that sign in to Microsoft, all of them played by itself, with certificates of its own:
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
type fakeAuthority struct{ certificate tls.Certificate }

// newFakeAuthority returns it, and in PEM the certificate to trust.
func newFakeAuthority() (*fakeAuthority, []byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"login.microsoftonline.com", "login.microsoftonline.us", "login.microsoft.com"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &fakeAuthority{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// ServeHTTP answers CONNECT, and goes on as the host that was asked for.
func (a *fakeAuthority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "it is a proxy", http.StatusBadRequest)
		return
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n")
	host, _, _ := net.SplitHostPort(r.Host)
	s := &http.Server{Handler: answerAs(host)}
	_ = s.Serve(&oneConn{conn: tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{a.certificate}})})
}

// oneConn is a listener to one connection.
type oneConn struct {
	conn net.Conn
	once sync.Once
}

func (l *oneConn) Accept() (c net.Conn, err error) {
	err = net.ErrClosed
	l.once.Do(func() { c, err = l.conn, nil })
	return c, err
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }

func answerAs(host string) http.Handler {
	mux := http.NewServeMux()
	issuer := "https://" + host + "/tenant-1"
	write := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /common/discovery/instance", func(w http.ResponseWriter, r *http.Request) {
		write(w, map[string]any{"tenant_discovery_endpoint": issuer + "/v2.0/.well-known/openid-configuration", "api-version": "1.1",
			"metadata": []any{map[string]any{"preferred_network": host, "preferred_cache": host, "aliases": []string{host}}}})
	})
	mux.HandleFunc("GET /tenant-1/v2.0/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		write(w, map[string]any{"issuer": issuer + "/v2.0", "authorization_endpoint": issuer + "/oauth2/v2.0/authorize", "token_endpoint": issuer + "/oauth2/v2.0/token"})
	})
	mux.HandleFunc("POST /tenant-1/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		scopes := map[string]string{"login.microsoftonline.com": "https://graph.microsoft.com/.default", "login.microsoftonline.us": "https://graph.microsoft.us/.default"}
		want := scopes[host] + " openid offline_access profile"
		switch {
		case r.FormValue("grant_type") != "client_credentials", r.FormValue("scope") != want:
			w.WriteHeader(http.StatusBadRequest)
			write(w, map[string]string{"error": "invalid_scope", "error_description": "AADSTS70011: " + r.FormValue("scope")})
		case r.FormValue("client_id") != "app-1", r.FormValue("client_secret") != "right-secret":
			w.WriteHeader(http.StatusUnauthorized)
			write(w, map[string]string{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})
		default:
			write(w, map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "right-token"})
		}
	})
	return mux
}
