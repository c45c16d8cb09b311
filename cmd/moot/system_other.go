//go:build !unix

package main

func leaveNoCore() error { return nil }

// mayUse can't tell on this system: opening the database will.
func mayUse(string) error { return nil }
