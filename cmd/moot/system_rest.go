//go:build unix && !linux

package main

import "errors"

func undumpable() error { return nil }

func clockIsKept() (bool, error) { return false, errors.ErrUnsupported }
