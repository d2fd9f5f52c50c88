// Package web is the engine of the page in web/: what it asks of the application, as calls with JSON and files. It runs in a worker of
// the browser, compiled to WebAssembly by cmd/syncguard-wasm, and natively in tests.
//
// Start with Call. Each part of the page has its methods in a file: check.go, catalog.go and so on.
package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/text"
)

// Request is one call. Its files are all that the call can see; relative names are in its working folder.
type Request struct {
	Method string
	Params []byte            // JSON of the method's parameters; empty for none
	Files  map[string][]byte // by path

	Step func(done, all int) // told about files done, now and then; may be nil
}

// notify returns the function for the events of a call, nil without Step.
func (r *Request) notify(now func() time.Time) func(app.Event) {
	if r.Step == nil {
		return nil
	}
	done, last := 0, time.Time{}
	return func(e app.Event) {
		if e.Kind != app.EventStep {
			return
		}
		done++
		if at := now(); at.Sub(last) > 100*time.Millisecond {
			last = at
			r.Step(done, e.Total)
		}
	}
}

// Answer is what a call returns. Its Files are those that the call wrote, by their names in the working folder.
type Answer struct {
	Result json.RawMessage
	Files  map[string][]byte
}

// Failure is why a call has no result, for a person to read. It is the JSON of an error.
type Failure struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"` // what to do
}

// AsFailure returns the failure of an error.
func AsFailure(err error) Failure {
	f := Failure{Message: err.Error()}
	if d, ok := errors.AsType[*diag.HintError](err); ok {
		f.Hint = d.Hint
	}
	return f
}

// Engine answers calls. It keeps nothing between them.
type Engine struct {
	Version string
	Now     func() time.Time
}

// Method is what the page can call. Params and Result are its types, for the page's own.
type Method struct {
	Name           string
	Params, Result reflect.Type
	call           func(ctx context.Context, c *call, params []byte) (any, error)
}

// call is a call under way.
type call struct {
	*app.Host
	given   []string // names of the request's files, sorted
	version string
}

// method makes a Method of a function.
func method[P, R any](name string, f func(ctx context.Context, c *call, p P) (R, error)) Method {
	return Method{name, reflect.TypeFor[P](), reflect.TypeFor[R](), func(ctx context.Context, c *call, params []byte) (any, error) {
		var p P
		if len(params) > 0 {
			d := json.NewDecoder(bytes.NewReader(params))
			d.DisallowUnknownFields()
			if err := d.Decode(&p); err != nil {
				return nil, fmt.Errorf("reading the parameters of %s: %w", name, err)
			}
		}
		return f(ctx, c, p)
	}}
}

// Methods lists all methods by name.
func Methods() []Method {
	all := slices.Concat(engineMethods, checkMethods, makeMethods, formMethods, textMethods, compareMethods, catalogMethods)
	slices.SortFunc(all, func(a, b Method) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Call answers one call.
func (e *Engine) Call(ctx context.Context, r Request) (*Answer, error) {
	all := Methods()
	i := slices.IndexFunc(all, func(m Method) bool { return m.Name == r.Method })
	if i < 0 {
		return nil, fmt.Errorf("the engine has no method %s", text.Quote(r.Method))
	}
	memory, err := files.NewMemory(r.Files)
	if err != nil {
		return nil, err
	}
	h := &app.Host{Files: memory, Stdin: strings.NewReader(""), Getenv: func(string) (string, bool) { return "", false }, Now: e.Now, Notify: r.notify(e.Now)}
	result, err := all[i].call(ctx, &call{h, slices.Sorted(maps.Keys(r.Files)), e.Version}, r.Params)
	if err != nil {
		return nil, err
	}
	fillLists(reflect.ValueOf(result))
	a := &Answer{}
	if a.Result, err = json.Marshal(result); err != nil {
		return nil, fmt.Errorf("writing the result of %s: %w", r.Method, err)
	}
	a.Files, err = written(memory)
	return a, err
}

// fillLists makes empty lists of nil ones, which would be null in JSON.
func fillLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			fillLists(v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() && v.CanSet() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		if k := v.Type().Elem().Kind(); k == reflect.Struct || k == reflect.Pointer || k == reflect.Slice {
			for i := range v.Len() {
				fillLists(v.Index(i))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" {
				fillLists(v.Field(i))
			}
		}
	}
}

// written reads the files that a call wrote.
func written(memory *files.Memory) (map[string][]byte, error) {
	home, err := memory.Getwd()
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for _, name := range memory.Written() {
		f, err := memory.Open(name)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(f)
		if err != nil {
			return nil, err
		}
		all[strings.TrimPrefix(name, home+"/")] = data
	}
	return all, nil
}

// Collected is a Stream with all its files: the JSON that the commands print.
type Collected[H, F, T any] struct {
	Header H   `json:"header"`
	Files  []F `json:"files"`
	Footer T   `json:"footer"`
}

// collect reads a Stream to its end.
func collect[H, F, T any](s *app.Stream[H, F, T]) (*Collected[H, F, T], error) {
	all := &Collected[H, F, T]{Header: s.Header, Files: []F{}}
	for f, err := range s.Files {
		if err != nil {
			return nil, err
		}
		all.Files = append(all.Files, f)
	}
	all.Footer = s.Footer
	return all, nil
}

var engineMethods = []Method{
	method("version", func(_ context.Context, c *call, _ struct{}) (string, error) { return c.version, nil }),
}
