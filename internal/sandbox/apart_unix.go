//go:build unix && !linux

package sandbox

import (
	"os"
	"syscall"
	"time"
)

func apart(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func spent(*os.Process) (time.Duration, bool) { return 0, false }
