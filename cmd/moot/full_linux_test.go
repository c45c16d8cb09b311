package main

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
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

// noise is a picture that no file makes small.
func noise() []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	r := rand.New(rand.NewPCG(1, 1))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32()) | 0x80*byte(i&3/3)
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

// A full disk of files takes no pictures, leaves nothing of them, and nothing else
// stops.
func TestTheFolderOfFilesIsFull(t *testing.T) {
	if os.Geteuid() != 0 {
		asRoot(t)
		return
	}
	folder := tiny(t, "1m")
	settings := []string{"--data", somewhere(t), "--files", "file:" + filepath.Join(folder, "files")}
	r := start(t, append([]string{"serve", "--images=on"}, settings...)...)
	c := browser(t)
	thread := r.startThread(c, "gr/kilkis", "The library", "Closed again.")
	picturesGoOn(t, c, thread, 1, settings...)
	ballast := filepath.Join(folder, "ballast")
	for _, left := range []int64{200 << 10, 4 << 10} { // it has room for a part, or is known to be full
		var s syscall.Statfs_t
		if err := syscall.Statfs(folder, &s); err != nil {
			t.Fatal(err)
		}
		write(t, ballast, string(make([]byte, int64(s.Bavail)*s.Bsize-left)))
		picturesStop(t, c, thread, noise(), "no room left for pictures")
		if files, _ := filepath.Glob(filepath.Join(folder, "files", "*", "*", "*")); len(files) != 3 {
			t.Errorf("%q are left", files)
		}
		if arriving, _ := filepath.Glob(filepath.Join(folder, "files", "_arriving", "*")); len(arriving) != 0 {
			t.Errorf("%q are left", arriving)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, r.log.String(), "is kept for words", "there is no room left in "+filepath.Join(folder, "files")+": no space left on device")
	picturesGoOn(t, c, thread, 2, settings...)
}
