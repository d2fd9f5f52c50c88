// Package e2e compares the built binary with independent programs. Its tests run with "make e2e", which installs those
// programs; they fail, and never skip, where one is missing.
package e2e
