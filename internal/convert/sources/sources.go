// Package sources reads other tools' information about profiles: exports of Jamf Pro, repositories of Fleet, folders of Iru.
// ReadJamf and ReadFolder return a Context for each profile; package convert writes it into the template's comments. It makes
// no requests.
package sources

import (
	"fmt"
	"strings"

	"syncguard/internal/target"
)

// Context is a tool's information about a profile.
type Context struct {
	Tool      string            // Jamf Pro, Fleet or Iru; "" for none
	Name      string            // of the profile in the tool; may be empty
	Lines     []string          // everything else, a line each
	Platforms []target.Platform // platforms of the devices; none if unknown
}

// Comments returns the information as sentences, a line each.
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

// maxListed is how many names a list shows.
const maxListed = 20

// joinNames joins names, counting those after maxListed.
func joinNames(names []string) string {
	if more := len(names) - maxListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxListed], ", "), more)
	}
	return strings.Join(names, ", ")
}
