package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/inventory"
	"syncguard/internal/target"
)

// InventoryOptions name a list of devices, and what it does not say itself.
type InventoryOptions struct {
	Path    string   // a file, or - for stdin
	Columns []string // FIELD=HEADER; FIELD=- for none
	Assume  []string // supervised=yes, supervised=no or enrollment=ENROLLMENT
}

// IsSet reports whether there is a list.
func (o *InventoryOptions) IsSet() bool { return o.Path != "" }

// openInventory opens a list of devices. The function closes it, also after an error of the reader.
func (h *Host) openInventory(ctx context.Context, o InventoryOptions) (*inventory.Reader, func(), error) {
	options, err := o.parse()
	if err != nil {
		return nil, nil, err
	}
	var in io.Reader = h.Stdin
	end := func() {}
	if options.Name = o.Path; o.Path == "-" {
		options.Name = "stdin"
	} else {
		f, err := h.Files.Open(o.Path)
		if err != nil {
			return nil, nil, err
		}
		in, end = f, func() { _ = f.Close() }
	}
	r, err := inventory.Open(interruptible{ctx, in}, options)
	if err != nil {
		end()
		return nil, nil, err
	}
	return r, end, nil
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
