package fleet

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
)

// form is a multipart form of which the same content makes the same bytes.
type form struct {
	out bytes.Buffer
	w   *multipart.Writer
	err error
}

func newForm(content []byte) *form {
	f := &form{}
	f.w = multipart.NewWriter(&f.out)
	f.err = f.w.SetBoundary(fmt.Sprintf("%x", sha256.Sum256(content)))
	return f
}

func (f *form) field(name, value string) { f.err = errors.Join(f.err, f.w.WriteField(name, value)) }

func (f *form) file(name, fileName string, content []byte) {
	part, err := f.w.CreateFormFile(name, fileName)
	if err == nil {
		_, err = part.Write(content)
	}
	f.err = errors.Join(f.err, err)
}

func (f *form) close() ([]byte, http.Header, error) {
	err := errors.Join(f.err, f.w.Close())
	return f.out.Bytes(), http.Header{"Content-Type": {f.w.FormDataContentType()}}, err
}
