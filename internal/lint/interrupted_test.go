package lint

import (
	"context"
	"errors"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// An interruption ends a check in the midst of a profile, and not after it.
func TestCheckEndsWhenInterrupted(t *testing.T) {
	payloads := plist.NewArray()
	for range 1000 {
		payloads.Items = append(payloads.Items, plist.NewDictionary(
			plist.Field{Key: "PayloadType", Value: plist.NewString("com.apple.wifi.managed")},
			plist.Field{Key: "SSID_STR", Value: plist.NewString("acme")}))
	}
	profile := plist.NewDictionary(plist.Field{Key: "PayloadContent", Value: payloads})
	checker := New(schema.Embedded())
	asked := func(after int) (n int, err error) {
		_, err = checker.Check(profile, nil, Options{Interrupted: func() error {
			if n++; n > after {
				return context.Canceled
			}
			return nil
		}})
		return n, err
	}
	if n, err := asked(1 << 30); err != nil || n < 3000 {
		t.Errorf("asked %d times, %v; want once for each value", n, err)
	}
	if n, err := asked(100); !errors.Is(err, context.Canceled) || n != 101 {
		t.Errorf("asked %d times, %v; want the end at the first yes", n, err)
	}
}
