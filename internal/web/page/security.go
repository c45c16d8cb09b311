package page

import (
	"net/http"
	"slices"
)

// policy allows a page its own site's files and nothing else: no inline style
// or script, no data: address, no frame around it, no markup made from strings.
const policy = policyBut + "'none'"

// livePolicy lets one module of a page make markup of strings: live.js, of what
// the site's own stream brings. pushPolicy lets another, push.js, name the worker that
// shows notices.
const (
	livePolicy = policyBut + "moot-live"
	pushPolicy = policyBut + "moot-push"
	bothPolicy = livePolicy + " moot-push"
)

// policy is the content policy of a page, by the modules that it has.
func (v *View) policy() string {
	switch push := slices.Contains(v.Modules, "push.js"); {
	case v.Live && push:
		return bothPolicy
	case v.Live:
		return livePolicy
	case push:
		return pushPolicy
	}
	return policy
}

const policyBut = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types "

const permissions = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), " +
	"encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), " +
	"idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), " +
	"publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), usb=(), " +
	"xr-spatial-tracking=()"

// Harden sets the headers that every answer of the site carries. The referrer
// policy is same-origin and not no-referrer, as with the latter browsers send
// `Origin: null` with the site's own forms on plain-http onion addresses, and
// http.CrossOriginProtection refuses them.
func Harden(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", permissions)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
}
