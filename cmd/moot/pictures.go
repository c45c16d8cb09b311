package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"moot/internal/clock"
	"moot/internal/config"
	"moot/internal/darkroom"
	"moot/internal/machine"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/picture"
	"moot/internal/place"
)

// openPictures opens where files are kept, and what makes pictures of what
// people send.
func (s *site) openPictures(ctx context.Context, cfg *config.Config, now *clock.Clock) (err error) {
	listed, err := knownPictures(cfg.KnownPictures)
	if err != nil {
		return err
	}
	s.darkroom = darkroom.Open(darkroom.Settings{Log: s.log})
	limits := media.Limits{Listed: listed}
	if folder, ok := strings.CutPrefix(cfg.Files, "file:"); ok {
		limits.Full = func() bool { return machine.Crowded(folder) }
	}
	s.pictures = media.Open(s.db, now, s.outbox, s.files, s.darkroom, limits)
	return nil
}

// knownPictures reads the operator's list of pictures that are not let in.
func knownPictures(path string) ([]picture.PDQ, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("known-pictures: %s can't be read: %w", path, machine.Reason(err))
	}
	defer f.Close()
	listed, err := media.ReadList(f)
	if err != nil {
		return nil, fmt.Errorf("known-pictures: %s: %w", path, err)
	}
	return listed, nil
}

// picturesOf is what the settings say of pictures. Places that the gazetteer
// doesn't have are mistakes.
func picturesOf(cfg *config.Config, places *place.Gazetteer) (order.Pictures, error) {
	all := order.Pictures{Site: order.Images(cfg.Images), Places: map[string]order.Images{}}
	var wrong []error
	for path, images := range cfg.ImagesPlaces {
		p, ok := places.ByPath(path)
		if !ok {
			p, ok = places.Redirect(path)
		}
		if !ok {
			wrong = append(wrong, fmt.Errorf("images-places: there is no place %q: moot place finds its path", path))
			continue
		}
		all.Places[p.Path()] = order.Images(images)
	}
	if len(wrong) > 0 {
		return all, mistakes{errors.Join(wrong...)}
	}
	return all, nil
}
