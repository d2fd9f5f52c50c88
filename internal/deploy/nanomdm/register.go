package nanomdm

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

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
)

// Destination registers NanoMDM.
func Destination() *deploy.Destination {
	return &deploy.Destination{
		Name: "nanomdm", Encrypted: true,
		Push: &deploy.Help{Short: "Send profiles to devices through a NanoMDM server",
			Long: `Send profiles to devices enrolled with a NanoMDM server: the command InstallProfile for each profile and enrollment, with the exact
bytes of the file, signed or not, then one push notification to each device. The server refuses a command it already has, so
running again sends only the missing ones; --generation sends the same profile again.

NanoMDM's API reports commands as enqueued, not their results. It passes the devices' answers on to a webhook (its flag
-webhook-url): --webhook-listen waits for the answers and shows them, --list shows the devices' profiles, and --check compares
their PayloadUUIDs with the files. Devices do not return a profile's content.`,
			Example: `  syncguard push nanomdm corp.mobileconfig --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8
  syncguard push nanomdm profiles/ --ids-file devices.txt --api-key file:nanomdm.key
  syncguard push nanomdm corp.mobileconfig --id E9085AF6 --webhook-listen 127.0.0.1:9001
  syncguard push nanomdm --remove com.acme.old --ids-file devices.txt
  syncguard push nanomdm --list --id E9085AF6 --webhook-listen 127.0.0.1:9001`,
			Takes: "profiles, byte for byte", Proof: "**a real server**, v0.9.0, and our own device speaking Apple's check-in and command protocol (`make e2e`). No Apple device"},
		Export: &deploy.Help{Short: "Write the command InstallProfile, for NanoMDM and similar servers",
			Long: `Write the command InstallProfile for each profile, with the exact bytes of the file, signed or not, ready to enqueue on a server
such as NanoMDM. The CommandUUID is derived from the content, so the same command is enqueued once; --generation makes a new
command for the same profile.`,
			Example: `  syncguard export nanomdm profiles/ -o commands
  syncguard export nanomdm corp.mobileconfig | curl -T - "$NANOMDM/v1/enqueue/$ID" -u nanomdm`,
			Takes: "`NAME.plist`: the command InstallProfile", Proof: "`PUT /v1/enqueue/ID,ID`, or a server like it"},
		Delivery: deploy.Delivery{Source: "https://github.com/micromdm/kmfddm", Profiles: "The command InstallProfile with the bytes of the file, signed or not.",
			Declarations: "A server for declarations beside it, such as KMFDDM, takes configurations and activations."},
		Flags: []deploy.Flag{
			{Name: "id", Kind: deploy.List, Usage: "enrollment IDs to send to (repeatable, or comma-separated)"},
			{Name: "ids-file", Kind: deploy.Path, Usage: "file with one enrollment ID per line; lines starting with # are skipped"},
			{Name: "remove", Kind: deploy.List, Usage: "PayloadIdentifier of a profile to remove (repeatable, or comma-separated)", WithoutProfiles: true},
			{Name: "list", Kind: deploy.Switch, Usage: "list the devices' profiles; needs --webhook-listen", WithoutProfiles: true},
			{Name: "generation", Usage: "any text; a new one sends the same profile as a new command", Export: true},
			{Name: "no-push", Kind: deploy.Switch, Usage: "do not notify the devices: they get it when they next connect"},
			{Name: "webhook-listen", Usage: "HOST:PORT to receive NanoMDM's webhook; waits for the devices' answers"},
			{Name: "wait", Kind: deploy.Duration, Usage: "how long to wait for the devices", Default: "5m0s"},
			{Name: "api-key", Kind: deploy.Secret, Usage: "the API key", Variable: "API_KEY"},
			{Name: "webhook-key", Kind: deploy.Secret, Usage: "the webhook's HMAC key", Variable: "WEBHOOK_KEY"},
		},
		Open: open,
	}
}

func open(ctx context.Context, s *deploy.Setup) (*deploy.Session, error) {
	d := &Server{Generation: s.Text("generation"), NoPush: s.Bool("no-push"), Remove: s.Given["remove"], List: s.Bool("list"), Wait: s.Duration("wait"), Now: s.Now()}
	if s.WriteFiles {
		d.Enrollments = []string{"ID"} // a placeholder: the enrollments stand in the address of the request, not in the command
		return d.Session(), nil
	}
	var err error
	if d.Enrollments, err = enrollments(s); err != nil {
		return nil, err
	}
	if err := checkFlags(s); err != nil {
		return nil, err
	}
	warnAboutMixedPlatforms(s)
	key, err := s.Secret(ctx, "api-key")
	if err != nil {
		return nil, err
	}
	if d.Client, err = s.Client("", Options(key)); err != nil {
		return nil, err
	}
	if s.Text("webhook-listen") != "" && !s.DryRun {
		d.AskDevices = s.Check
		if d.Webhook, err = listenForReports(ctx, s); err != nil {
			return nil, err
		}
	}
	return d.Session(), nil
}

// checkFlags returns an error for flags or files contradicting each other.
func checkFlags(s *deploy.Setup) error {
	switch {
	case s.Bool("list") && s.Text("webhook-listen") == "" && !s.DryRun:
		return diag.Usage("give --webhook-listen HOST:PORT, and run NanoMDM with -webhook-url http://HOST:PORT", "--list needs --webhook-listen to receive the devices' answers")
	case s.Check && len(s.Profiles) == 0:
		return diag.Usage("name the profiles expected on the devices", "--check needs files to compare")
	}
	for _, p := range s.Profiles {
		if slices.Contains(s.Given["remove"], p.Identifier()) {
			return diag.Usage("send and remove it in separate runs", "%s has the identifier %s, also given to --remove", p.Name, p.Identifier())
		}
	}
	return nil
}

// Session returns the functions of the destination.
func (d *Server) Session() *deploy.Session {
	s := &deploy.Session{Client: d.Client, Prepare: d.Prepare, Find: d.Find, Compare: d.Compare, Request: d.Request, Outcome: d.Outcome, Commands: d.Commands(),
		FinalRequests: d.FinalRequests, FinalFailures: d.FinalFailures, Files: deploy.Bodies(d.Request, ".plist")}
	if d.Webhook != nil {
		s.Expect, s.Follow = d.Expect, d.Follow
		s.PendingNote = "commands stay enqueued until the device connects, and pushing again does not send them twice; to ask the device later, use --check --webhook-listen"
	}
	return s
}

// warnAboutMixedPlatforms warns if every device is sent profiles meant for some of them.
func warnAboutMixedPlatforms(s *deploy.Setup) {
	var platforms []string
	for _, p := range s.Profiles {
		if name := string(p.Platform()); name != "" && !slices.Contains(platforms, name) {
			platforms = append(platforms, name)
		}
	}
	if len(platforms) > 1 && !s.Check {
		slices.Sort(platforms)
		s.Warn(fmt.Sprintf("the profiles are for different platforms (%s), but every enrollment gets all of them; push one platform at a time, each with its own --ids-file", strings.Join(platforms, ", ")))
	}
}

// enrollments returns the IDs given by flags, each once.
func enrollments(s *deploy.Setup) ([]string, error) {
	ids, path := slices.Clone(s.Given["id"]), s.Text("ids-file")
	if path != "" {
		data, err := s.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				ids = append(ids, line)
			}
		}
	}
	if len(ids) == 0 && path != "" {
		return nil, diag.Usage("write one per line", "%s: no enrollment ID found", path)
	}
	if len(ids) == 0 {
		return nil, diag.Usage("give --id ENROLLMENT, or --ids-file FILE", "missing enrollment ID")
	}
	seen := map[string]bool{}
	ids = slices.DeleteFunc(ids, func(id string) bool { again := seen[id]; seen[id] = true; return again })
	return ids, deploy.CheckEnrollments(ids)
}

// listenForReports starts the webhook's listener, which runs until the end of the run. An address open to others needs a key.
func listenForReports(ctx context.Context, s *deploy.Setup) (*Webhook, error) {
	w := &Webhook{}
	if s.HasSecret("webhook-key") {
		key, err := s.Secret(ctx, "webhook-key")
		if err != nil {
			return nil, err
		}
		w.Key = []byte(key)
	}
	listener, err := net.Listen("tcp", s.Text("webhook-listen"))
	if err != nil {
		return nil, fmt.Errorf("listening for the webhook: %w", err)
	}
	if address, ok := listener.Addr().(*net.TCPAddr); w.Key == nil && (!ok || !address.IP.IsLoopback()) {
		_ = listener.Close()
		return nil, diag.Usage("run NanoMDM with -webhook-hmac-key, and give the same key with --webhook-key",
			"--webhook-listen %s needs --webhook-key: without it, others on the network can forge answers", s.Text("webhook-listen"))
	}
	server := &http.Server{Handler: w, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, MaxHeaderBytes: 1 << 16}
	go func() { _ = server.Serve(listener) }()
	s.Close = append(s.Close, func() { _ = server.Close() })
	return w, nil
}
