package app

import (
	"context"
	"fmt"
	"iter"
	"runtime"
)

// each calls do for several items at a time and yields the results in order. It appends errors to failures and goes on; a panic,
// a defect of syncguard itself, costs one item and not the run. It yields only a context error, and then ends.
func each[T, R any](ctx context.Context, h *Host, verb string, items []T, name func(T) string, failures *[]error, do func(T) (R, error)) iter.Seq2[R, error] {
	type done struct {
		result R
		err    error
	}
	guarded := func(item T) (d done) {
		defer func() {
			if p := recover(); p != nil {
				d.err = fmt.Errorf("%s: %s stopped on a defect of syncguard: %v", name(item), verb, p)
			}
		}()
		result, err := do(item)
		return done{result, err}
	}
	return func(yield func(R, error) bool) {
		for d, err := range ordered(ctx, items, runtime.GOMAXPROCS(0), guarded) {
			if err != nil {
				yield(d.result, err)
				return
			}
			h.step(verb, len(items))
			if d.err != nil {
				*failures = append(*failures, d.err)
			} else if !yield(d.result, nil) {
				return
			}
		}
	}
}

// until returns the result of do, which knows no context, or the error of ctx as soon as it ends; do then goes on for nothing.
func until[R any](ctx context.Context, do func() (R, error)) (R, error) {
	type done struct {
		result R
		err    error
	}
	finished := make(chan done, 1)
	go func() {
		result, err := do()
		finished <- done{result, err}
	}()
	select {
	case d := <-finished:
		return d.result, d.err
	case <-ctx.Done():
		var none R
		return none, ctx.Err()
	}
}

// eachFile reads each input and calls do with its content.
func eachFile[R any](ctx context.Context, h *Host, verb string, inputs []input, failures *[]error, do func(in input, data []byte) (R, error)) iter.Seq2[R, error] {
	return each(ctx, h, verb, inputs, func(in input) string { return in.path }, failures, func(in input) (r R, err error) {
		data, err := in.read(h)
		if err != nil {
			return r, err
		}
		return do(in, data)
	})
}
