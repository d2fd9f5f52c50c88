package convert

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"time"

	"syncguard/internal/plist"
)

// isSecret reports whether a value must stay out of the template.
func (a *draft) isSecret(v *plist.Value) bool { return v.Secret && !a.ShowSecrets }

// secretVariable replaces a value by a secret variable.
func (a *draft) secretVariable(v *plist.Value, path string) *plist.Value {
	name := a.Name + "-" + Slug(path)
	if name[0] >= '0' && name[0] <= '9' {
		name = "p" + name
	}
	name = a.variables.Unique(name, "-")
	environment := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	a.secrets = append(a.secrets, Secret{name, environment, v})
	return plist.NewString("${" + name + "}")
}

// dataFile replaces data by the name of a file.
func (a *draft) dataFile(v *plist.Value, path string) *plist.Value {
	name := a.fileNames.Unique(a.Name+"."+Slug(path), "-") + ".bin"
	a.files = append(a.files, File{name, v.Data})
	return plist.NewDictionary(plist.Field{Key: "$file", Value: plist.NewString(name)})
}

// memoryFS is the files beside a template before they are written.
type memoryFS []File

// Open implements fs.FS.
func (f memoryFS) Open(name string) (fs.File, error) {
	for _, file := range f {
		if file.Name == name {
			return &memoryFile{file, bytes.NewReader(file.Data)}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// memoryFile is an open file and its own fs.FileInfo.
type memoryFile struct {
	File
	io.Reader
}

func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *memoryFile) Name() string               { return f.File.Name }
func (f *memoryFile) Size() int64                { return int64(len(f.Data)) }
func (f *memoryFile) Mode() fs.FileMode          { return 0o644 }
func (f *memoryFile) ModTime() time.Time         { return time.Time{} }
func (f *memoryFile) IsDir() bool                { return false }
func (f *memoryFile) Sys() any                   { return nil }
