//go:build linux || darwin || freebsd

package machine

import "syscall"

// Space is how many bytes a disk has left for this user, and how many in all.
func Space(folder string) (free, total uint64, err error) {
	var disk syscall.Statfs_t
	err = syscall.Statfs(folder, &disk)
	block := uint64(disk.Bsize)
	return uint64(disk.Bavail) * block, disk.Blocks * block, err
}
