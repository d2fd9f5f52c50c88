package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/identity"
	"syncguard/internal/serve"
	"syncguard/internal/view"
)

type serveOptions struct {
	paths     []string
	listen    string
	hosts     []string
	cert, key string
	plainHTTP bool
	once      bool
	limit     int
	expires   time.Duration
	noQR      bool
	bonjour   bool
	airdrop   bool
	roots     []string
}

func newServeCmd(env *Env) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve [FILE…|FOLDER]",
		Short: "Show an install page for people without an MDM, with a QR code",
		Long: `Serve profiles on a page that is good on a phone: what the profile does, whether devices will call it verified, a button
that installs it, the steps in Settings, and how to remove it. The address holds a token of 128 bits; whoever has the
address has the profile. Without a FILE the profiles in dist/ are served.

By default it listens on this machine only. For others, give --listen with an address, and a certificate that their
devices trust (--cert, --key); --http does without, so that everybody on the network can read what is downloaded.

It ends with Ctrl-C, after --expires, or when the downloads of --limit are used up. The files are read once, at the start.`,
		Example: `  syncguard serve dist/icloud-sync.ios-manual.mobileconfig
  syncguard serve --listen 192.168.1.20:8443 --cert mac.pem --key mac.key --once corp.mobileconfig
  syncguard serve --listen 0.0.0.0:8080 --http --expires 10m dist/
  syncguard serve --airdrop corp.mobileconfig`,
		Args: func(_ *cobra.Command, args []string) error {
			o.paths = args
			return o.check()
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), env, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "address and port; port 0 is a free one")
	flags.StringArrayVar(&o.hosts, "host", nil, "name under which devices reach this machine; the first one is shown (repeatable)")
	flags.StringVar(&o.cert, "cert", "", "certificate of the server with its chain, PEM")
	flags.StringVar(&o.key, "key", "", "its private key, PEM")
	flags.BoolVar(&o.plainHTTP, "http", false, "plain HTTP for other machines too")
	flags.BoolVar(&o.once, "once", false, "end after one complete download")
	flags.IntVar(&o.limit, "limit", 0, "end after so many complete downloads (0 for any number)")
	flags.DurationVar(&o.expires, "expires", time.Hour, "end after this time (0 for never)")
	flags.BoolVar(&o.noQR, "no-qr", false, "print no QR code")
	flags.BoolVar(&o.bonjour, "bonjour", false, "announce the page on the local network, with its token")
	flags.BoolVar(&o.airdrop, "airdrop", false, "help to send the file by AirDrop, and serve nothing")
	flags.StringArrayVar(&o.roots, "roots", nil, "certificates that devices trust, instead of the system's, for the signature (repeatable)")
	_ = cmd.MarkFlagFilename("cert", "pem", "crt")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	_ = cmd.MarkFlagFilename("key", "pem", "key")
	return cmd
}

func (o *serveOptions) check() error {
	switch {
	case (o.cert == "") != (o.key == ""):
		return usage("give both, or neither", "--cert and --key belong together")
	case o.once && o.limit > 1:
		return usage("leave one of them out", "--once and --limit %d contradict each other", o.limit)
	case o.limit < 0 || o.expires < 0:
		return usage("0 is for no limit", "--limit and --expires cannot be negative")
	}
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usage("write 192.168.1.20:8443, or 127.0.0.1:0 for a free port", "--listen %q is no address with a port", o.listen)
	}
	if ip := net.ParseIP(host); o.cert == "" && !o.plainHTTP && !o.airdrop && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--cert and --key encrypt it; --http does without, and others on the network can read what is downloaded",
			"--listen %s is open to other machines", o.listen)
	}
	if o.once {
		o.limit = 1
	}
	return nil
}

func runServe(ctx context.Context, env *Env, o serveOptions) error {
	if len(o.paths) == 0 {
		if !isFolder("dist") {
			return usage("syncguard serve FILE, or build into dist/ first", "there is no dist/ to serve")
		}
		o.paths = []string{"dist"}
	}
	offer, err := newOffer(env, o)
	if err != nil {
		return err
	}
	if o.airdrop {
		return offer.airdrop(ctx)
	}
	certificate, err := o.tls()
	if err != nil {
		return err
	}
	if offer.secret != "" && certificate == nil && o.plainHTTP {
		env.err().Warning(offer.secret + " holds a secret, and everybody on the network can read it")
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", o.listen, errors.Unwrap(err))
	}
	defer listener.Close()
	names := addresses(listener.Addr().(*net.TCPAddr), o.hosts)
	options := serve.Options{Items: offer.items, Hosts: names, Limit: o.limit, Now: env.Now, TLS: certificate, Log: accessLog(env), Local: listener.Addr().(*net.TCPAddr).IP.IsLoopback()}
	if o.expires > 0 {
		options.Expires = env.Now().Add(o.expires)
	}
	address := map[bool]string{true: "https://", false: "http://"}[certificate != nil] + names[0]
	server, err := serve.New(address, options)
	if err != nil {
		return err
	}
	if o.bonjour {
		stop, err := announce(listener.Addr().(*net.TCPAddr), server.Path(), certificate != nil)
		if err != nil {
			return fmt.Errorf("announcing by Bonjour: %w", err)
		}
		defer stop()
	}
	if err := offer.say(server.URL(address), o, options.Expires); err != nil {
		return err
	}
	err = server.Run(ctx, listener)
	env.err().Line("ended: %s", view.Count(server.Downloads(), "complete download"))
	return err
}

// tls reads the certificate of the server, or returns nil for none.
func (o *serveOptions) tls() (*tls.Config, error) {
	if o.cert == "" {
		return nil, nil
	}
	f := identityFlags{cert: o.cert, key: o.key}
	files, err := f.files()
	if err != nil {
		return nil, err
	}
	id, err := identity.FromPEM(files, nil)
	if errors.Is(err, identity.ErrPassphraseNeeded) {
		return nil, withHint(err, "decrypt it for the server: openssl pkey -in %s -out server.key", o.key)
	}
	if err != nil {
		return nil, explainIdentity(err)
	}
	pair := tls.Certificate{PrivateKey: id.Signer}
	for _, cert := range id.Chain {
		pair.Certificate = append(pair.Certificate, cert.Raw)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// addresses lists what devices may call this machine, with the port; the first one is to be shown.
func addresses(at *net.TCPAddr, given []string) []string {
	port := fmt.Sprint(at.Port)
	var names []string
	for _, host := range given {
		names = append(names, net.JoinHostPort(strings.ToLower(host), port))
	}
	if at.IP.IsUnspecified() {
		for _, ip := range ownAddresses() {
			names = append(names, net.JoinHostPort(ip.String(), port))
		}
		if host, err := os.Hostname(); err == nil {
			names = append(names, net.JoinHostPort(strings.ToLower(host), port))
		}
	} else {
		names = append(names, net.JoinHostPort(at.IP.String(), port))
	}
	if at.IP.IsLoopback() || at.IP.IsUnspecified() {
		names = append(names, net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port))
	}
	if at.Port == 80 || at.Port == 443 { // which browsers leave out
		for _, name := range names {
			names = append(names, strings.TrimSuffix(name, ":"+port))
		}
	}
	return names
}

// ownAddresses lists the addresses of this machine that others may reach, IPv4 first.
func ownAddresses() []net.IP {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var v4, v6 []net.IP
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast():
		case n.IP.To4() != nil:
			v4 = append(v4, n.IP)
		default:
			v6 = append(v6, n.IP)
		}
	}
	return append(v4, v6...)
}

// accessLog writes a line a request. No token is in it.
func accessLog(env *Env) func(serve.Entry) {
	var mu sync.Mutex
	out := env.err()
	return func(e serve.Entry) {
		mu.Lock()
		defer mu.Unlock()
		out.Line("%s  %s  %d  %s", env.Now().Format(time.TimeOnly), view.Clean(e.Client), e.Status, view.Clean(e.What))
	}
}
