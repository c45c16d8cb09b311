//go:build !unix

package sandbox

import (
	"os"
	"syscall"
	"time"
)

func apart(bool) *syscall.SysProcAttr { return nil }

func spent(*os.Process) (time.Duration, bool) { return 0, false }
