//go:build !race

package flyer

const raced = false
