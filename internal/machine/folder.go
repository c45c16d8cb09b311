package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// DataFolder makes the data folder where it is missing, for its owner alone,
// and finds out whether it can be used.
func DataFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return Usable(path)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("the data folder %s can't be made: %w: make it for the user that runs moot, or choose another with --data", path, Reason(err))
	}
	return nil
}

// Usable finds out whether the data folder can be used, without touching
// what is in it.
func Usable(path string) error {
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
		return fmt.Errorf("the data folder %s can't be read and written: %w: give it to the user that runs moot, or choose another with --data", path, Reason(err))
	}
	return nil
}

// Reason is an error of the file system without the path, which the message
// around it says.
func Reason(err error) error {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		return wrong.Err
	}
	return err
}
