package files

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// After the end of the context nothing is written, and Abandon removes what was not committed.
func TestInterruptibleWritesNothingAfterTheEnd(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	sys := NewInterruptible(ctx, OS{})
	in, err := sys.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := WriteOne(sys, filepath.Join(folder, "kept"), []byte("old"), 0o644, time.Now()); err != nil {
		t.Fatal(err)
	}
	stage := sys.Stage(time.Now())
	if err := stage.Add(filepath.Join(folder, "new", "late"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	cancel()
	for name, err := range map[string]error{
		"Add":           stage.Add(filepath.Join(folder, "more"), nil, 0o644),
		"Commit":        stage.Commit(),
		"WriteInPlace":  in.WriteInPlace("kept", []byte("new"), time.Now()),
		"ReplaceFolder": sys.ReplaceFolder(folder, "other", nil, time.Now()),
		"RemoveAll":     sys.RemoveAll(filepath.Join(folder, "kept")),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	sys.Abandon()
	if got := names(t, folder); got != "kept" {
		t.Errorf("the folder holds %s", got)
	}
	if data, err := os.ReadFile(filepath.Join(folder, "kept")); err != nil || string(data) != "old" {
		t.Errorf("kept holds %q, %v", data, err)
	}
}

// A reader gives all bytes in order; the end of the context ends a Read that waits.
func TestReaderEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	in := NewReader(ctx, r)
	sent := make([]byte, 3*readSize+7)
	for i := range sent {
		sent[i] = byte(i % 251)
	}
	go func() { _, _ = w.Write(sent) }()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(in, got); err != nil || string(got) != string(sent) {
		t.Errorf("read something else, %v", err)
	}
	go func() { time.Sleep(10 * time.Millisecond); cancel() }()
	if n, err := in.Read(got); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d bytes, %v", n, err)
	}
}
