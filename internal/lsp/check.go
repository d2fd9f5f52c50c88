package lsp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/lsp/protocol"
	"syncguard/internal/template"
)

// root is a folder that is linted as a whole: a project, or a folder of the workspace. A file in none is linted alone.
type root struct {
	folder    string
	project   string // the folder of its project, around it or the same; "" without one
	workspace *app.Workspace
	settings  settings
	dirty     bool
	found     map[string][]*app.LintedFile // by the path of the text that their findings are about
}

// typed has an open text checked after a pause, with the settings as they are.
func (s *server) typed(path string) {
	s.mu.Lock()
	s.note(path)
	s.mu.Unlock()
	s.schedule(s.pause())
}

// touch has a file checked after a pause. A project may be new, or gone.
func (s *server) touch(path string, pause time.Duration) {
	s.mu.Lock()
	s.note(path)
	clear(s.chosen)
	s.settled = false
	s.mu.Unlock()
	s.schedule(pause)
}

// note keeps a path for the next check. s.mu is held.
func (s *server) note(path string) {
	if s.changed == nil {
		s.changed = map[string]bool{}
	}
	s.changed[path] = true
	s.retold = s.retold || filepath.Base(path) == template.ProjectFile
}

// renew has everything checked anew, by other settings.
func (s *server) renew() {
	s.stopCheck()
	s.checking.Lock()
	clear(s.roots)
	s.checking.Unlock()
	s.mu.Lock()
	clear(s.chosen)
	s.retold = true
	s.mu.Unlock()
	s.schedule(0)
}

// schedule ends the check under way, and begins another after a pause.
func (s *server) schedule(pause time.Duration) {
	s.stopCheck()
	s.stopTimer()
	s.mu.Lock()
	defer s.mu.Unlock()
	wake := func() {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	if pause == 0 {
		wake()
		return
	}
	s.timer = time.AfterFunc(pause, wake)
}

// stopTimer ends the pause before a check. A timer under way would keep the whole server in memory.
func (s *server) stopTimer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
}

func (s *server) stopCheck() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.interrupt != nil {
		s.interrupt()
	}
}

// work checks whenever it is woken, until the connection ends.
func (s *server) work() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.wake:
		}
		ctx, cancel := context.WithCancel(s.ctx)
		s.mu.Lock()
		s.interrupt = cancel
		s.mu.Unlock()
		s.checking.Lock()
		s.check(ctx)
		s.checking.Unlock()
		cancel()
	}
}

// checkNow checks what has changed before a request is answered. Unless ctx has ended, what is found is of the texts as they are, until
// done is called.
func (s *server) checkNow(ctx context.Context) (done func()) {
	s.stopCheck()
	s.checking.Lock()
	s.check(ctx)
	if ctx.Err() != nil {
		s.schedule(0) // the diagnostics come all the same
	}
	return s.checking.Unlock
}

// snapshot is the state of the texts that a check sees.
type snapshot struct {
	documents map[string]*document
	contents  map[string]*document
	changed   map[string]bool // paths, since the last one
	files     map[string][]byte
	folders   []string
}

// take returns the open texts, and passes what has changed on to the roots. s.checking is held.
func (s *server) take() snapshot {
	s.mu.Lock()
	shot := snapshot{maps.Clone(s.documents), maps.Clone(s.contents), s.changed, map[string][]byte{}, slices.Clone(s.folders)}
	s.changed = nil
	settled := s.settled
	s.settled = true
	s.mu.Unlock()
	for path, d := range shot.documents {
		if d.file != nil {
			shot.files[path] = d.file
		}
	}
	s.findRoots(shot)
	for _, r := range s.roots {
		if !settled {
			r.workspace.Renew()
		}
	}
	for path := range shot.changed {
		for _, r := range s.roots {
			if r.workspace.Changed(path); isBelow(path, r.folder) || r.project != "" && isBelow(path, r.project) {
				r.dirty = true
			}
		}
	}
	return shot
}

// findRoots makes a root of each folder of the workspace and of the project of each open text, and drops the others.
func (s *server) findRoots(shot snapshot) {
	wanted := map[string]bool{} // whether it is loose
	for _, folder := range shot.folders {
		wanted[folder] = false
	}
	for path := range shot.documents {
		folder, loose := s.rootOf(path, shot.folders)
		if known, ok := wanted[folder]; !ok || known {
			wanted[folder] = loose
		}
	}
	maps.DeleteFunc(s.roots, func(folder string, _ *root) bool { _, ok := wanted[folder]; return !ok })
	for folder, loose := range wanted {
		if s.roots[folder] != nil {
			continue
		}
		s.mu.Lock()
		own := s.settingsOf(deepest(folder, shot.folders))
		s.mu.Unlock()
		o, err := own.options(s.options.Lint)
		if err != nil {
			s.say(err)
		}
		project, _ := app.ProjectFolder(s.host, folder) // the workspace reports the error
		s.roots[folder] = &root{folder: folder, project: project, workspace: app.NewWorkspace(s.host, folder, loose, o), settings: own, dirty: true}
	}
}

// rootChoice is the root of a file, as long as no project file comes or goes.
type rootChoice struct {
	folder string
	loose  bool
}

// rootOf is the folder whose files are checked together with a file: the nearest project, or else the folder of the workspace. Without
// either the file is alone.
func (s *server) rootOf(path string, folders []string) (folder string, loose bool) {
	s.mu.Lock()
	known, ok := s.chosen[path]
	s.mu.Unlock()
	if !ok {
		known.folder, known.loose = s.chooseRoot(path, folders)
		s.mu.Lock()
		s.chosen[path] = known
		s.mu.Unlock()
	}
	return known.folder, known.loose
}

func (s *server) chooseRoot(path string, folders []string) (folder string, loose bool) {
	opened := deepest(path, folders)
	project, err := app.ProjectFolder(s.host, filepath.Dir(path))
	switch {
	case err == nil && project != "" && (opened == "" || isBelow(project, opened)):
		return project, false
	case opened != "":
		return opened, false
	}
	return filepath.Dir(path), true
}

// deepest returns the deepest of some folders around a path, or "".
func deepest(path string, folders []string) (found string) {
	for _, folder := range folders {
		if isBelow(path, folder) && len(folder) > len(found) {
			found = folder
		}
	}
	return found
}

// check lints what has changed and publishes it. s.checking is held.
func (s *server) check(ctx context.Context) {
	shot := s.take()
	for _, folder := range slices.SortedFunc(maps.Keys(s.roots), func(a, b string) int { return cmp.Compare(len(b), len(a)) }) {
		if r := s.roots[folder]; r.dirty {
			s.lint(ctx, r, shot)
		}
	}
	if ctx.Err() == nil {
		s.publish(shot)
		s.refresh()
	}
}

// refresh has the editor ask again for what settings decide, if they may have changed and it can.
func (s *server) refresh() {
	s.mu.Lock()
	retold := s.retold
	s.retold = false
	s.mu.Unlock()
	w := s.editor.Workspace
	if !retold || w == nil {
		return
	}
	if w.CodeLens != nil && w.CodeLens.RefreshSupport {
		go func() { _ = s.call("workspace/codeLens/refresh", nil, nil) }()
	}
	if w.InlayHint != nil && w.InlayHint.RefreshSupport {
		go func() { _ = s.call("workspace/inlayHint/refresh", nil, nil) }()
	}
}

func (s *server) lint(ctx context.Context, r *root, shot snapshot) {
	var alone []string
	for _, path := range slices.Sorted(maps.Keys(shot.documents)) {
		if folder, _ := s.rootOf(path, shot.folders); folder == r.folder {
			alone = append(alone, path)
		}
	}
	linted, failures, err := r.workspace.Lint(ctx, shot.files, alone)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		s.say(err)
	}
	for _, err := range failures {
		s.logOnce(protocol.MessageTypeWarning, diag.Plain(err))
	}
	r.dirty, r.found = false, map[string][]*app.LintedFile{}
	over := files.Overlay{Folder: r.folder}
	for _, f := range linted {
		by := map[string]*app.LintedFile{}
		for _, d := range f.Findings {
			name := d.File
			if !d.Span.IsZero() && !isBuiltin(d.Span.File.Name) {
				name = d.Span.File.Name
			}
			path := over.Abs(name)
			if by[path] == nil {
				by[path] = new(*f)
				by[path].Findings = nil
				r.found[path] = append(r.found[path], by[path])
			}
			by[path].Findings = append(by[path].Findings, d)
		}
	}
}

// say shows an error to the person, once.
func (s *server) say(err error) {
	message := diag.Plain(err)
	var usage *diag.UsageError
	if errors.As(err, &usage) {
		message = usage.Problem + ": " + usage.Hint
	}
	if s.said[message] {
		return
	}
	if s.said == nil {
		s.said = map[string]bool{}
	}
	s.said[message] = true
	s.notify("window/showMessage", protocol.ShowMessageParams{Type: protocol.MessageTypeError, Message: "syncguard: " + message})
}

// foundIn returns the findings in a file, from the deepest root around it, or from one whose project has it.
func (s *server) foundIn(path string) (found []*app.LintedFile, of *root) {
	around := false
	for _, r := range s.roots {
		is := isBelow(path, r.folder)
		if !is && (around || len(r.found[path]) == 0) || around == is && of != nil && len(r.folder) < len(of.folder) {
			continue
		}
		found, of, around = r.found[path], r, is
	}
	return found, of
}

// publish tells the editor what is new.
func (s *server) publish(shot snapshot) {
	paths := map[string]bool{}
	for path := range s.published {
		paths[path] = true
	}
	for path := range shot.documents {
		paths[path] = true
	}
	for _, r := range s.roots {
		for path := range r.found {
			paths[path] = true
		}
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		p := protocol.PublishDiagnosticsParams{URI: uriOf(path), Diagnostics: []protocol.Diagnostic{}}
		if d := shot.documents[path]; d != nil {
			p.URI, p.Version = d.uri, d.version
		}
		found, r := s.foundIn(path)
		for _, f := range found {
			for _, d := range f.Findings {
				p.Diagnostics = append(p.Diagnostics, s.diagnostic(d, f, r, shot))
			}
		}
		if _, told := s.published[path]; told || len(p.Diagnostics) > 0 || shot.documents[path] != nil {
			s.published[path] = s.tell(s.published[path], p)
		}
		if len(p.Diagnostics) == 0 && shot.documents[path] == nil {
			delete(s.published, path)
		}
	}
	s.publishContents(shot)
}

// tell publishes diagnostics, unless they are what the editor was told before, and returns what it has been told.
func (s *server) tell(before string, p protocol.PublishDiagnosticsParams) string {
	news, err := json.Marshal(p)
	if err != nil || before == string(news) {
		return before
	}
	s.notify("textDocument/publishDiagnostics", json.RawMessage(news))
	return string(news)
}
