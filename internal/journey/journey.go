// Package journey is for tests: the scripts in testdata/journeys of package cli, each of what a person does from nothing to a result. It
// counts what the person types and writes, and shows it as Markdown. The scripts are run by tests of cli and e2e. Start with Parse.
package journey

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/tools/txtar"
)

// Journey is a script as a person sees it.
type Journey struct {
	Title                       string
	Commands, Variables, Files, // typed and written
	MaxCommands, MaxVariables, MaxFiles int // bounds in the script
	about string // the first paragraph
	steps []step
}

// step is a paragraph with what is typed and written after it.
type step struct {
	text  string
	lines []string // commands
	files []txtar.File
}

// Edits is the folder of files that the command edit writes. Lint and other commands leave out a hidden one.
const Edits = ".edits/"

// Parse reads a script. Its first line is the title, its second the bounds; comments up to the first empty line say who the person is.
// A comment begins a step. exec, code, make, phone and clone are typed, env too; edit and change write a file. All else is a check, or what
// somebody else does.
func Parse(script []byte) (*Journey, error) {
	archive := txtar.Parse(script)
	lines := strings.Split(string(archive.Comment), "\n")
	if len(lines) < 3 || !strings.HasPrefix(lines[0], "# ") {
		return nil, errors.New("want a title, a line of bounds, and steps")
	}
	j := &Journey{Title: lines[0][2:]}
	const bounds = "# at most %d commands, %d variables, %d files"
	if _, err := fmt.Sscanf(lines[1], bounds, &j.MaxCommands, &j.MaxVariables, &j.MaxFiles); err != nil {
		return nil, fmt.Errorf("want %q in the second line: %w", bounds, err)
	}
	var comment []string
	for _, line := range lines[2:] {
		if text, ok := strings.CutPrefix(line, "#"); ok {
			comment = append(comment, strings.TrimSpace(text))
			continue
		}
		if text := strings.TrimSpace(strings.Join(comment, "\n")); text != "" {
			if j.about == "" {
				j.about = text
			} else {
				j.steps = append(j.steps, step{text: text})
			}
		}
		comment = nil
		if err := j.add(line, archive.Files); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// add adds what a person types or writes in a line.
func (j *Journey) add(line string, files []txtar.File) error {
	words := strings.Fields(strings.TrimPrefix(line, "! "))
	if len(words) == 0 {
		return nil
	}
	typed, exit := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(line, "! "), words[0])), ""
	var file *txtar.File
	switch words[0] {
	case "exec", "phone":
	case "code":
		exit, typed = words[1], strings.TrimSpace(strings.TrimPrefix(typed, words[1]))
	case "make":
		typed = line
	case "clone":
		typed = "git clone https://example.com/OWNER/syncguard && cd syncguard"
	case "env":
		j.Variables++
		typed = "export " + strings.ReplaceAll(strings.ReplaceAll(typed, "$SERVER", "https://acme.jamfcloud.com"), "right-secret", "…")
	case "edit":
		for _, f := range files {
			if f.Name == Edits+words[len(words)-1] {
				file = &txtar.File{Name: words[1], Data: Unquote(f)}
			}
		}
		if file == nil {
			return fmt.Errorf("no file %s%s in the script", Edits, words[len(words)-1])
		}
	case "change":
		quoted := strings.Split(line, "'")
		if len(quoted) != 5 {
			return fmt.Errorf("%s: want change FILE 'OLD' 'NEW'", line)
		}
		file = &txtar.File{Name: words[1], Data: []byte("-" + quoted[1] + "\n+" + strings.ReplaceAll(quoted[3], `\n`, "\n+") + "\n")}
	default:
		return nil
	}
	if len(j.steps) == 0 {
		return fmt.Errorf("%s: want a comment that tells what it is for", line)
	}
	at := &j.steps[len(j.steps)-1]
	if file != nil {
		j.Files++
		at.files = append(at.files, *file)
		return nil
	}
	if words[0] != "env" {
		j.Commands++
	}
	if shell, ok := strings.CutPrefix(typed, "sh -c '"); ok {
		typed = strings.TrimSuffix(shell, "'")
	}
	if exit != "" && exit != "0" {
		typed += "    # exit code " + exit
	}
	at.lines = append(at.lines, typed)
	return nil
}

// Unquote returns the text of a file of a script. An archive in it has a > before each line.
func Unquote(f txtar.File) []byte {
	if path.Ext(f.Name) != ".txtar" {
		return f.Data
	}
	return []byte(strings.ReplaceAll(strings.TrimPrefix(string(f.Data), ">"), "\n>", "\n"))
}

// Markdown shows the journey as a section of a page. script is the link to it.
func (j *Journey) Markdown(script string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n%s ([script](%s)).\n", j.Title, j.about, j.effort(), script)
	for _, s := range j.steps {
		fmt.Fprintf(&b, "\n%s\n", s.text)
		for _, f := range s.files {
			if kind := languages[path.Ext(f.Name)]; strings.HasPrefix(string(f.Data), "-") && strings.Contains(string(f.Data), "\n+") {
				fmt.Fprintf(&b, "\nIn `%s`:\n\n```diff\n%s```\n", f.Name, f.Data)
			} else {
				fmt.Fprintf(&b, "\n`%s`:\n\n```%s\n%s```\n", f.Name, kind, f.Data)
			}
		}
		if len(s.lines) > 0 {
			fmt.Fprintf(&b, "\n    %s\n", strings.Join(s.lines, "\n    "))
		}
	}
	return b.String()
}

var languages = map[string]string{".yaml": "yaml", ".yml": "yaml", ".go": "go"}

// effort tells what the person types and writes: "8 commands, 5 variables of the environment, 2 files".
func (j *Journey) effort() string {
	all := []string{count(j.Commands, "command")}
	if j.Variables > 0 {
		all = append(all, count(j.Variables, "variable")+" of the environment")
	}
	if j.Files > 0 {
		all = append(all, count(j.Files, "file"))
	}
	return strings.Join(all, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
