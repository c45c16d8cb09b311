package darkroom

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// memory is what this process has, and the most that it had, in bytes.
type memory struct{ now, peak int }

// resident reads proc(5), /proc/pid/status, and lets the peak begin anew.
func resident(t *testing.T) (m memory) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		fmt.Sscanf(line, "VmRSS: %d", &m.now)
		fmt.Sscanf(line, "VmHWM: %d", &m.peak)
	}
	if m.now == 0 || m.peak == 0 {
		t.Fatalf("no sizes in %s", status)
	}
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return memory{m.now << 10, m.peak << 10}
}
