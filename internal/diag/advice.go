package diag

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// UsageError is a wrong request: a flag, an option, a combination. The program exits with the code for usage.
type UsageError struct {
	Problem string
	Hint    string // the next step; may be empty
}

func (e *UsageError) Error() string { return e.Problem }

// Usage returns a UsageError.
func Usage(hint, format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...), hint}
}

// HintError is an error with a hint: a sentence on the next step, or several, one a line.
type HintError struct {
	Err  error
	Hint string
}

func (e *HintError) Error() string { return e.Err.Error() }
func (e *HintError) Unwrap() error { return e.Err }

// WithHint adds a hint to an error.
func WithHint(err error, format string, args ...any) error {
	return &HintError{err, fmt.Sprintf(format, args...)}
}

// Plain returns the text of an error without the system call: "open a.yaml: no such file or directory" becomes "a.yaml: no
// such file or directory", because the user asked for no "open".
func Plain(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return strings.Replace(err.Error(), pathError.Error(), pathError.Path+": "+pathError.Err.Error(), 1)
	}
	return err.Error()
}

// DefectError is every command's error for a file other than a profile or a declaration.
func DefectError(name string, defect *Diagnostic) error {
	return WithHint(fmt.Errorf("%s: %s", name, defect.Message), "%s", defect.Help)
}
