package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"moot/internal/machine"
)

// doctor looks whether a site can run here, and safely.
func doctor(c *call) error {
	failed := 0
	tell := func(f machine.Finding) {
		fmt.Fprintf(c.out, "%-4s  %-8s  %s\n", f.Verdict, f.About, f.Text)
		if f.Verdict == machine.Fail {
			failed++
		}
	}
	var whole bool
	cfg, err := c.settings("doctor", func(own *flag.FlagSet) { own.BoolVar(&whole, "whole", false, "") }, nil)
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
	machine.Examine(context.Background(), machine.Site{Data: cfg.Data, Database: cfg.Database, Files: cfg.Files, Whole: whole}, tell)
	if failed > 0 {
		return fmt.Errorf("checks that failed: %d", failed)
	}
	return nil
}
