//go:build race

package sandbox

// shadow is the memory that the race detector wants for its own ends, in bytes.
const shadow = 2 << 30
