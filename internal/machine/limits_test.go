package machine

import "testing"

// Visitors and listeners together leave the site files of its own, where it has
// as many as checkLimits asks for.
func TestConnectionsLeaveFilesOver(t *testing.T) {
	for files, want := range map[uint64]int{256: 128, 1024: 384, 4096: 1920, 65536: 8192, 1 << 62: 8192} {
		if got := connections(files); got != want {
			t.Errorf("with %d files, %d connections, want %d", files, got, want)
		}
	}
}
