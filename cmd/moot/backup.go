package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"moot/internal/backup"
	"moot/internal/blob"
	"moot/internal/clock"
	"moot/internal/config"
	"moot/internal/machine"
	"moot/internal/operator"
)

// texts is a flag that may be given more than once.
type texts []string

func (t *texts) String() string     { return strings.Join(*t, ",") }
func (t *texts) Set(s string) error { *t = append(*t, s); return nil }

// makeBackup copies a site into a file, or looks whether such a file is whole.
func makeBackup(c *call) error {
	var to, check, identity string
	var recipients texts
	var plain bool
	cfg, err := c.settings("backup", func(flags *flag.FlagSet) {
		flags.StringVar(&to, "to", "", "a file or a folder")
		flags.Var(&recipients, "recipient", "a public key")
		flags.BoolVar(&plain, "plain", false, "not encrypted")
		flags.StringVar(&check, "check", "", "a backup")
		flags.StringVar(&identity, "identity", "", "a file of keys")
	}, nil)
	if err != nil {
		return err
	}
	ctx, stop := c.untilSignal()
	defer stop()
	desk := operator.Desk{Out: c.out, Err: c.err}
	if check != "" {
		ids, err := identities(identity)
		if err != nil {
			return err
		}
		return desk.Check(ctx, check, ids)
	}
	if to == "" {
		to = cfg.BackupTo
	}
	if to == "" {
		return usage{errors.New("moot backup wants to know where to, as in: moot backup --to /srv/backup --recipient age1…")}
	}
	sealed, err := sealedTo(recipients, plain, cfg)
	if err != nil {
		return err
	}
	s := &site{}
	defer s.close()
	if err := s.openAsItIs(ctx, cfg); err != nil {
		return err
	}
	return plainly(desk.Backup(ctx, backup.Site{DB: s.db, Files: s.files}, to, sealed, clock.New().Now()))
}

// openAsItIs opens the database and the files of a site that is there, whatever
// its schema.
func (s *site) openAsItIs(ctx context.Context, cfg *config.Config) (err error) {
	if err := siteIn(cfg.Database); err != nil {
		return err
	}
	if err := s.openRows(ctx, cfg); err != nil {
		return err
	}
	return s.openFiles(ctx, cfg)
}

// sealedTo are the recipients of a backup. There are none where somebody says
// --plain, and only there.
func sealedTo(list []string, plain bool, cfg *config.Config) (backup.Recipients, error) {
	switch {
	case plain && len(list) > 0:
		return nil, usage{errors.New("--plain is for nobody in particular: leave it out, or --recipient")}
	case plain:
		return backup.Plain, nil
	case len(list) == 0:
		list = cfg.BackupRecipients
	}
	if len(list) == 0 {
		return nil, usage{errors.New("a backup is encrypted: say to whom with --recipient age1… (age-keygen makes such a key), or --plain for one that anybody can read who has the file")}
	}
	return backup.ParseRecipients(list)
}

// identities reads a file of keys, if one is named.
func identities(path string) (backup.Identities, error) {
	if path == "" {
		return nil, nil
	}
	return backup.ReadIdentities(path)
}

// restore makes a site of a backup.
func restore(c *call) error {
	var from, identity string
	cfg, err := c.settings("restore", func(flags *flag.FlagSet) {
		flags.StringVar(&from, "from", "", "a backup")
		flags.StringVar(&identity, "identity", "", "a file of keys")
	}, nil)
	if err != nil {
		return err
	}
	if from == "" {
		return usage{errors.New("moot restore wants to know of what, as in: moot restore --from moot-20261126T031500Z.age --identity keys.txt")}
	}
	ids, err := identities(identity)
	if err != nil {
		return err
	}
	ctx, stop := c.untilSignal()
	defer stop()
	if err := backup.Restorable(ctx, from, ids); err != nil {
		return err
	}
	if strings.HasPrefix(cfg.Database, "sqlite:") {
		if err := machine.DataFolder(cfg.Data); err != nil {
			return err
		}
	}
	files, err := blob.Open(ctx, cfg.Files)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	defer files.Close()
	return plainly(operator.Desk{Out: c.out, Err: c.err}.Restore(ctx, from, ids, backup.Target{Database: cfg.Database, Files: files}))
}

// schedule is when the settings say that backups are made; nil for never.
func schedule(cfg *config.Config) (*backup.Schedule, error) {
	if cfg.BackupEvery == 0 {
		return nil, nil
	}
	recipients, err := backup.ParseRecipients(cfg.BackupRecipients)
	if err != nil {
		return nil, mistakes{fmt.Errorf("backup-recipients: %w", err)}
	}
	return &backup.Schedule{To: cfg.BackupTo, Recipients: recipients, Every: cfg.BackupEvery, Keep: cfg.BackupKeep}, nil
}

// siteIn reports where a site should be and isn't.
func siteIn(database string) error {
	path, sqlite := strings.CutPrefix(database, "sqlite:")
	if !sqlite {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("there is no site here: %s: %w: say where with --data", path, machine.Reason(err))
	}
	return nil
}
