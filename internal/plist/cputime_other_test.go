//go:build !unix

package plist

import "time"

var started = time.Now()

// cpuTime is the time since the start, where nothing better is known.
func cpuTime() time.Duration { return time.Since(started) }
