package cli

import (
	"syncguard/internal/text"

	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/view"
)

// choiceFlag is a flag with a closed set of words.
type choiceFlag struct {
	value string
	all   []string
}

// addFormats adds --format; its first choice is the default.
func (f *choiceFlag) addFormats(cmd *cobra.Command, all ...string) {
	f.value, f.all = all[0], all
	f.addFlag(cmd, "format")
}

func (f *choiceFlag) isJSON() bool { return f.value == "json" }

// show prints a result as JSON or as text.
func show[T any](env *Env, format choiceFlag, result T, text func(*view.Printer, T)) error {
	if format.isJSON() {
		return view.WriteJSON(env.Stdout, result)
	}
	text(env.out(), result)
	return nil
}

// showMarkdown prints a result as JSON, text or Markdown.
func showMarkdown[T any](env *Env, format choiceFlag, result T, text func(*view.Printer, T), markdown func(T) string) error {
	if format.value != "markdown" {
		return show(env, format, result, text)
	}
	_, err := io.WriteString(env.Stdout, markdown(result))
	return err
}

func (f *choiceFlag) addFlag(cmd *cobra.Command, name string) {
	addChoice(cmd, &f.value, name, text.Choices(f.all), f.all...)
}

// addChoice adds a flag with a closed set of words. An empty value means the first one.
func addChoice(cmd *cobra.Command, value *string, name, usage string, all ...string) {
	*value = cmp.Or(*value, all[0])
	cmd.Flags().Var(&oneOf{value, name, all}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp))
}

// oneOf is the value of such a flag.
type oneOf struct {
	value *string
	name  string
	all   []string
}

func (f *oneOf) String() string { return *f.value }
func (f *oneOf) Type() string   { return strings.ToUpper(f.name) }
func (f *oneOf) Set(s string) error {
	if !slices.Contains(f.all, s) {
		return fmt.Errorf("want %s", text.Choices(f.all))
	}
	*f.value = s
	return nil
}
