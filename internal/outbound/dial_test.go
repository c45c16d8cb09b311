package outbound

import (
	"context"
	"net"
)

// dialTo connects to one address, whatever is asked for.
func dialTo(home string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, home)
	}
}
