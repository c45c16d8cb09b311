//go:build linux && !amd64 && !arm64

package sandbox

// auditArch is 0 where nobody has tried the filter.
const auditArch = 0
