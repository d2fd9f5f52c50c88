package cli

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/nanomdm"
)

// nanoMDMOptions are the flags of push nanomdm.
type nanoMDMOptions struct {
	ids        []string
	idsFile    string
	generation string
	noPush     bool
	remove     []string
	list       bool
	key        secretFlag
	listen     string
	webhookKey secretFlag
	wait       time.Duration
}

func pushNanoMDM() *pushDestination {
	d := &pushDestination{name: "nanomdm", encrypted: true,
		short: "Send profiles to devices by a NanoMDM server",
		long: `Send profiles to devices that are enrolled with a NanoMDM server: the command InstallProfile for each profile and enrollment, byte
for byte as the file is, signed or not, and then one push notification a device. The server refuses a command that it has, so
running it again sends only what is missing; --generation sends the same profile anew.

NanoMDM's API says what it has enqueued, not what became of it. It passes on what devices answer to a webhook (its flag
-webhook-url): with --webhook-listen the answers are waited for and shown, --list shows the profiles of the devices, and
--check compares their PayloadUUIDs with those of the files. A device does not give back the content.`,
		example: `  syncguard push nanomdm corp.mobileconfig --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push nanomdm profiles/ --ids-file devices.txt --api-key file:nanomdm.key
  syncguard push nanomdm corp.mobileconfig --id E9085AF6 --webhook-listen 127.0.0.1:9001
  syncguard push nanomdm --remove com.acme.old --ids-file devices.txt
  syncguard push nanomdm --list --id E9085AF6 --webhook-listen 127.0.0.1:9001`,
	}
	o := nanoMDMOptions{key: secretFlag{what: "the API key", variable: d.variable("API_KEY")},
		webhookKey: secretFlag{what: "the webhook's HMAC key", variable: d.variable("WEBHOOK_KEY")}}
	d.flags = o.addFlags
	d.alone = func() bool { return len(o.remove) > 0 || o.list }
	d.connect = o.connect
	return d
}

func (o *nanoMDMOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&o.ids, "id", nil, "enrollment IDs that it is for (repeatable, or with commas)")
	flags.StringVar(&o.idsFile, "ids-file", "", "file with one enrollment ID a line; lines that begin with # are skipped")
	flags.StringSliceVar(&o.remove, "remove", nil, "PayloadIdentifier of a profile that is to be removed (repeatable, or with commas)")
	flags.BoolVar(&o.list, "list", false, "ask the devices for their profiles; it needs --webhook-listen")
	flags.StringVar(&o.generation, "generation", "", "any text; another one than before sends the same profile anew")
	flags.BoolVar(&o.noPush, "no-push", false, "do not notify the devices: they get it when they connect by themselves")
	flags.StringVar(&o.listen, "webhook-listen", "", "HOST:PORT where NanoMDM's webhook arrives; then the devices are waited for")
	flags.DurationVar(&o.wait, "wait", 5*time.Minute, "how long the devices are waited for")
	o.key.addFlags(cmd, "api-key")
	o.webhookKey.addFlags(cmd, "webhook-key")
	_ = cmd.MarkFlagFilename("ids-file")
}

func (o *nanoMDMOptions) connect(ctx context.Context, p *pushing) (deploy.Destination, *deploy.Client, error) {
	ids, err := o.enrollments()
	if err != nil {
		return nil, nil, err
	}
	if o.list && o.listen == "" && !p.o.dryRun {
		return nil, nil, usage("give --webhook-listen HOST:PORT, and run NanoMDM with -webhook-url http://HOST:PORT", "--list has nowhere to read what the devices answer")
	}
	if p.o.check && len(p.o.paths) == 0 {
		return nil, nil, usage("name the profiles that the devices should have", "--check compares files, and none is named")
	}
	warnOfMixture(p)
	for _, x := range p.loaded {
		if slices.Contains(o.remove, x.Identifier()) {
			return nil, nil, usage("do one after the other", "%s is %s, which --remove names", x.Name, x.Identifier())
		}
	}
	key, err := p.secret(ctx, &o.key)
	if err != nil {
		return nil, nil, err
	}
	c, err := p.client(nanomdm.Options(key))
	if err != nil {
		return nil, nil, err
	}
	d := &nanomdm.Destination{Enrollments: ids, Generation: o.generation, NoPush: o.noPush, Remove: o.remove, List: o.list,
		Client: c, Wait: o.wait, Now: p.env.Now()}
	if o.listen != "" && !p.o.dryRun {
		if d.Webhook, err = o.listenAt(ctx, p); err != nil {
			return nil, nil, err
		}
		d.Ask = p.o.check
	}
	return d, c, nil
}

// warnOfMixture warns where each device is sent what can only be for some of them.
func warnOfMixture(p *pushing) {
	var platforms []string
	for _, x := range p.loaded {
		if name := string(x.Platform()); name != "" && !slices.Contains(platforms, name) {
			platforms = append(platforms, name)
		}
	}
	if len(platforms) > 1 && !p.o.check {
		slices.Sort(platforms)
		p.env.err().Warning(fmt.Sprintf("the profiles are for different devices (%s), and each enrollment is sent all of them; push those of one platform at a time, with its own --ids-file", strings.Join(platforms, ", ")))
	}
}

// enrollments returns the IDs of the flags, each once.
func (o *nanoMDMOptions) enrollments() ([]string, error) {
	ids := slices.Clone(o.ids)
	if o.idsFile != "" {
		data, err := readFile(o.idsFile)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				ids = append(ids, line)
			}
		}
	}
	if len(ids) == 0 && o.idsFile != "" {
		return nil, usage("write one a line", "%s: holds no enrollment ID", o.idsFile)
	}
	if len(ids) == 0 {
		return nil, usage("give --id ENROLLMENT, or --ids-file FILE", "for which enrollments is not said")
	}
	seen := map[string]bool{}
	ids = slices.DeleteFunc(ids, func(id string) bool { again := seen[id]; seen[id] = true; return again })
	return ids, checkEnrollments(ids)
}

func checkEnrollments(ids []string) error {
	for _, id := range ids {
		if err := nanomdm.CheckEnrollment(id); err != nil {
			return usage("it is a UDID, or UDID:USER", "%s", err)
		}
	}
	return nil
}

// listenAt begins to listen for the webhook, until the run ends.
func (o *nanoMDMOptions) listenAt(ctx context.Context, p *pushing) (*nanomdm.Webhook, error) {
	w := &nanomdm.Webhook{}
	if o.webhookKey.isThere(p.env) {
		key, err := o.webhookKey.read(ctx, p.env)
		if err != nil {
			return nil, err
		}
		w.Key = []byte(key)
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, fmt.Errorf("listening for the webhook: %w", err)
	}
	if address, ok := listener.Addr().(*net.TCPAddr); w.Key == nil && (!ok || !address.IP.IsLoopback()) {
		_ = listener.Close()
		return nil, usage("run NanoMDM with -webhook-hmac-key, and give the same key with --webhook-key",
			"anybody who reaches %s could make up what devices answer", o.listen)
	}
	server := &http.Server{Handler: w, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, MaxHeaderBytes: 1 << 16}
	go func() { _ = server.Serve(listener) }()
	p.closers = append(p.closers, func() { _ = server.Close() })
	return w, nil
}
