package convert

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"time"

	"syncguard/internal/plist"
)

// isSecret reports whether a value is one that a template must not hold.
func (a *draft) isSecret(v *plist.Value) bool { return v.Secret && !a.ShowSecrets }

// variable puts a secret variable in the place of a value.
func (a *draft) variable(v *plist.Value, path string) *plist.Value {
	name := a.Name + "-" + Slug(path)
	if name[0] >= '0' && name[0] <= '9' {
		name = "p" + name
	}
	name = a.variables.Unique(name, "-")
	environment := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	a.secrets = append(a.secrets, Secret{name, environment, v})
	return plist.NewString("${" + name + "}")
}

// file puts the name of a file in the place of data.
func (a *draft) file(v *plist.Value, path string) *plist.Value {
	name := a.fileNames.Unique(a.Name+"."+Slug(path), "-") + ".bin"
	a.files = append(a.files, File{name, v.Data})
	return plist.NewDictionary(plist.Field{Key: "$file", Value: plist.NewString(name)})
}

// folder is the files beside a template before they are written.
type folder []File

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) {
	for _, file := range f {
		if file.Name == name {
			return &openFile{file, bytes.NewReader(file.Data)}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// openFile is one of them, and what there is to know of it.
type openFile struct {
	File
	io.Reader
}

func (f *openFile) Close() error               { return nil }
func (f *openFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *openFile) Name() string               { return f.File.Name }
func (f *openFile) Size() int64                { return int64(len(f.Data)) }
func (f *openFile) Mode() fs.FileMode          { return 0o644 }
func (f *openFile) ModTime() time.Time         { return time.Time{} }
func (f *openFile) IsDir() bool                { return false }
func (f *openFile) Sys() any                   { return nil }
