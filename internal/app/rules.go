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
	Rules []rules.Rule `json:"rules"` // by ID
}

// RulePage is everything that is known of a rule.
type RulePage struct {
	rules.Rule
	Bad  []RuleFile `json:"bad"`  // the files of the example that breaks it, complete; empty where no file can show the rule
	Good []RuleFile `json:"good"` // the files of the example that keeps it
}

// RuleFile is a file of an example: complete, ready to be linted.
type RuleFile struct {
	File   string `json:"file"` // name
	Text   string `json:"text,omitempty"`
	Base64 string `json:"base64,omitempty"` // in place of `text`, for what is no text
}

// Rules lists the rules of a group, or all of them.
func Rules(group string) (*RulesListed, error) {
	only, err := choose("group", group, rules.Groups())
	if err != nil {
		return nil, err
	}
	all := rules.All()
	if only != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(r rules.Rule) bool { return !r.Has(only) })
	}
	return &RulesListed{all}, nil
}

// Rule returns the page of a rule.
func Rule(id string) (*RulePage, error) {
	r, ok := rules.Find(id)
	if !ok {
		return nil, diag.Usage(nearRule(id, RuleIDs()), "unknown rule %q", id)
	}
	page := &RulePage{Rule: r}
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
