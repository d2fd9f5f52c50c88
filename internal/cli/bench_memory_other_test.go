//go:build !linux

package cli

import "os"

// peakMemory returns 0: the unit differs between systems.
func peakMemory(*os.ProcessState) int64 { return 0 }
