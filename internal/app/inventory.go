package app

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/inventory"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// InventoryOptions name a list of devices, and what it does not say itself.
type InventoryOptions struct {
	Path    string   // a file, or - for stdin
	From    string   // a destination whose server is asked for the list; its credentials are those of push
	Server  string   // its address; "" for the environment's, or for the only one there is
	Flags   []string // NAME=VALUE: flags of the destination
	Columns []string // FIELD=HEADER; FIELD=- for none
	Assume  []string // supervised=yes, supervised=no or enrollment=ENROLLMENT
}

// IsSet reports whether there is a list.
func (o *InventoryOptions) IsSet() bool { return o.Path != "" || o.From != "" }

// InventorySources names the destinations whose servers can be asked for their devices.
func InventorySources() (names []string) {
	for _, d := range Destinations() {
		if d.Inventory {
			names = append(names, d.Name)
		}
	}
	return names
}

// openInventory opens a list of devices. The function closes it, also after an error of the reader.
func (h *Host) openInventory(ctx context.Context, o InventoryOptions) (*inventory.Reader, func(), error) {
	options, err := o.parse()
	if err != nil {
		return nil, nil, err
	}
	if err := h.projectInventory(&options); err != nil {
		return nil, nil, err
	}
	in, end, err := h.inventoryBytes(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	switch options.Name = o.Path; {
	case o.From != "":
		options.Name = "the devices of " + o.From
	case o.Path == "-":
		options.Name = "stdin"
	}
	r, err := inventory.Open(interruptible{ctx, in}, options)
	if err != nil {
		end()
		return nil, nil, err
	}
	return r, end, nil
}

// projectInventory takes from the project file what the command line leaves open.
func (h *Host) projectInventory(o *inventory.Options) error {
	path, data, err := h.readProject()
	if data == nil || err != nil {
		return err
	}
	project, mistakes := template.ReadProject(diag.NewFile(path, data))
	for i := range mistakes {
		if mistakes[i].Path.Has(diag.Keys("inventory")) { // lint reports the others
			return diag.DefectError(path, &mistakes[i])
		}
	}
	if len(project.Columns)+len(project.Assume) > 0 {
		h.note("using inventory of " + path)
	}
	o.Project = project.Columns
	o.Assume.Supervised = cmp.Or(o.Assume.Supervised, project.Assume["supervised"])
	o.Assume.Enrollment = cmp.Or(o.Assume.Enrollment, target.Enrollment(project.Assume["enrollment"]))
	return nil
}

// inventoryBytes opens the bytes of a list.
func (h *Host) inventoryBytes(ctx context.Context, o InventoryOptions) (io.Reader, func(), error) {
	switch {
	case o.From != "" && o.Path != "":
		return nil, nil, diag.Usage("give one of them", "--inventory and --inventory-from cannot be combined")
	case o.From != "":
		return h.askInventory(ctx, o)
	case o.Path == "-":
		return h.Stdin, func() {}, nil
	}
	f, err := h.Files.Open(o.Path)
	if err != nil {
		return nil, nil, err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close()
		return nil, nil, diag.WithHint(fmt.Errorf("%s is a folder", o.Path), "name the file of the list")
	}
	return f, func() { _ = f.Close() }, nil
}

// interruptible is a reader that ends with its context.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.in.Read(p)
}

// askInventory asks the server of a destination for its devices. Pages come as they are read.
func (h *Host) askInventory(ctx context.Context, o InventoryOptions) (io.Reader, func(), error) {
	d, err := destination(o.From)
	if err != nil || !d.Inventory {
		return nil, nil, diag.Usage("want "+text.Choices(InventorySources()), "%s for --inventory-from cannot be asked for its devices", text.Quote(o.From))
	}
	setup := &deploy.Setup{Destination: d, Given: deploy.Values{}, Server: o.Server, UserAgent: "syncguard", Check: true, Host: h.deployHost(), FlagForm: inventoryFlag}
	for _, flag := range o.Flags {
		name, value, ok := strings.Cut(flag, "=")
		if !ok {
			return nil, nil, diag.Usage("for example "+inventoryFlag(d.Flags[0].Name, "VALUE"), "invalid --inventory-option %q: want NAME=VALUE", flag)
		}
		setup.Given[name] = append(setup.Given[name], value)
	}
	if setup.Roots, err = h.readRoots(setup.Given["ca"]); err != nil {
		return nil, nil, err
	}
	delete(setup.Given, "ca")
	ctx, cancel := context.WithCancel(ctx)
	end := func() {
		cancel()
		for _, end := range setup.Close {
			end()
		}
	}
	session, err := setup.Start(ctx)
	if err != nil {
		end()
		return nil, nil, err
	}
	pages, write := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := session.Inventory(ctx, func(page []byte) error {
			_, err := write.Write(page)
			return err
		})
		var unknown x509.UnknownAuthorityError
		if err = setup.Redactor.HideError(err); errors.As(err, &unknown) {
			err = diag.WithHint(err, "if this is the right server, give the certificate of its authority with %s", inventoryFlag("ca", "FILE"))
		}
		_ = write.CloseWithError(err)
	}()
	return pages, func() {
		_ = pages.CloseWithError(errors.New("closed"))
		cancel()
		<-done
		end()
	}, nil
}

// inventoryFlag is a flag of push as the commands that read inventories take it.
func inventoryFlag(name, value string) string {
	if name == "server" {
		return "--inventory-server " + value
	}
	return "--inventory-option " + name + "=" + value
}

// deployHost is the world of destinations.
func (h *Host) deployHost() deploy.Host {
	return deploy.Host{ReadFile: h.readFile, ReadSecret: h.readSecret, Getenv: h.Getenv, Now: h.Now, Ask: h.Ask, HTTP: h.HTTP,
		Warn: func(text string) { h.warn(text, "") }}
}

// parse reads the words of columns and assumptions.
func (o *InventoryOptions) parse() (inventory.Options, error) {
	options := inventory.Options{Columns: map[string]string{}}
	for _, word := range o.Columns {
		field, header, ok := strings.Cut(word, "=")
		if !ok || field == "" || header == "" {
			return options, diag.Usage(fmt.Sprintf("for example --column %s=\"OS Version\"", inventory.Version), "invalid --column %q: want FIELD=HEADER", word)
		}
		if _, twice := options.Columns[field]; twice {
			return options, diag.Usage("name each field once", "--column %s is given twice", field)
		}
		options.Columns[field] = header
	}
	for _, word := range o.Assume {
		switch what, value, _ := strings.Cut(word, "="); what {
		case "supervised":
			options.Assume.Supervised = strings.ToLower(value)
		case "enrollment":
			options.Assume.Enrollment = target.Enrollment(strings.ToLower(value))
		default:
			return options, diag.Usage("want supervised=yes, supervised=no or enrollment=device", "invalid --assume %q", word)
		}
	}
	return options, nil
}
