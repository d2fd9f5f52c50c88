package app

import (
	"encoding/base64"
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
)

// RulesListed is the result of Rules.
type RulesListed struct {
	Rules []rules.Page `json:"rules"` // sorted by ID
}

// RulePage is the documentation of a rule.
type RulePage struct {
	rules.Page
	Bad  []RuleFile `json:"bad"`  // complete example files that break the rule; empty if no file can show it
	Good []RuleFile `json:"good"` // complete example files that keep the rule
}

// RuleFile is a complete file of an example, ready to lint.
type RuleFile struct {
	File   string `json:"file"` // name
	Text   string `json:"text,omitempty"`
	Base64 string `json:"base64,omitempty"` // instead of `text`, for binary files
}

// Rules lists the rules of a group, all of them for "".
func Rules(group string) (*RulesListed, error) {
	only, err := choose("group", group, rules.Groups())
	if err != nil {
		return nil, err
	}
	all := rules.Pages()
	if only != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(r rules.Page) bool { return !r.Has(only) })
	}
	return &RulesListed{all}, nil
}

// Rule returns the documentation of a rule.
func Rule(id string) (*RulePage, error) {
	r, ok := rules.FindPage(id)
	if !ok {
		return nil, diag.Usage(nearRule(id, RuleIDs()), "unknown rule %q", id)
	}
	page := &RulePage{Page: r}
	bad, good := r.Examples()
	var err error
	if page.Bad, err = ruleFiles(bad); err == nil {
		page.Good, err = ruleFiles(good)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the examples of %s: %w", id, err)
	}
	return page, nil
}

func ruleFiles(e rules.Example) ([]RuleFile, error) {
	inputs, err := e.Inputs()
	files := []RuleFile{}
	for i, f := range inputs {
		file := RuleFile{File: f.Name, Text: string(f.Data)}
		if rules.IsEncoded(e.Files[i].Name) {
			file.Text, file.Base64 = "", base64.StdEncoding.EncodeToString(f.Data)
		}
		files = append(files, file)
	}
	return files, err
}
