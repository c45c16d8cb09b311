package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"moot/internal/place/gazetteer"
)

func main() {
	log.SetFlags(0)
	to := flag.String("to", "internal/place", "folder to write gazetteer.zst and paths.tsv.zst to")
	flag.Parse()
	if err := run(*to); err != nil {
		log.Fatal("build: ", err)
	}
}

func run(to string) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	src, err := fetch(filepath.Join(cache, "moot-gazetteer"))
	if err != nil {
		return err
	}
	tablePath := filepath.Join(to, "paths.tsv.zst")
	table, err := readPaths(tablePath)
	if err != nil {
		return err
	}
	world, err := gather(src)
	if err != nil {
		return err
	}
	before := len(table)
	world.givePaths(table)
	tables := world.tables()
	file := gazetteer.Encode(tables)
	if err := os.WriteFile(filepath.Join(to, "gazetteer.zst"), file, 0o644); err != nil {
		return err
	}
	if err := writePaths(tablePath, table); err != nil {
		return err
	}
	fmt.Printf("%d countries, %d regions, %d cities, %d quarters\n",
		len(tables.Codes), len(tables.RegionCodes), len(tables.ID), len(tables.Host))
	fmt.Printf("%d keys, %d names, %d bearers, %d names by language in %d languages\n",
		tables.Written.Keys.Len(), tables.Written.Len(), len(tables.Bearers), len(tables.DisplayLang), len(tables.Langs))
	fmt.Printf("%d paths, %d of them new; %d bytes\n", len(table), len(table)-before, len(file))
	return nil
}
