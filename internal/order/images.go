package order

import "moot/internal/place"

// Images says what becomes of a picture that somebody posts.
type Images string

const (
	ImagesOff   Images = "off"   // none is taken
	ImagesQueue Images = "queue" // it waits until a steward lets it through
	ImagesOn    Images = "on"    // it is shown at once
)

// Pictures are a site's settings for pictures: one for all of it, and others
// for some places and what lies in them.
type Pictures struct {
	Site   Images
	Places map[string]Images // by the path of a place
}

// On is what becomes of a picture on a place's board: the setting of the place,
// of the nearest that it lies in, or of the site; off where nothing is set.
func (p Pictures) On(at place.Place) Images {
	for ; at.Valid(); at = at.Parent() {
		if images, set := p.Places[at.Path()]; set {
			return images
		}
	}
	if p.Site == "" {
		return ImagesOff
	}
	return p.Site
}
