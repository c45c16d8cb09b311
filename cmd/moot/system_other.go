//go:build !unix

package main

import "errors"

func leaveNoCore() error { return nil }

// mayUse can't tell on this system: opening the database will.
func mayUse(string) error { return nil }

const privateFolders = false

func openFiles() (uint64, error) { return 0, errors.ErrUnsupported }

func clockIsKept() (bool, error) { return false, errors.ErrUnsupported }
