//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sandbox

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// enter sets the resource limits, which are all that these systems have in
// common.
func enter(limits Limits) (Held, error) {
	thrifty(limits)
	for _, l := range []struct {
		resource int
		most     uint64
	}{
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_NPROC, 0},
		{unix.RLIMIT_CPU, seconds(limits.CPU)},
		{unix.RLIMIT_DATA, limits.Memory},
	} {
		var both unix.Rlimit
		set(&both.Cur, l.most)
		set(&both.Max, l.most)
		if err := unix.Setrlimit(l.resource, &both); err != nil {
			return Held{}, fmt.Errorf("limiting resource %d: %w", l.resource, err)
		}
	}
	return Held{Rlimits: true}, nil
}

// set is for the fields of an Rlimit, which some of these systems have signed.
func set[T int64 | uint64](field *T, value uint64) { *field = T(value) }
