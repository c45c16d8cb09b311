package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"moot/internal/backup"
	"moot/internal/machine"
	"moot/internal/media"
)

// named is how many files that are amiss are told one by one.
const named = 20

// Compare holds a site's files against the rows that name them, and tells what
// it finds as machine.Examine does.
func (d Desk) Compare(ctx context.Context, c media.Comparison, tell func(machine.Finding)) {
	finding := func(v machine.Verdict, format string, args ...any) {
		tell(machine.Finding{About: "rows", Verdict: v, Text: fmt.Sprintf(format, args...)})
	}
	progress := d.progress()
	told := 0
	all, err := c.Run(ctx, func(a media.Amiss) {
		if told++; told <= named {
			progress.end()
			finding(machine.Fail, "the file %s %s", a.File, a.What)
		}
	}, func(done, total int64) { progress.see(backup.Progress{Step: backup.Files, Done: done, Total: total}) })
	progress.end()
	have := fmt.Sprintf("%d pictures, %d files of %s", all.Pictures, all.Files, inBytes(all.Bytes))
	switch {
	case ctx.Err() != nil:
		finding(machine.Warn, "stopped before every file was looked at")
		return
	case err != nil:
		finding(machine.Fail, "the files can't be held against the rows that name them: %v", cmp.Or(errors.Unwrap(err), err))
		return
	case all.Missing > 0 && all.Files == 0:
		finding(machine.Fail, "none of the files of %d pictures is there: does the setting files name the right folder or bucket?", all.Pictures)
	case all.Missing+all.Wrong > 0:
		finding(machine.Fail, "%d files that rows name aren't there and %d aren't as they were stored, of %d pictures: "+
			"restore a backup into another folder and copy them from there, or take the picture out of its posts with moot queue remove NUMBER", all.Missing, all.Wrong, all.Pictures)
	case c.Contents:
		finding(machine.OK, "every file that a row names is there, and was read to its last byte: %s", have)
	default:
		finding(machine.OK, "every file that a row names is there: %s; moot doctor --pictures reads them too", have)
	}
	if all.Orphans > 0 {
		finding(machine.Warn, "%d files of %s are named by no row: a site that runs deletes them within an hour; where it hasn't, its log says why (sweeping files)", all.Orphans, inBytes(all.OrphanBytes))
	}
	if all.Others > 0 {
		finding(machine.OK, "%d files beside them are no pictures of this site's: nothing deletes them", all.Others)
	}
}
