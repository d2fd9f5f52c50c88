package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/serve"
	"syncguard/internal/text"
	"syncguard/internal/view"
)

type serveOptions struct {
	app.ServeOptions
	listen    string
	hosts     []string
	cert, key string
	plainHTTP bool
	once      bool
	limit     int
	expires   time.Duration
	noQR      bool
	airdrop   bool
}

func newServeCmd(env *Env) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve [FILE…|FOLDER]",
		Short: "Serve an install page with a QR code, for people without an MDM",
		Long: `Serve profiles on an install page for phones: what the profile does, whether devices will show it as verified, a button
to install it, the steps in Settings, and how to remove it. The address holds a token of 128 bits; whoever has the address
has the profile. Without a FILE, serve the profiles in dist/.

By default the page is served to this machine only. For other devices, give --listen with an address, and --cert and --key
of a certificate they trust; or --http, which lets everybody on the network read the downloads.

It ends with Ctrl-C, after --expires, or after --limit downloads. The files are read once, at the start.`,
		Example: `  syncguard serve dist/icloud-sync.ios-manual.mobileconfig
  syncguard serve --listen 192.168.1.20:8443 --cert mac.pem --key mac.key --once corp.mobileconfig
  syncguard serve --listen 0.0.0.0:8080 --http --expires 10m dist/
  syncguard serve --airdrop corp.mobileconfig`,
		Args: func(_ *cobra.Command, args []string) error {
			o.Paths = args
			return o.check()
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), env, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "address and port; port 0 picks a free one")
	flags.StringArrayVar(&o.hosts, "host", nil, "name of this machine for devices; the first one is shown (repeatable)")
	flags.StringVar(&o.cert, "cert", "", "server certificate with its chain, PEM")
	flags.StringVar(&o.key, "key", "", "private key of --cert, PEM")
	flags.BoolVar(&o.plainHTTP, "http", false, "allow plain HTTP for other machines")
	flags.BoolVar(&o.once, "once", false, "end after one complete download")
	flags.IntVar(&o.limit, "limit", 0, "end after this many complete downloads (0: no limit)")
	flags.DurationVar(&o.expires, "expires", time.Hour, "end after this time (0: never)")
	flags.BoolVar(&o.noQR, "no-qr", false, "print no QR code")
	flags.BoolVar(&o.airdrop, "airdrop", false, "show how to send the file by AirDrop, serve nothing")
	flags.StringArrayVar(&o.Roots, "roots", nil, "roots trusted by the devices, for the signature, instead of the system's (repeatable)")
	_ = cmd.MarkFlagFilename("cert", "pem", "crt")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	_ = cmd.MarkFlagFilename("key", "pem", "key")
	return cmd
}

func (o *serveOptions) check() error {
	switch {
	case (o.cert == "") != (o.key == ""):
		return usage("give both, or neither", "--cert and --key need each other")
	case o.once && o.limit > 1:
		return usage("use one of them", "--once and --limit %d cannot be combined", o.limit)
	case o.limit < 0:
		return usage("want a number, or 0 for no limit", "invalid --limit \"%d\"", o.limit)
	case o.expires < 0:
		return usage("want a duration such as 30m, or 0 for no end", "invalid --expires %q", o.expires)
	}
	for _, host := range o.hosts {
		if u, err := url.Parse("http://" + net.JoinHostPort(host, "80")); err != nil || u.Hostname() != host {
			return usage("want a name or an IP address, such as mac.local", "invalid --host %q", host)
		}
	}
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usage("want ADDRESS:PORT, such as 192.168.1.20:8443, or 127.0.0.1:0 for a free port", "invalid --listen %q", o.listen)
	}
	if ip := net.ParseIP(host); o.cert == "" && !o.plainHTTP && !o.airdrop && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("add --cert and --key, or --http to let others on the network read the downloads",
			"--listen %s is open to other machines", o.listen)
	}
	if o.once {
		o.limit = 1
	}
	return nil
}

func runServe(ctx context.Context, env *Env, o serveOptions) error {
	h := env.host()
	offer, err := app.Serve(ctx, h, o.ServeOptions)
	if err == nil {
		err = env.verdict(offer.Failures, false)
	}
	if err != nil {
		return err
	}
	if o.airdrop {
		return airdrop(ctx, env, offer)
	}
	options := serve.Options{Items: offer.Items, Limit: o.limit, Now: env.Now, Log: accessLog(env)}
	scheme := "http://"
	if o.cert != "" {
		pair, err := app.ServerCertificate(h, o.cert, o.key)
		if err != nil {
			return err
		}
		scheme, options.TLS = "https://", &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	} else if offer.Secret != "" && o.plainHTTP {
		env.err().Warning(offer.Secret + " holds a secret, and everybody on the network can read it")
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", o.listen, errors.Unwrap(err))
	}
	defer listener.Close()
	at := listener.Addr().(*net.TCPAddr)
	options.Hosts, options.Local = serve.Addresses(at, o.hosts), at.IP.IsLoopback()
	if o.expires > 0 {
		options.Expires = env.Now().Add(o.expires)
	}
	server, err := serve.New(scheme+options.Hosts[0], options)
	if err != nil {
		return err
	}
	if err := o.say(env, server.URL(scheme+options.Hosts[0]), offer, options.Expires); err != nil {
		return err
	}
	env.ending.Store(int64(sendsEnding))
	err = server.Run(ctx, listener)
	env.err().Line("ended: %s", text.Count(server.Downloads(), "complete download"))
	return err
}

// say prints the address, on a terminal as a QR code too.
func (o *serveOptions) say(env *Env, address string, offer *app.Offer, expires time.Time) error {
	if _, looks := terminal(env.Stdout); looks && !o.noQR {
		lines, err := serve.TerminalQR(address)
		if err != nil {
			return err
		}
		env.out().QRCode(lines)
	}
	env.out().Line("%s", address)
	env.err().Offer(offer)
	until := "until Ctrl-C"
	if !expires.IsZero() {
		until = "until " + expires.Format(time.TimeOnly)
	}
	if o.limit > 0 {
		until += ", or " + text.Count(o.limit, "download")
	}
	env.err().Line("  %s", until)
	if serve.IsLocal(address) {
		env.err().Hint("only this machine can open the page; for a phone: --listen ADDRESS:PORT with --cert and --key, or with --http")
	}
	return nil
}

// airdrop helps to send the files to a device near by. No documented command of macOS opens the share sheet, so the file is shown
// in the Finder, and the rest is said.
func airdrop(ctx context.Context, env *Env, offer *app.Offer) error {
	inFinder := runtime.GOOS == "darwin"
	if inFinder {
		if err := exec.CommandContext(ctx, "open", append([]string{"-R"}, offer.Paths()...)...).Run(); err != nil {
			return fmt.Errorf("showing the file in the Finder: %w", err)
		}
	}
	env.out().AirDrop(offer, inFinder)
	return nil
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
