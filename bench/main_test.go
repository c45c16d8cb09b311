package bench

import (
	"os"
	"testing"

	"moot/internal/darkroom"
)

func TestMain(m *testing.M) {
	darkroom.Main()
	os.Exit(m.Run())
}
