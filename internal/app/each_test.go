package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// What becomes of items is yielded in their order; an error and a panic cost one of them.
func TestEach(t *testing.T) {
	steps := 0
	h := &Host{Notify: func(Event) { steps++ }}
	var failures []error
	var got []int
	for n, err := range each(t.Context(), h, "counting", []int{1, 2, 3, 4}, func(n int) string { return fmt.Sprint("item ", n) }, &failures, func(n int) (int, error) {
		switch n {
		case 2:
			panic("odd")
		case 3:
			return 0, errors.New("item 3 is wrong")
		}
		return 10 * n, nil
	}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if fmt.Sprint(got) != "[10 40]" || steps != 4 {
		t.Errorf("got %v in %d steps", got, steps)
	}
	if err := errors.Join(failures...); err == nil || err.Error() != "item 2: counting stopped on a defect of syncguard: odd\nitem 3 is wrong" {
		t.Error(err)
	}
}

// A context that ends, ends the work.
func TestEachStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var failures []error
	seen := 0
	for _, err := range each(ctx, &Host{}, "counting", []int{1, 2, 3}, func(int) string { return "" }, &failures, func(n int) (int, error) { return n, nil }) {
		if seen++; seen == 1 {
			cancel()
			continue
		}
		if !errors.Is(err, context.Canceled) || seen > 2 {
			t.Fatalf("%d: %v", seen, err)
		}
	}
	if seen != 2 || strings.Contains(fmt.Sprint(failures), "canceled") {
		t.Error(seen, failures)
	}
}
