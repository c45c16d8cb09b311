package main

import (
	"errors"
	"strings"

	"moot/internal/operator"
	"moot/internal/place"
)

const placeHelp = `moot place NAME

Prints what the gazetteer knows of the place that NAME means, and lists others
that it may mean. NAME is any name in any script, with or without accents, or
the path of a board. A country or region before or behind it narrows it.

Examples
  moot place Θεσσαλονίκη
  moot place springfield illinois
  moot place gr/central-macedonia
`

// printPlaces prints what is known of the place that a name means.
func printPlaces(c *call) error {
	words, err := c.operands("place", placeHelp)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(strings.Join(words, " "))
	if name == "" {
		return usage{errors.New("place wants a name, as in: moot place Θεσσαλονίκη")}
	}
	places, err := place.Load()
	if err != nil {
		return err
	}
	return operator.Desk{Out: c.out, Err: c.err}.Place(places, name)
}
