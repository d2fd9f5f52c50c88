package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/decompose"
	"syncguard/internal/deploy"
	"syncguard/internal/intake"
	"syncguard/internal/view"
)

func newExportCmd(env *Env, version string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write profiles as the files that other pipelines carry to an MDM server",
		Long: `Write profiles as the files that other pipelines carry to an MDM server: the body of the request that creates each one, or
the folder that the server's own tool takes. The profiles are checked, and changed for the server, as push does.

All files are written or none. A file that is there with another content is replaced only with --force.`,
		Example: `  syncguard export jamf profiles/ -o jamf
  syncguard export fleet profiles/ -o fleet-gitops --team Workstations
  syncguard export nanomdm corp.mobileconfig | curl -T - "$NANOMDM/v1/enqueue/$ID" -u nanomdm`,
		Args: subcommandArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, d := range []*exportDestination{
		exportAppleBusiness(),
		exportFleet(),
		exportIntune(),
		exportIru(),
		exportJamf(),
		exportNanoMDM(),
	} {
		cmd.AddCommand(d.command(env, version))
	}
	return cmd
}

// exportDestination is one kind of server, as a subcommand of export.
type exportDestination struct {
	*pushDestination
	folder   bool // its files make a folder, and are never one text
	exporter func() (deploy.Exporter, error)
}

// exportOptions are the flags of every subcommand.
type exportOptions struct {
	out    string
	force  bool
	format choiceFlag
}

func (d *exportDestination) command(env *Env, version string) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:     d.name + " FILE…",
		Short:   d.short,
		Long:    d.long,
		Example: d.example,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a profile, a folder, or - for stdin", "nothing to export")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p := &pushing{pushDestination: d.pushDestination, env: env, o: pushOptions{paths: args}, version: version, verb: "written"}
			return (&exporting{p, d, o, view.Export{Destination: d.name, Output: o.out, Files: []view.Exported{}}}).run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "", "folder for the files"+cond(!d.folder, "; without it one goes to stdout"))
	flags.BoolVar(&o.force, "force", false, "replace files that are there")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagDirname("out")
	d.flags(cmd)
	return cmd
}

// exporting is one run of a subcommand: a push that ends in files.
type exporting struct {
	*pushing
	destination *exportDestination
	o           exportOptions
	report      view.Export
}

func (x *exporting) run(ctx context.Context) error {
	if x.o.out == "" && (x.destination.folder || x.o.format.isJSON()) {
		if x.destination.folder {
			return usage("-o FOLDER", "what %s takes is a folder", x.server().Name)
		}
		return usage("-o FOLDER", "--format json and the file cannot both go to stdout")
	}
	exporter, err := x.destination.exporter()
	if err != nil {
		return err
	}
	profiles, err := x.load()
	if err != nil {
		return err
	}
	if x.o.out == "" && len(profiles) > 1 {
		return usage("name a folder with -o", "%s would become one text", view.Count(len(profiles), "profile"))
	}
	parcels, err := x.pack(exporter, profiles)
	if err != nil {
		return err
	}
	names, stems := decompose.Names{}, make([]string, len(parcels))
	for i, p := range parcels {
		stems[i] = names.Unique(deploy.Stem(p.Profile.Name), "-")
	}
	files, err := exporter.Export(os.DirFS(x.o.out), parcels, stems)
	if err != nil {
		return fmt.Errorf("exporting to %s: %w", x.o.out, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if x.o.out == "" {
		return x.print(files)
	}
	return x.write(files)
}

// print writes the one file to stdout, and what is to be known of it to stderr.
func (x *exporting) print(files []*deploy.File) error {
	for _, f := range files {
		for _, note := range f.Parcel.Notes {
			x.env.err().Warning(f.Parcel.Profile.Name + ": " + note)
		}
		if _, err := x.env.Stdout.Write(f.Data); err != nil {
			return err
		}
	}
	return nil
}

// write writes all files, or none, and says what became of each.
func (x *exporting) write(files []*deploy.File) error {
	staging := newStaging(x.env.Now())
	defer func() { _ = staging.Close() }()
	var inTheWay []string
	for _, f := range files {
		row, mode := exported(f)
		path := filepath.Join(x.o.out, filepath.FromSlash(f.Name))
		same, err := holds(path, f.Data, mode)
		switch {
		case f.Data == nil:
			row.Action = view.Kept
		case same:
			row.Action = view.Unchanged
		case err == nil:
			row.Action = view.Replaced
			if !x.o.force {
				inTheWay = append(inTheWay, path)
			}
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if row.Action == view.Written || row.Action == view.Replaced {
			if err := staging.Add(path, f.Data, mode); err != nil {
				return err
			}
		}
		x.report.Files = append(x.report.Files, row)
	}
	if len(inTheWay) > 0 {
		return withHint(fmt.Errorf("%s: there already, and not as it would be written; nothing was written", strings.Join(inTheWay, ", ")),
			"choose another folder, or --force to replace them")
	}
	if err := staging.Commit(); err != nil {
		return err
	}
	if x.name == "fleet" {
		x.sayWhoLists()
	}
	if x.o.format.isJSON() {
		return view.WriteJSON(x.env.Stdout, x.report)
	}
	x.env.out().Export(&x.report, x.server().Name)
	return nil
}

// holds says whether a file has that content, and is open to no more people than it is to be.
func holds(path string, data []byte, mode fs.FileMode) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() { // a link is in the way, wherever it leads
		return false, err
	}
	there, err := readFile(path)
	return bytes.Equal(there, data) && (mode == 0o644 || info.Mode().Perm()&^mode == 0), err
}

// exported says what a file is, and who may read it.
func exported(f *deploy.File) (row view.Exported, mode fs.FileMode) {
	row, mode = view.Exported{Name: f.Name, Action: view.Written, Notes: []string{}}, 0o644
	if f.Parcel != nil {
		row.File, row.Identifier = f.Parcel.Profile.Name, f.Parcel.Profile.Identifier()
		if !f.Beside {
			row.Notes = append(row.Notes, f.Parcel.Notes...)
		}
		if row.Secrets = f.Data != nil && !f.Beside && hasSecrets(f.Parcel.Profile.Root); row.Secrets {
			mode = 0o600
		}
	}
	row.Notes = append(row.Notes, f.Notes...)
	if r := f.Request; r != nil {
		row.Request = &view.ExportedRequest{Method: r.Method, Path: r.Path, ContentType: r.Header.Get("Content-Type")}
	}
	return row, mode
}

// sayWhoLists says of each profile in a repository of Fleet which of its YAML files delivers it.
func (x *exporting) sayWhoLists() {
	listed, _ := intake.Folder(os.DirFS(x.o.out)) // what does not read is none of the export's business
	for i := range x.report.Files {
		if row := &x.report.Files[i]; row.File != "" {
			row.Listed = listed[row.Name].Lines
			row.Unlisted = len(row.Listed) == 0
		}
	}
}
