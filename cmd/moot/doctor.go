package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"moot/internal/blob"
	"moot/internal/clock"
	"moot/internal/config"
	"moot/internal/db"
	"moot/internal/machine"
	"moot/internal/media"
	"moot/internal/operator"
	"moot/internal/outside"
)

// doctor looks whether a site can run here, and safely.
func doctor(c *call) error {
	ctx, stop := c.untilSignal()
	defer stop()
	failed, wrong := 0, map[string]bool{}
	tell := func(f machine.Finding) {
		fmt.Fprintf(c.out, "%-4s  %-8s  %s\n", f.Verdict, f.About, f.Text)
		if f.Verdict == machine.Fail {
			failed++
			wrong[f.About] = true
		}
	}
	var whole, pictures bool
	var from visited
	cfg, err := c.settings("doctor", func(own *flag.FlagSet) {
		own.BoolVar(&whole, "whole", false, "")
		own.BoolVar(&pictures, "pictures", false, "")
		own.Var(&from, "outside", "")
	}, nil)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			tell(machine.Finding{About: "settings", Verdict: machine.Fail, Text: strings.TrimSpace(line)})
		}
		return errors.New("without settings there is nothing else to look at")
	}
	tell(machine.Finding{About: "settings", Text: "can be read; moot config lists them"})
	machine.Examine(ctx, machine.Site{Data: cfg.Data, Database: cfg.Database, Files: cfg.Files, Whole: whole}, tell)
	if !wrong["database"] && !wrong["content"] && !wrong["files"] {
		c.compareFiles(ctx, cfg, pictures, tell)
	}
	if at := cmp.Or(from.address, cfg.BaseURL); from.asked && at == "" {
		tell(machine.Finding{About: "site", Verdict: machine.Fail, Text: "nobody knows its address: set base-url, or ask with --outside=https://…"})
	} else if from.asked {
		outside.Look(ctx, outside.Site{Address: at, Now: clock.New().Now()}, tell)
	}
	if failed > 0 {
		return fmt.Errorf("checks that failed: %d", failed)
	}
	return nil
}

// visited is the flag --outside, alone or with an address.
type visited struct {
	asked   bool
	address string
}

func (v *visited) String() string   { return v.address }
func (v *visited) IsBoolFlag() bool { return true }

func (v *visited) Set(text string) error {
	v.asked = text != "false"
	if text == "true" || text == "false" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return errors.New("want https://host, without a path")
	}
	v.address = text
	return nil
}

// compareFiles holds the files of a site against its rows, where it has rows.
func (c *call) compareFiles(ctx context.Context, cfg *config.Config, contents bool, tell func(machine.Finding)) {
	finding := func(v machine.Verdict, format string, args ...any) {
		tell(machine.Finding{About: "rows", Verdict: v, Text: fmt.Sprintf(format, args...)})
	}
	if siteIn(cfg.Database) != nil {
		finding(machine.OK, "there are none yet")
		return
	}
	soon, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	d, err := db.Open(soon, cfg.Database)
	if err != nil {
		finding(machine.Fail, "%v", err)
		return
	}
	defer d.Close()
	has, err := d.Version(ctx)
	if knows, _ := d.Newest(); err != nil || has != knows {
		finding(machine.Warn, "the files can't be held against them before the next start has brought the database up to date")
		return
	}
	files, err := blob.Look(cfg.Files)
	if errors.Is(err, fs.ErrNotExist) {
		finding(machine.Warn, "the folder of files isn't there, though the database is: the setting files names another, unless nobody has started this site yet")
		return
	}
	if err != nil {
		finding(machine.Fail, "%v", err)
		return
	}
	defer files.Close()
	desk := operator.Desk{Out: c.out, Err: c.err}
	desk.Compare(ctx, media.Comparison{DB: d, Files: files, Now: clock.New().Now(), Contents: contents}, tell)
}
