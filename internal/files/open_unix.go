//go:build unix

package files

import "syscall"

// noWaiting opens a pipe without waiting for a writer, and a terminal without making it the process's own.
const noWaiting = syscall.O_NONBLOCK | syscall.O_NOCTTY
