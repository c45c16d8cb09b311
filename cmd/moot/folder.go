package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// dataFolder makes the data folder where it is missing, for its owner alone,
// and finds out whether it can be used.
func dataFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return usableFolder(path)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("the data folder %s can't be made: %w: make it for the user that runs moot, or choose another with --data", path, reason(err))
	}
	return nil
}

// usableFolder finds out whether the data folder can be used, without touching
// what is in it.
func usableFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("the data folder %s can't be made: it would lie in a file: choose another with --data", path)
	case err == nil && !info.IsDir():
		return fmt.Errorf("the data folder %s is a file: choose another with --data", path)
	case err == nil:
		err = mayUse(path)
	}
	if err != nil {
		return fmt.Errorf("the data folder %s can't be read and written: %w: give it to the user that runs moot, or choose another with --data", path, reason(err))
	}
	return nil
}

// reason is an error of the file system without the path, which the message
// around it says.
func reason(err error) error {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		return wrong.Err
	}
	return err
}
