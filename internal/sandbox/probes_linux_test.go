package sandbox

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// probe is something that nobody does from inside.
type probe struct {
	name    string
	anybody bool // whether any user can do it outside, on any kernel of today
	try     func(scene) error
}

// raw is a system call as whoever had taken over the process would make it,
// past Go's runtime.
func raw(trap, a, b, c uintptr) error {
	if _, _, errno := unix.RawSyscall(trap, a, b, c); errno != 0 {
		return errno
	}
	return nil
}

func socket(family, kind int) error {
	return raw(unix.SYS_SOCKET, uintptr(family), uintptr(kind), 0)
}

var probes = []probe{
	{"read a file", true, func(s scene) error { _, err := os.ReadFile(filepath.Join(s.Folder, "there")); return err }},
	{"make a file", true, func(s scene) error { return os.WriteFile(filepath.Join(s.Folder, "new"), []byte("x"), 0o600) }},
	{"list a folder", true, func(s scene) error { _, err := os.ReadDir("/"); return err }},
	{"ask whether a file is there", true, func(s scene) error { _, err := os.Stat(filepath.Join(s.Folder, "there")); return err }},
	{"remove a file", true, func(s scene) error { return os.Remove(filepath.Join(s.Folder, "doomed")) }},
	{"make a symbolic link", true, func(s scene) error { return os.Symlink("/etc/passwd", filepath.Join(s.Folder, "link")) }},
	{"change a mode", true, func(s scene) error { return os.Chmod(filepath.Join(s.Folder, "there"), 0o777) }},
	{"read its environment", true, func(s scene) error { _, err := os.ReadFile("/proc/self/environ"); return err }},
	{"open the machine's memory", false, func(s scene) error { _, err := os.Open("/dev/mem"); return err }},
	{"run a program", true, func(s scene) error {
		p, err := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{})
		if err == nil {
			p.Wait()
		}
		return err
	}},
	{"split into two processes", true, func(s scene) error {
		child, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			return errno
		}
		if child == 0 {
			unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
		unix.Wait4(int(child), nil, 0, nil)
		return nil
	}},
	{"open a TCP socket", true, func(s scene) error { return socket(unix.AF_INET, unix.SOCK_STREAM) }},
	{"open a UDP socket", true, func(s scene) error { return socket(unix.AF_INET6, unix.SOCK_DGRAM) }},
	{"open a Unix socket", true, func(s scene) error { return socket(unix.AF_UNIX, unix.SOCK_STREAM) }},
	{"open a netlink socket", true, func(s scene) error { return socket(unix.AF_NETLINK, unix.SOCK_RAW) }},
	{"connect to a port", true, func(s scene) error {
		c, err := net.DialTimeout("tcp", s.Port, time.Second)
		if err == nil {
			c.Close()
		}
		return err
	}},
	{"trace the parent", false, func(s scene) error {
		const seize = 0x4206
		return raw(unix.SYS_PTRACE, seize, uintptr(s.Parent), 0)
	}},
	{"read the parent's memory", false, func(s scene) error {
		var here [8]byte
		local := unix.Iovec{Base: &here[0], Len: 8}
		_, err := unix.ProcessVMReadv(s.Parent, []unix.Iovec{local}, []unix.RemoteIovec{{Base: uintptr(unsafe.Pointer(&here)), Len: 8}}, 0)
		if errors.Is(err, unix.EFAULT) {
			return nil // it may look, and there is nothing at that address
		}
		return err
	}},
	{"signal the parent", true, func(s scene) error { return unix.Kill(s.Parent, 0) }},
	{"signal a thread of the parent", true, func(s scene) error { return unix.Tgkill(s.Parent, s.Parent, 0) }},
	{"hold the parent by a descriptor", true, func(s scene) error { _, err := unix.PidfdOpen(s.Parent, 0); return err }},
	{"mount", false, func(s scene) error {
		err := unix.Mount("none", s.Folder, "tmpfs", 0, "")
		if err == nil {
			unix.Unmount(s.Folder, 0)
		}
		return err
	}},
	{"change its root", false, func(s scene) error {
		if err := unix.Chroot("/"); err != nil {
			return err
		}
		return nil
	}},
	{"have a namespace of its own", false, func(s scene) error { return raw(unix.SYS_UNSHARE, unix.CLONE_NEWUTS, 0, 0) }},
	{"be another user", true, func(s scene) error { return raw(unix.SYS_SETUID, uintptr(os.Getuid()), 0, 0) }},
	{"have a file in memory", true, func(s scene) error { _, err := unix.MemfdCreate("x", 0); return err }},
	{"run a file in memory", true, func(s scene) error {
		fd, err := unix.MemfdCreate("x", 0)
		if err != nil {
			return err
		}
		own, err := os.ReadFile("/bin/true")
		if err != nil {
			return err
		}
		if _, err := unix.Write(fd, own); err != nil {
			return err
		}
		p, err := os.StartProcess("/proc/self/fd/"+string(rune('0'+fd%10)), []string{"x"}, &os.ProcAttr{Files: []*os.File{nil}})
		if err == nil {
			p.Wait()
		}
		unix.Close(fd)
		return nil
	}},
	{"map memory that runs", true, func(s scene) error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
		return err
	}},
	{"make memory run", true, func(s scene) error {
		m, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ, unix.MAP_ANON|unix.MAP_PRIVATE)
		if err != nil {
			return err
		}
		return unix.Mprotect(m, unix.PROT_READ|unix.PROT_EXEC)
	}},
	{"map memory to share", true, func(s scene) error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ, unix.MAP_ANON|unix.MAP_SHARED)
		return err
	}},
	{"have a ring of requests (io_uring)", false, func(s scene) error {
		var parameters [120]byte
		return raw(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&parameters)), 0)
	}},
	{"load a program into the kernel (bpf)", false, func(s scene) error {
		attributes := [4]uint32{2, 4, 4, 1} // an array of one element
		return raw(unix.SYS_BPF, 0, uintptr(unsafe.Pointer(&attributes)), unsafe.Sizeof(attributes))
	}},
	{"have a key ring", false, func(s scene) error {
		_, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_PROCESS_KEYRING, true)
		return err
	}},
	{"answer page faults (userfaultfd)", false, func(s scene) error { return raw(unix.SYS_USERFAULTFD, 1, 0, 0) }},
	{"count events of the processor", false, func(s scene) error {
		_, err := unix.PerfEventOpen(&unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Size: 128}, 0, -1, -1, 0)
		return err
	}},
	{"set its limits", true, func(s scene) error {
		var now unix.Rlimit
		return unix.Prlimit(0, unix.RLIMIT_CORE, &unix.Rlimit{}, &now)
	}},
	{"have another descriptor", true, func(s scene) error { _, err := unix.Dup(1); return err }},
	{"be dumpable again", true, func(s scene) error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) }},
}
