package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// tiny is a folder on a disk with room for next to nothing.
func tiny(t *testing.T, size string) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("none", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("a small disk: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(folder, 0) })
	return folder
}

// asRoot runs a test again in namespaces of its own, where whoever runs it is
// root: only root can make a disk.
func asRoot(t *testing.T) {
	t.Helper()
	again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("as root: %v\n%s", err, out)
	}
}

// Where the disk is full a backup says so and leaves nothing, and so does a
// restore; the site that is copied goes on.
func TestTheDiskIsFull(t *testing.T) {
	if os.Geteuid() != 0 {
		asRoot(t)
		return
	}
	folder := somewhere(t)
	_, recipient := newKey(t)
	r := start(t, "serve", "--data", folder, "--images=on")
	c := browser(t)
	thread := r.startThread(c, "gr/kilkis", "The library", "Closed again.")
	if status, page := sendPicture(t, c, thread, thread, poster(), "body", "See.", "alt-1", "x"); status != http.StatusOK {
		t.Fatalf("posting a picture: %d\n%s", status, page)
	}
	full := tiny(t, "16k")
	moot(t, "backup", "--data", folder, "--to", full, "--recipient", recipient).fails(t, 1, full, "no space left")
	untouched(t, full)
	made := filepath.Join(t.TempDir(), "site.tar")
	if r := moot(t, "backup", "--data", folder, "--to", made, "--plain"); r.status != 0 {
		t.Fatalf("making a backup: %+v", r)
	}
	for size, says := range map[string]string{"16k": "no space left", "160k": "full"} { // the files don't fit, or the database doesn't
		full := tiny(t, size)
		moot(t, "restore", "--from", made, "--data", filepath.Join(full, "site")).fails(t, 1, says)
		for _, pattern := range []string{"moot.db*", "files/*.txt", "files/picture/*/*"} {
			if left, _ := filepath.Glob(filepath.Join(full, "site", pattern)); len(left) > 0 {
				t.Errorf("left %q", left)
			}
		}
	}
	if !reply(t, staying(t), thread, "We go on.") {
		t.Error("the site doesn't")
	}
}
