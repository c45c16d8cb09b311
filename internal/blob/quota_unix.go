//go:build unix

package blob

import "syscall"

// errQuota is that a user's part of a disk is full.
const errQuota = syscall.EDQUOT
