package cli

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/mdm"
)

func newPushCmd(env *Env, version string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "push",
		Short: "Bring profiles to an MDM server",
		Long: `Bring profiles to an MDM server. What the server has already is updated and not made twice, so a push that was interrupted
can be run again. Nothing is sent unless every file is one that the server takes; a signature that it would refuse or lose is
taken off, which is said.

--dry-run shows the requests that would be sent, without secrets, and --check compares what the server has with what would
be sent: the exit code is 1 when they differ.`,
		Example: `  syncguard push nanomdm corp.mobileconfig --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push nanomdm profiles/ --ids-file devices.txt --dry-run`,
		Args: subcommandArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, d := range []*pushDestination{
		pushAppleBusiness(),
		pushFleet(),
		pushIntune(),
		pushJamf(),
		pushKMFDDM(),
		pushNanoMDM(),
	} {
		cmd.AddCommand(d.command(env, version))
	}
	return cmd
}

// pushDestination is one kind of server, as a subcommand of push.
type pushDestination struct {
	name                 string // of the subcommand, and of the server in package mdm
	title                string // what its maker calls it, where package mdm does not know it
	short, long, example string
	declarations         bool   // it takes declarations, and no profiles
	address              string // of the server where there is but one, "" where it is to be given
	encrypted            bool   // it takes profiles that are encrypted for one device
	flags                func(*cobra.Command)
	alone                func() bool // there is something to do without files; nil for never
	// connect makes the destination and the client that speaks to it, of p.client and p.secret.
	connect func(ctx context.Context, p *pushing) (deploy.Destination, *deploy.Client, error)
}

// server is what is known of the server.
func (d *pushDestination) server() *mdm.Server {
	if s := mdm.Find(d.name); s != nil {
		return s
	}
	return &mdm.Server{ID: d.name, Name: d.title}
}

// variable is the name of an environment variable that holds something for this destination.
func (d *pushDestination) variable(what string) string {
	return "SYNCGUARD_" + strings.ToUpper(strings.ReplaceAll(d.name, "-", "_")) + "_" + what
}

// pushOptions are the flags of every destination.
type pushOptions struct {
	paths   []string
	address string
	roots   []string // --ca
	dryRun  bool
	full    bool
	check   bool
	format  choiceFlag
}

func (d *pushDestination) command(env *Env, version string) *cobra.Command {
	var o pushOptions
	cmd := &cobra.Command{
		Use:     d.name + " FILE…",
		Short:   d.short,
		Long:    d.long,
		Example: d.example,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && (d.alone == nil || !d.alone()) {
				return usage("name a file, a folder, or - for stdin", "nothing to push")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			p := &pushing{pushDestination: d, env: env, o: o, version: version, verb: "sent"}
			return p.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.address, "server", "", cond(d.address != "", "address of the server, if not "+d.address)+
		cond(d.address == "", "address of the server, such as https://mdm.example.com")+" (or "+d.variable("URL")+")")
	flags.StringArrayVar(&o.roots, "ca", nil, "certificates to trust in place of the system's, PEM or DER (repeatable)")
	flags.BoolVar(&o.dryRun, "dry-run", false, "show the requests that would be sent, without secrets")
	flags.BoolVar(&o.full, "full", false, "show whole bodies with --dry-run")
	flags.BoolVar(&o.check, "check", false, "only compare what the server has with what would be sent; exit with 1 if they differ")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagFilename("ca", "pem", "crt", "cer")
	d.flags(cmd)
	return cmd
}

func (o *pushOptions) validate() error {
	switch {
	case o.dryRun && o.check:
		return usage("give one of the two", "--dry-run cannot go with --check")
	case o.full && !o.dryRun:
		return usage("add --dry-run", "--full is about what --dry-run shows")
	}
	return nil
}

// pushing is one run of a subcommand.
type pushing struct {
	*pushDestination
	env     *Env
	o       pushOptions
	version string
	verb    string // what is done with profiles: sent or written

	loaded  []*deploy.Profile
	hiding  hiding
	unknown []string // what --dry-run goes without
	closers []func() // what ends with the run
}

func (p *pushing) close() {
	for _, c := range p.closers {
		c()
	}
}

// client makes the client of the server, whose address and roots the flags say.
func (p *pushing) client(o deploy.Options) (*deploy.Client, error) {
	address := p.o.address
	if address == "" {
		address, _ = p.env.lookup(p.variable("URL"))
	}
	if address == "" {
		address = p.pushDestination.address
	}
	if address == "" {
		return nil, usage("give --server https://mdm.example.com, or set "+p.variable("URL"), "which server is not said")
	}
	roots, err := p.roots()
	if err != nil {
		return nil, err
	}
	if b, ok := o.Authorizer.(deploy.Basic); ok { // a server can echo it as it was sent
		p.hiding.add(base64.StdEncoding.EncodeToString([]byte(b.User + ":" + b.Password)))
	}
	o.Roots, o.UserAgent, o.Hide = roots, "syncguard/"+p.version, p.hiding.hide
	c, err := deploy.NewClient(address, o)
	if err != nil {
		return nil, usage("give the address as https://mdm.example.com", "%s", err)
	}
	return c, nil
}

const caHint = "give the certificate of its authority with --ca, if the server is the right one"

// trustHint adds to an error of trust what to do.
func trustHint(err error) error {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return withHint(err, caHint)
	}
	return err
}

func (p *pushing) roots() (*x509.CertPool, error) { return readRoots(p.o.roots) }

// secret returns a credential from where its flag says. A dry run goes without, and then does not ask the server.
func (p *pushing) secret(ctx context.Context, f *secretFlag) (string, error) {
	if p.o.dryRun && !f.isThere(p.env) {
		p.unknown = append(p.unknown, f.what)
		return "", nil
	}
	secret, err := f.read(ctx, p.env)
	p.hiding.add(secret)
	return secret, err
}

// asks says whether the server can be asked what it has.
func (p *pushing) asks() bool { return len(p.unknown) == 0 }

// describeUnknown names what is missing to ask the server.
func (p *pushing) describeUnknown() string {
	return fmt.Sprintf("the server was not asked what it has, since %s is not given", strings.Join(slices.Compact(p.unknown), " and "))
}
