//go:build linux && !cgo

package sandbox

// cgo: Moot is built without.
const cgo = false

// memory is what the tests grant, in bytes.
const memory = 256 << 20
