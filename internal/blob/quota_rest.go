//go:build !unix

package blob

import "syscall"

// errQuota is that a disk is full, where users have no parts of it.
const errQuota = syscall.ENOSPC
