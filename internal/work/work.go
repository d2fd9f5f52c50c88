// Package work counts units of work, for tests of growth: bytes walked, values visited, comparisons made.
//
// Loops over input call Add; tests call Measure. A program that measures nothing pays one load for each call, so call Add
// once for a loop and not once for each of its steps.
package work

import "sync/atomic"

var (
	measuring atomic.Bool
	done      atomic.Int64
)

// Add counts n units of work, if a test measures.
func Add(n int) {
	if measuring.Load() {
		done.Add(int64(n))
	}
}

// Measure returns the units of work counted while do runs, in all goroutines. Tests with Measure must not run in parallel.
func Measure(do func()) int {
	done.Store(0)
	measuring.Store(true)
	defer measuring.Store(false)
	do()
	return int(done.Load())
}
