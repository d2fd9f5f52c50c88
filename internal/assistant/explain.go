package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

type explainInput struct {
	Name string `json:"name" jsonschema:"a payload type (com.apple.wifi.managed), one of its keys (com.apple.wifi.managed.SSID_STR), or a lint rule (unknown-key)"`
}

type explainAnswer struct {
	Rule    *ruleAnswer  `json:"rule,omitempty" jsonschema:"the rule of this name"`
	Types   []typeAnswer `json:"types" jsonschema:"the payload types or declarations of this name, or the key asked for in them"`
	Sources []source     `json:"sources" jsonschema:"who states the facts"`
}

type ruleAnswer struct {
	ID       string `json:"id" jsonschema:"name of the rule"`
	Summary  string `json:"summary" jsonschema:"the defect"`
	Severity string `json:"severity" jsonschema:"error, warning or note"`
	Why      string `json:"why" jsonschema:"what comes of it on a device"`
	Fix      string `json:"fix,omitempty" jsonschema:"what syncguard lint --fix does about it; empty if a person has to correct it"`
}

type typeAnswer struct {
	ID          string           `json:"id" jsonschema:"payload type, or type of a declaration"`
	Family      string           `json:"family" jsonschema:"payload, declaration, preferences or another kind of type"`
	Key         string           `json:"key,omitempty" jsonschema:"the key asked for; empty for the type as a whole"`
	Description string           `json:"description,omitempty" jsonschema:"what it does, with the source"`
	Type        string           `json:"type,omitempty" jsonschema:"type of the key's value; empty for a type as a whole"`
	Required    bool             `json:"required" jsonschema:"whether the key is required"`
	Default     string           `json:"default,omitempty" jsonschema:"the default, as JSON"`
	Values      []string         `json:"values,omitempty" jsonschema:"the allowed values, as JSON; empty if they are not listed"`
	Platforms   []platformAnswer `json:"platforms" jsonschema:"where it is available"`
	Keys        []string         `json:"keys" jsonschema:"the keys below, each with type and whether it is required"`
	MoreKeys    int              `json:"moreKeys" jsonschema:"number of keys left out of this answer"`
}

type platformAnswer struct {
	Platform   string `json:"platform" jsonschema:"iOS, macOS, tvOS, visionOS or watchOS; iPadOS counts as iOS"`
	Available  bool   `json:"available" jsonschema:"false if the platform does not have it"`
	Introduced string `json:"introduced,omitempty" jsonschema:"first version with it"`
	Deprecated string `json:"deprecated,omitempty" jsonschema:"version that deprecates it"`
	Removed    string `json:"removed,omitempty" jsonschema:"version without it"`
	Supervised bool   `json:"supervised" jsonschema:"whether it needs a supervised device"`
	ByHand     bool   `json:"byHand" jsonschema:"whether it works in a profile installed by hand, as far as the schema tells"`
}

func explain(_ context.Context, c *call, in *explainInput) (*explainAnswer, error) {
	if in.Name == "" {
		return nil, errors.New("missing name: give a payload type, a key or a rule")
	}
	if slices.Contains(app.RuleIDs(), in.Name) {
		return c.explainRule(in.Name)
	}
	if slices.Contains(app.Intents(), in.Name) {
		return nil, diag.Usage("ask coverage to explain it", "%q is an intent of templates", in.Name)
	}
	shown, err := app.SchemaShow(c.host(c.noFiles()), in.Name)
	if err != nil {
		if near := text.Suggest(in.Name, app.RuleIDs()); near != "" {
			return nil, diag.Usage(fmt.Sprintf("did you mean the rule %q?", near), "unknown type or rule %q", in.Name)
		}
		return nil, err
	}
	shown.Hint = ""
	c.SchemaShown(shown)
	a := &explainAnswer{}
	for _, t := range shown.Types {
		a.Types = append(a.Types, typeOf(t))
		a.Sources = append(a.Sources, source{t.ID, first(maxSources, sourcesOf(t))})
	}
	a.Types, _ = fit(a.Types, maxList)
	a.Sources, _ = fit(a.Sources, maxSide)
	if c.text.Len() > maxText { // the last lines of the text are the sources
		c.Sources(a.Sources)
	}
	return a, nil
}

func (c *call) explainRule(id string) (*explainAnswer, error) {
	page, err := app.Rule(id)
	if err != nil {
		return nil, err
	}
	c.RulePage(page)
	a := &explainAnswer{Rule: &ruleAnswer{ID: page.ID, Summary: page.Summary, Severity: page.Severity.String(), Why: page.Why, Fix: page.Fix}}
	sources := page.Sources
	if len(sources) == 0 {
		sources = []string{"the schemas of the types concerned: explain each"}
	}
	a.Sources = []source{{id, first(maxSources, sources)}}
	c.Sources(a.Sources)
	return a, nil
}

func typeOf(t app.SchemaType) typeAnswer {
	out := typeAnswer{ID: t.ID, Family: string(t.Family), Key: t.Path}
	if t.Description != nil {
		out.Description = t.Description.String()
	}
	keys := t.Keys
	if t.Path != "" && len(keys) == 1 {
		k := keys[0]
		out.Type, out.Required, out.Default, keys = k.Type, k.Required, asJSON(k.Default), k.Keys
		for _, v := range k.RangeList {
			out.Values = append(out.Values, asJSON(v))
		}
		out.Values = first(maxKeys, out.Values)
	}
	for _, p := range t.Platforms {
		on := platformAnswer{Platform: string(p.Platform), Available: p.Available}
		if p.Available {
			on.Introduced, on.Deprecated, on.Removed = version(p.Introduced), version(p.Deprecated), version(p.Removed)
			on.Supervised, on.ByHand = p.Supervised != nil && *p.Supervised, p.AllowManualInstall == nil || *p.AllowManualInstall
		}
		out.Platforms = append(out.Platforms, on)
	}
	for _, k := range keys {
		word := k.Name + " (" + k.Type
		if k.Required {
			word += ", required"
		}
		out.Keys = append(out.Keys, word+")")
	}
	out.MoreKeys = max(0, len(out.Keys)-maxKeys)
	out.Keys = out.Keys[:len(out.Keys)-out.MoreKeys]
	return out
}

func version(v target.Version) string {
	if v.IsZero() {
		return ""
	}
	return v.String()
}

// maxKeys bounds the keys and values listed of a type.
const maxKeys = 150

func asJSON(v any) string {
	if v == nil {
		return ""
	}
	data, _ := json.Marshal(v)
	return string(data)
}

// sourcesOf lists the sources of a type's facts.
func sourcesOf(t app.SchemaType) (all []string) {
	for _, s := range t.Sources {
		all = append(all, nameOfSource(s))
	}
	return all
}

func nameOfSource(s schema.Source) string {
	return strings.Join(slices.DeleteFunc([]string{s.Name, s.Version, s.Path}, func(part string) bool { return part == "" }), " ")
}

// schemaSources lists the sources of the type that a key belongs to, also of a key that its schema does not have; nil for an
// unknown type.
func schemaSources(h *app.Host, key string) (all []string) {
	for range maxSources {
		if shown, err := app.SchemaShow(h, key); err == nil {
			for _, t := range shown.Types {
				all = append(all, sourcesOf(t)...)
			}
			return all
		}
		i := strings.LastIndexByte(key, '.')
		if i < 0 {
			break
		}
		key = key[:i]
	}
	return nil
}
