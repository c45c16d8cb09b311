//go:build !unix

package machine

import "errors"

// LeaveNoCore has nothing to ask this system for.
func LeaveNoCore() error { return nil }

// mayUse can't tell on this system: opening the database will.
func mayUse(string) error { return nil }

const privateFolders = false

func openFiles() (uint64, error) { return 0, errors.ErrUnsupported }

func clockIsKept() (bool, error) { return false, errors.ErrUnsupported }
