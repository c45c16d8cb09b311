//go:build linux && cgo

package sandbox

// cgo: the race detector's builds have it, and want memory for its own ends.
const cgo = true

// memory is what the tests grant, in bytes.
const memory = 1024 << 20
