// Package e2e compares the built binary with independent programs. Its tests run with "make e2e", which installs those
// programs; they fail, and never skip, where one is missing. Other packages' tests run the same programs through Tool.
package e2e
