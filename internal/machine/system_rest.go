//go:build unix && !linux

package machine

import "errors"

func undumpable() error { return nil }

func clockIsKept() (bool, error) { return false, errors.ErrUnsupported }
