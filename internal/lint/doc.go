// Package lint checks a configuration profile: against Apple's schemas, against the devices that it is meant for, and
// against facts that no schema states. One engine checks what is composed and what others wrote.
//
// A finding is a [diag.Diagnostic]; its Rule names a page of package rules, which says why it matters. Nothing is installed,
// resolved or fetched: the same value, catalog and targets give the same findings.
package lint
