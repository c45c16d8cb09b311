package machine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"moot/internal/blob"
	"moot/internal/darkroom"
	"moot/internal/db"
)

// Verdict is what a check comes to.
type Verdict int

const (
	OK   Verdict = iota
	Warn         // a site runs, and something is not as it should be
	Fail         // no site runs so, or not safely
)

func (v Verdict) String() string { return [...]string{"ok", "warn", "fail"}[v] }

// Finding is what a check found.
type Finding struct {
	About   string // one word
	Verdict Verdict
	Text    string // for the operator, in one line
}

func found(v Verdict, format string, args ...any) Finding {
	return Finding{Verdict: v, Text: fmt.Sprintf(format, args...)}
}

// check looks at one thing of this machine, for a site. It changes
// nothing.
type check struct {
	about string
	look  func(context.Context, Site) Finding
}

// checks are all of them, in the order in which they are told.
var checks = []check{
	{"data", checkData},
	{"disk", checkDisk},
	{"database", checkDatabase},
	{"content", checkContent},
	{"files", checkFiles},
	{"pictures", checkPictures},
	{"limits", checkLimits},
	{"clock", checkClock},
	{"swap", checkSwap},
	{"front", checkFront},
}

// checkTime is how long one check may take.
const checkTime = 15 * time.Second

// Site is what is asked of a machine, as the settings say it.
type Site struct {
	Data     string // folder of everything the site keeps
	Database string // "sqlite:PATH" or "postgres://…"
	Files    string // where pictures are kept: "file:FOLDER" or "s3://…"

	// Whole says that the database is looked through as deeply as can be, in
	// whatever time that takes.
	Whole bool

	root string // where the system's own files stand, if not in /
}

// Examine looks at one thing after the other, and tells each finding when it
// has it. It changes nothing but this process, which from then on leaves no
// core, as a site's does.
func Examine(ctx context.Context, s Site, tell func(Finding)) {
	if err := LeaveNoCore(); err != nil { // first, in case it keeps something else from working
		tell(Finding{"memory", Warn, fmt.Sprintf("a crash may leave memory on the disk: %v", err)})
	}
	for _, check := range checks {
		soon, cancel := context.WithTimeout(ctx, checkTime)
		if s.Whole && check.about == "content" {
			cancel()
			soon, cancel = context.WithCancel(ctx)
		}
		f := check.look(soon, s)
		cancel()
		f.About, f.Text = check.about, strings.Join(strings.Fields(f.Text), " ")
		tell(f)
	}
}

func checkData(_ context.Context, s Site) Finding {
	info, err := os.Stat(s.Data)
	if errors.Is(err, fs.ErrNotExist) {
		above := existing(s.Data)
		if err := mayUse(above); err != nil {
			return found(Fail, "%s isn't there and can't be made, since %s: %v", s.Data, above, Reason(err))
		}
		return found(OK, "%s isn't there yet; the first start makes it", s.Data)
	}
	if err := Usable(s.Data); err != nil {
		return found(Fail, "%v", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && privateFolders {
		return found(Warn, "%s can be entered by other users of this machine (mode %04o): chmod 700", s.Data, info.Mode().Perm())
	}
	return found(OK, "%s can be read and written, by its owner alone", s.Data)
}

// existing is the nearest folder above a path that is there.
func existing(path string) string {
	path, err := filepath.Abs(path)
	for err == nil && filepath.Dir(path) != path {
		if _, err := os.Stat(path); err == nil {
			break
		}
		path = filepath.Dir(path)
	}
	return path
}

// What a disk should have left, in bytes.
const (
	littleSpace = 1 << 30
	noSpace     = 64 << 20
	muchSpace   = 10 << 30 // enough, however large the disk is
)

// Crowded reports whether a folder's disk has so little room left, less than a
// tenth and less than 10 GiB, that it should be kept for what needs little. Where
// that can't be found out it isn't.
func Crowded(folder string) bool {
	free, total, err := Space(existing(folder))
	return err == nil && crowded(free, total)
}

func crowded(free, total uint64) bool { return free < total/10 && free < muchSpace }

func checkDisk(_ context.Context, s Site) Finding {
	folder := existing(s.Data)
	free, total, err := Space(folder)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return found(Warn, "this system doesn't say how much room there is in %s", folder)
	case err != nil:
		return found(Fail, "how much room there is in %s can't be found out: %v", folder, err)
	}
	v, advice := OK, ""
	switch {
	case free < noSpace:
		v, advice = Fail, ": nothing can be posted soon"
	case crowded(free, total):
		v, advice = Warn, ": no pictures are taken until there is a tenth, or 10 GiB"
	case free < littleSpace:
		v, advice = Warn, ": make room before it is full"
	}
	return found(v, "%s of %s are free in %s%s", inWords(free), inWords(total), folder, advice)
}

// inWords is a number of bytes as people say it.
func inWords(n uint64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

func checkDatabase(ctx context.Context, s Site) Finding {
	if path, isFile := strings.CutPrefix(s.Database, "sqlite:"); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return found(OK, "%s isn't there yet; the first start makes it", path)
		}
	}
	d, err := db.Open(ctx, s.Database)
	if err != nil {
		return found(Fail, "%v", err)
	}
	defer d.Close()
	has, err := d.Version(ctx)
	if err != nil {
		return found(Fail, "it opens, and can't be read: %v", err)
	}
	knows, err := d.Newest()
	switch {
	case err != nil:
		return found(Fail, "%v", err)
	case has > knows:
		return found(Fail, "%v: it has %d, this moot %d", db.ErrNewer, has, knows)
	case has < knows:
		return found(OK, "%s opens, with schema %d; the next start brings it to %d: copy it before", d.Engine(), has, knows)
	}
	return found(OK, "%s opens, with schema %d", d.Engine(), has)
}

func checkFiles(ctx context.Context, s Site) Finding {
	if folder, isFolder := strings.CutPrefix(s.Files, "file:"); isFolder {
		switch _, err := os.Stat(folder); {
		case errors.Is(err, fs.ErrNotExist):
			return found(OK, "%s isn't there yet; the first start makes it", folder)
		case err != nil:
			return found(Fail, "%s can't be reached: %v", folder, Reason(err))
		}
		if err := mayUse(folder); err != nil {
			return found(Fail, "%s can't be read and written: %v", folder, Reason(err))
		}
		return found(OK, "%s can be read and written", folder)
	}
	store, err := blob.Open(ctx, s.Files)
	if err != nil {
		return found(Fail, "%v", err)
	}
	defer store.Close()
	if err := store.Ping(ctx); err != nil {
		return found(Fail, "%v", cmp.Or(errors.Unwrap(err), err))
	}
	return found(OK, "the object store answers")
}

// checkPictures has a picture made as a site would.
func checkPictures(ctx context.Context, _ Site) Finding {
	worker, err := darkroom.Probe(ctx)
	if err != nil {
		return found(Fail, "the process that makes pictures doesn't: %v", err)
	}
	network := "its network is this machine's"
	if worker.Alone {
		network = "it has no network"
	}
	if missing := worker.Missing(); len(missing) > 0 {
		return found(Warn, "made by a process that is held by %v and not by %s; %s", worker.Held, strings.Join(missing, ", "), network)
	}
	return found(OK, "made by a process that is held by %v; %s", worker.Held, network)
}

func checkLimits(context.Context, Site) Finding {
	files, err := openFiles()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return found(OK, "none on open files")
	case err != nil:
		return found(Warn, "how many files may be open can't be found out: %v", err)
	case files < 256:
		return found(Fail, "%d files and connections may be open at once: raise LimitNOFILE, or ulimit -n", files)
	case files < 4096:
		return found(Warn, "%d files and connections may be open at once, %d of them visitors'; busy sites want 4096: raise LimitNOFILE, or ulimit -n", files, connections(files))
	}
	return found(OK, "%d files and connections may be open at once, %d of them visitors'", files, connections(files))
}

// What visitors' connections leave over, and how many are enough: each takes
// some 16 KiB of memory while it is answered.
const (
	ownFiles        = 128 // for the database, pictures, the site itself
	manyConnections = 8192
)

// Connections are how many a site should let its visitors have at a time, beside
// those who listen, who get half of the files that may be open. 0 where the
// system has no limit on those.
func Connections() int {
	files, err := openFiles()
	if err != nil {
		return 0
	}
	return connections(files)
}

func connections(files uint64) int {
	return int(min(max(files/2, 2*ownFiles)-ownFiles, manyConnections))
}

// checkClock compares the clock with what has been written already: the program
// and the database can't be of tomorrow.
func checkClock(_ context.Context, s Site) Finding {
	now := time.Now()
	written := map[string]string{"this program": ownPath()}
	if path, isFile := strings.CutPrefix(s.Database, "sqlite:"); isFile {
		written["the database"], written["the database's journal"] = path, path+"-wal"
	}
	const slack = 2 * time.Minute
	for what, path := range written {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(now.Add(slack)) {
			return found(Fail, "it says %s, and %s is of %s: set it, before anything is posted with the wrong time", stamp(now), what, stamp(info.ModTime()))
		}
	}
	if kept, err := clockIsKept(); err == nil && !kept {
		return found(Warn, "it says %s, and nothing keeps it right: run an NTP client, such as systemd-timesyncd or chrony", stamp(now))
	}
	return found(OK, "it says %s", stamp(now))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func ownPath() string {
	path, _ := os.Executable()
	return path
}
