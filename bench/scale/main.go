package main

import (
	"flag"
	"log"
	"os"
	"time"

	"moot/internal/place"
)

func main() {
	posts := flag.Int("posts", 100_000_000, "that the site holds")
	views := flag.Float64("views", 100, "of pages, for each post that is written")
	cores := flag.Float64("cores", 8, "of a node")
	life := flag.Duration("life", time.Minute, "how long a page is kept that nothing moves")
	seed := flag.Uint64("seed", 1, "of what is drawn")
	flag.Parse()
	if *posts < 1_000_000 || *views < 1 || *cores < 1 || *life < time.Second || flag.NArg() > 0 {
		log.Fatal("scale: a site has a million posts at least, a view for each, nodes of a core, and keeps pages for a second")
	}
	places, err := place.Load()
	if err != nil {
		log.Fatal(err)
	}
	if err := newWorld(places, *posts, life.Seconds(), *seed).report(os.Stdout, *posts, *views, *cores); err != nil {
		log.Fatal(err)
	}
}
