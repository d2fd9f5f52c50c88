// Package lint checks configuration profiles and declarations against Apple's schemas, the target devices, and facts beyond
// any schema (package schema/facts). One engine checks profiles made from templates and profiles written by others.
//
// Start with the table in rules.go: one line a rule, with the function behind it and the moment of its call (rule.go
// explains the columns). [Checker.Check] checks one file: profile.go prepares it, walk.go visits each value a schema describes.
// [Set] checks files that land on one device together, each against those before it (set.go).
//
// CONTRIBUTING.md tells how to add a rule: its page, its function in the file of its subject, and its line in the table. Tests
// run the examples of the page.
//
// A finding is a [diag.Diagnostic]. The package installs, resolves and fetches nothing: the same value, catalog and targets
// give the same findings. It reads no files and prints nothing; package app does.
package lint
