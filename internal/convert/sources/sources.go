// Package sources reads what other tools keep around profiles: exports of Jamf Pro, repositories of Fleet, folders of Iru.
package sources

import (
	"fmt"
	"strings"

	"syncguard/internal/target"
)

// Context is what a tool says of a profile beside it.
type Context struct {
	Tool      string            // Jamf Pro, Fleet or Iru; "" for none
	Name      string            // of the profile there; may be empty
	Lines     []string          // all else, each for one line
	Platforms []target.Platform // that it is delivered to; none where that is not said
}

// Comments is the context in words, a line each.
func (c Context) Comments() []string {
	var all []string
	if c.Name != "" {
		all = append(all, fmt.Sprintf("%s calls it %q.", c.Tool, c.Name))
	}
	for _, line := range c.Lines {
		all = append(all, c.Tool+": "+line)
	}
	return all
}

// maxListed bounds what is listed of one kind.
const maxListed = 20

// list joins names, and counts what is too much.
func joinNames(names []string) string {
	if more := len(names) - maxListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxListed], ", "), more)
	}
	return strings.Join(names, ", ")
}
