package bench

import (
	"os"
	"testing"

	"moot/internal/darkroom"
)

func TestMain(m *testing.M) {
	darkroom.Main()
	if way := os.Getenv(servesVariable); way != "" {
		serveListeners(way)
	}
	os.Exit(m.Run())
}
