package diag

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// UsageError is a request that cannot be meant: a flag, an option, a combination.
type UsageError struct {
	Problem string
	Hint    string // what to do; may be empty
}

func (e *UsageError) Error() string { return e.Problem }

// Usage returns a UsageError.
func Usage(hint, format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...), hint}
}

// HintError is an error with a sentence on what to do, or several on lines of their own.
type HintError struct {
	Err  error
	Hint string
}

func (e *HintError) Error() string { return e.Err.Error() }
func (e *HintError) Unwrap() error { return e.Err }

// WithHint adds a sentence on what to do to an error.
func WithHint(err error, format string, args ...any) error {
	return &HintError{err, fmt.Sprintf(format, args...)}
}

// Plain rewords what the operating system says of a file: "open a.yaml: no such file or directory" is "a.yaml: no such
// file or directory", since the verb is the system's and not the user's.
func Plain(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return strings.Replace(err.Error(), pathError.Error(), pathError.Path+": "+pathError.Err.Error(), 1)
	}
	return err.Error()
}

// Unfit is the error of a file that is no profile or declaration as a whole, in the words that every command has for it.
func Unfit(name string, defect *Diagnostic) error {
	return WithHint(fmt.Errorf("%s: %s", name, defect.Message), "%s", defect.Help)
}
