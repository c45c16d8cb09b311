package operator

import (
	"context"
	"fmt"
	"io"
	"time"

	"moot/internal/backup"
)

// Desk is where somebody asked for something.
type Desk struct {
	Out io.Writer // for what comes of it
	Err io.Writer // for how far it is
}

// Backup makes a backup of a site. For to, see backup.Site.Make.
func (d Desk) Backup(ctx context.Context, site backup.Site, to string, recipients backup.Recipients, now time.Time) error {
	progress := d.progress()
	made, err := site.Make(ctx, to, recipients, now, progress.see)
	progress.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "%s\n%s\nSHA-256 %x\n", made.Path, holds(made.Header, made.Manifest), made.Sum)
	if len(recipients) == 0 {
		fmt.Fprintln(d.Out, "It is not encrypted: whoever has the file has the site.")
	}
	for _, name := range made.Lost {
		fmt.Fprintf(d.Err, "moot: the file %s is named by a picture and isn't there\n", name)
	}
	return nil
}

// Check reads a backup to its end and says what is in it.
func (d Desk) Check(ctx context.Context, path string, ids backup.Identities) error {
	progress := d.progress()
	h, m, err := backup.Check(ctx, path, ids, progress.see)
	progress.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "It is whole.\n%s\n", holds(h, m))
	return nil
}

// Restore makes a site of a backup.
func (d Desk) Restore(ctx context.Context, path string, ids backup.Identities, to backup.Target) error {
	progress := d.progress()
	done, err := backup.Restore(ctx, path, ids, to, progress.see)
	progress.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "The site is there again, and every row and file was compared.\n%s\n", holds(done.Header, done.Manifest))
	if done.Missing > 0 {
		fmt.Fprintf(d.Out, "Pictures that count as removed, since their files were not there when the backup was made: %d.\n", done.Missing)
	}
	fmt.Fprintln(d.Out, "Posts that were taken back since then stand again: say so on the site.")
	return nil
}

// holds says in a line what a backup holds.
func holds(h backup.Header, m backup.Manifest) string {
	var rows int64
	for _, sum := range m.Tables {
		rows += sum.Count
	}
	return fmt.Sprintf("The site as it was at %s: %d rows of %d tables, among them %d posts in %d threads; %d files of %s.",
		h.At.Format("2006-01-02 15:04:05 UTC"), rows, len(m.Tables), m.Tables["post"].Count, m.Tables["thread"].Count, m.Files.Count, inBytes(m.Files.Bytes))
}
