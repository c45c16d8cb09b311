//go:build !linux && !darwin && !freebsd

package machine

import "errors"

// Space fails: this system is not asked.
func Space(string) (free, total uint64, err error) { return 0, 0, errors.ErrUnsupported }
