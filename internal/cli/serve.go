package cli

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"runtime"
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
	lan       bool
	hosts     []string
	cert, key string
	plainHTTP bool
	once      bool
	limit     int
	expires   time.Duration
	noQR      bool
	airdrop   bool
}

// thisMachine is the address to listen on for this machine alone.
const thisMachine = "127.0.0.1:0"

func newServeCmd(env *Env) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve [FILE…|FOLDER]",
		Short: "Serve an install page with a QR code, for people without an MDM",
		Long: `Serve profiles on an install page: a button, what the profile does on the device in plain sentences, what the device
will say about its signature, the steps in Settings, and the steps that no profile can take, as a list to tick off. The
address holds a token of 128 bits; whoever has the address has the profile.

Without a FILE, serve the build of the project here or above, or else the profiles in dist/. Of a folder, only what a person
can install is offered; profiles for MDM are named and left out.

By default the page is served to this machine only. For phones on the same network, --lan picks the address and a free port,
and makes a certificate, so the phone warns once before it opens the page; give --cert and --key of a certificate it trusts
to avoid that, or --http, which lets everybody on the network read and change the downloads.

It ends with Ctrl-C, after --expires, or after --limit downloads. The files are read once, at the start.`,
		Example: `  syncguard serve dist/icloud-sync.macos-manual.mobileconfig
  syncguard serve --lan --once dist/icloud-sync.ios-manual.mobileconfig
  syncguard serve --listen 192.168.1.20:8443 --cert mac.pem --key mac.key corp.mobileconfig
  syncguard serve --lan --http --expires 10m dist/
  syncguard serve --airdrop corp.mobileconfig`,
		Args: func(_ *cobra.Command, args []string) error {
			o.Paths = args
			return o.check()
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), env, o) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.lan, "lan", false, "serve to the local network, with a certificate made for it unless --cert or --http is given")
	flags.StringVar(&o.listen, "listen", thisMachine, "address and port; port 0 picks a free one")
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
	case o.lan && o.listen != thisMachine:
		return usage("use one of them", "--lan and --listen cannot be combined")
	case o.cert != "" && o.plainHTTP:
		return usage("use one of them", "--cert and --http cannot be combined")
	case o.once && o.limit > 1:
		return usage("use one of them", "--once and --limit %d cannot be combined", o.limit)
	case o.limit < 0:
		return usage("want a number, or 0 for no limit", "invalid --limit \"%d\"", o.limit)
	case o.expires < 0:
		return usage("want a duration such as 30m, or 0 for no end", "invalid --expires %q", o.expires)
	}
	for _, host := range o.hosts {
		if !serve.IsHost(host) {
			return usage("want a name or an IP address, such as mac.local", "invalid --host %q", host)
		}
	}
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usage("want ADDRESS:PORT, such as 192.168.1.20:8443, or 127.0.0.1:0 for a free port", "invalid --listen %q", o.listen)
	}
	if ip := net.ParseIP(host); o.cert == "" && !o.plainHTTP && !o.airdrop && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("add --cert and --key, or --http to let others on the network read the downloads; --lan makes a certificate",
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
	options := serve.Options{Offer: offer, Names: o.hosts, SelfSigned: o.lan && !o.plainHTTP, Limit: o.limit, Now: env.Now}
	options.Log = func(e serve.Entry) { // no token is in it
		env.err().Line("%s  %s  %d  %s", env.Now().Format(time.TimeOnly), view.Clean(e.Client), e.Status, view.Clean(e.What))
	}
	if o.expires > 0 {
		options.Expires = env.Now().Add(o.expires)
	}
	if o.cert != "" {
		if options.Certificate, err = app.ServerCertificate(h, o.cert, o.key); err != nil {
			return err
		}
	}
	if o.lan {
		o.listen = serve.LocalNetwork
	}
	listener, err := serve.Listen(o.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	server, err := serve.Open(listener, options)
	if err != nil {
		return err
	}
	if _, looks := terminal(env.Stdout); looks && !o.noQR && server.HasQR() {
		lines, err := serve.TerminalQR(server.Address())
		if err != nil {
			return err
		}
		env.out().QRCode(lines)
	}
	env.out().Line("%s", server.Address())
	env.err().Offer(offer, options.Expires, o.limit)
	for _, advice := range server.Advice() {
		env.err().Hint(advice)
	}
	if options.Certificate == nil && o.plainHTTP && offer.Secret != "" {
		env.err().Warning(offer.Secret + " holds a secret, and everybody on the network can read it")
	}
	env.ending.Store(int64(sendsEnding))
	err = server.Run(ctx, listener)
	env.err().Line("ended: %s", text.Count(server.Downloads(), "complete download"))
	return err
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
