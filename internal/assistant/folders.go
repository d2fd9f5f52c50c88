package assistant

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"syncguard/internal/files"
)

// A client names its folders as "roots". The protocol of July 2026 deprecates them, without another way for a client to name
// folders, and keeps them for at least a year: hence the flag --root beside them.

// errAskFolders ends a call that needs the client's folders first.
var errAskFolders = errors.New("the client has to name its folders")

// askFolders is the question for them. The client repeats the call with its answer; clients of an older protocol are asked during
// the call.
func askFolders() *mcp.CallToolResult {
	return &mcp.CallToolResult{InputRequests: mcp.InputRequestMap{foldersAnswer: &mcp.ListRootsParams{}}} //lint:ignore SA1019 see above
}

const (
	foldersAnswer = "folders"    // name of the question
	repeats       = "2026-07-28" // the first protocol whose clients repeat a call
	maxRoots      = 100
	patience      = 5 * time.Second // some clients promise to name their folders, and never do (anthropics/claude-code 3315)
)

// readable returns the folders that a call may read: those of the options, or else those of the client.
func (s *server) readable(ctx context.Context, req *mcp.CallToolRequest) ([]string, error) {
	if len(s.Folders) > 0 {
		return s.Folders, nil
	}
	list, err := clientFolders(ctx, req)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, root := range list.Roots[:min(len(list.Roots), maxRoots)] {
		if root == nil {
			continue
		}
		if path, ok := pathOf(root.URI); ok && filepath.IsAbs(path) && files.IsFolder(s.Files, path) {
			folders = append(folders, path)
		}
	}
	if len(folders) == 0 {
		return nil, errors.New("the client names no folder that exists here: open a folder in it, or start syncguard mcp with --root FOLDER")
	}
	return folders, nil
}

// clientFolders returns the client's answer.
//
//lint:ignore SA1019 see above
func clientFolders(ctx context.Context, req *mcp.CallToolRequest) (*mcp.ListRootsResult, error) {
	//lint:ignore SA1019 see above
	if list, ok := req.Params.InputResponses[foldersAnswer].(*mcp.ListRootsResult); ok && list != nil {
		return list, nil
	}
	client := req.Session.InitializeParams()
	switch {
	case client == nil || client.Capabilities == nil || client.Capabilities.RootsV2 == nil: //lint:ignore SA1019 see above
		return nil, errors.New("this client names no folders to read: start syncguard mcp with --root FOLDER, or give the text of the file instead of its path")
	case client.ProtocolVersion >= repeats:
		return nil, errAskFolders
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	list, err := req.Session.ListRoots(ctx, nil) //lint:ignore SA1019 see above
	if err != nil {
		return nil, errors.New("the client does not name its folders: start syncguard mcp with --root FOLDER, or give the text of the file instead of its path")
	}
	return list, nil
}

// pathOf returns the path of a file URI of this machine.
func pathOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" || u.Opaque != "" {
		return "", false
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/") // of /C:/Users
	}
	return filepath.FromSlash(path), true
}

// absolute returns folders by their absolute paths. Each has to exist.
func absolute(sys files.System, folders []string) ([]string, error) {
	all := make([]string, len(folders))
	for i, folder := range folders {
		if all[i] = folder; !filepath.IsAbs(folder) {
			here, err := sys.Getwd()
			if err != nil {
				return nil, fmt.Errorf("finding the current folder: %w", err)
			}
			all[i] = filepath.Join(here, folder)
		}
		if !files.IsFolder(sys, all[i]) {
			return nil, fmt.Errorf("--root %s is no folder that can be read", folder)
		}
	}
	return all, nil
}
