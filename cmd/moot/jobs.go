package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"moot/internal/backup"
	"moot/internal/config"
	"moot/internal/job"
)

// sweepEvery is how often what is past its time is destroyed.
const sweepEvery = time.Hour

// kinds are the jobs that this node knows.
func (s *site) kinds() []job.Kind {
	sweep := func(name string, f func(context.Context) error) job.Kind {
		return job.Kind{Name: "sweep-" + name, Every: sweepEvery, Do: func(ctx context.Context, _ *job.Turn) error { return f(ctx) }}
	}
	all := []job.Kind{
		sweep("posts", s.boards.Sweep),
		sweep("pictures", s.pictures.Sweep),
		sweep("files", s.sweepFiles),
		sweep("passes", s.passes.Sweep),
		sweep("tickets", s.visitors.Sweep),
		sweep("jobs", s.jobs.Sweep),
	}
	all = append(all, s.ladder.Kinds()...)
	all = append(all, s.meetups.Kinds()...)
	all = append(all, s.origins.Kinds()...)
	if s.notices != nil {
		all = append(all, sweep("notices", s.notices.Sweep))
	}
	if s.backups != nil {
		all = append(all, job.Kind{Name: "backup", Every: s.backups.Every, Do: s.makeBackup})
	}
	return all
}

func (s *site) sweepFiles(ctx context.Context) error {
	n, err := s.pictures.SweepFiles(ctx)
	if n > 0 {
		s.log.Info("swept files that nothing names", "files", n)
	}
	return err
}

// makeBackup makes the backup that is due.
func (s *site) makeBackup(ctx context.Context, _ *job.Turn) error {
	made, err := backup.Site{DB: s.db, Files: s.files}.MakeDue(ctx, *s.backups, s.clock.Now())
	if err != nil {
		if ctx.Err() == nil {
			s.log.Error("a backup was not made", "error", err)
		}
		return err
	}
	s.log.Info("made a backup", "file", made.Path, "bytes", made.Bytes, "posts", made.Manifest.Tables["post"].Count, "files", made.Manifest.Files.Count, "lost", made.Lost)
	return nil
}

// jobs lists what is to be done, and has it done again.
func jobs(c *call) error {
	return c.lookAfter("jobs", func(words []string) (task, error) {
		if len(words) == 0 {
			return c.printJobs, nil
		}
		if words[0] != "again" {
			return nil, usage{fmt.Errorf("moot jobs knows again, not %q", words[0])}
		}
		number, err := numbered("jobs again", words)
		return func(ctx context.Context, s *site, _ *config.Config) error {
			found, err := s.jobs.Again(ctx, number)
			if err == nil && !found {
				err = fmt.Errorf("there is no job %d that nobody is at: moot jobs lists them", number)
			}
			return err
		}, err
	})
}

const timeForm = "2006-01-02 15:04:05"

func (c *call) printJobs(ctx context.Context, s *site, _ *config.Config) error {
	all, err := s.jobs.List(ctx, listed)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(c.out, "There is no job.")
		return nil
	}
	table := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	for _, j := range all {
		state := "due " + j.Due.Format(timeForm)
		switch {
		case !j.Dead.IsZero():
			state = "given up " + j.Dead.Format(timeForm)
		case j.Held:
			state = "under way"
		}
		why, _, _ := strings.Cut(j.Why, "\n")
		if why != "" {
			why = fmt.Sprintf("failed %d times: %s", j.Tries, why)
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", j.Number, j.Kind, j.About, state, why)
	}
	return table.Flush()
}
