package doctor

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// System returns the network of this machine.
func System(now func() time.Time, getenv func(string) (string, bool)) *Network {
	return &Network{
		Dial: (&net.Dialer{}).DialContext,
		Lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
		Addresses: net.InterfaceAddrs,
		Now:       now,
		Environ:   getenv,
	}
}
