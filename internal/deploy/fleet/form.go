package fleet

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
)

// multipartForm encodes fields (name and value) and a profile as a multipart form. The same content gives the same bytes.
func multipartForm(fields [][2]string, fileName string, profile []byte) ([]byte, http.Header, error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	err := w.SetBoundary(fmt.Sprintf("%x", sha256.Sum256(profile)))
	for _, f := range fields {
		err = errors.Join(err, w.WriteField(f[0], f[1]))
	}
	part, fileErr := w.CreateFormFile("profile", fileName)
	if fileErr == nil {
		_, fileErr = part.Write(profile)
	}
	err = errors.Join(err, fileErr, w.Close())
	return out.Bytes(), http.Header{"Content-Type": {w.FormDataContentType()}}, err
}
