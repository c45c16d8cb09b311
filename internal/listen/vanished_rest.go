//go:build !linux

package listen

import (
	"syscall"
	"time"
)

// letVanish does nothing where the system has no such setting: it gives up by
// itself, later.
func letVanish(syscall.Conn, time.Duration) error { return nil }
