//go:build cgo

package sandbox

// cgo says that this program may have threads that Go doesn't know.
const cgo = true
