package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"moot/internal/blob"
	"moot/internal/config"
	"moot/internal/darkroom"
	"moot/internal/db"
)

// verdict is what a check comes to.
type verdict int

const (
	ok   verdict = iota
	warn         // a site runs, and something is not as it should be
	fail         // no site runs so, or it isn't safe
)

func (v verdict) String() string { return [...]string{"ok", "warn", "fail"}[v] }

// finding is what a check found, in words for the operator.
type finding struct {
	verdict verdict
	text    string
}

func found(v verdict, format string, args ...any) finding {
	return finding{v, fmt.Sprintf(format, args...)}
}

// check looks at one thing of this machine, with the settings that a site would
// have. It changes nothing.
type check struct {
	about string
	look  func(context.Context, *config.Config) finding
}

// checks are all of them, in the order in which they are told.
var checks = []check{
	{"data", checkData},
	{"disk", checkDisk},
	{"database", checkDatabase},
	{"files", checkFiles},
	{"pictures", checkPictures},
	{"limits", checkLimits},
	{"clock", checkClock},
}

// checkTime is how long one check may take.
const checkTime = 15 * time.Second

// doctor looks whether a site can run here, and safely.
func doctor(c *call) error {
	cfg, err := c.settings("doctor", nil)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			tell(c.out, "settings", finding{fail, strings.TrimSpace(line)})
		}
		return errors.New("without settings there is nothing else to look at")
	}
	tell(c.out, "settings", found(ok, "can be read; moot config lists them"))
	if err := leaveNoCore(); err != nil { // as a site does, in case it keeps another check from working
		tell(c.out, "memory", found(warn, "a crash may leave memory on the disk: %v", err))
	}
	failed := 0
	for _, check := range checks {
		ctx, cancel := context.WithTimeout(context.Background(), checkTime)
		f := check.look(ctx, cfg)
		cancel()
		tell(c.out, check.about, f)
		if f.verdict == fail {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks)+1)
	}
	return nil
}

// tell prints a finding in a line.
func tell(out io.Writer, about string, f finding) {
	fmt.Fprintf(out, "%-4s  %-8s  %s\n", f.verdict, about, strings.Join(strings.Fields(f.text), " "))
}

func checkData(_ context.Context, cfg *config.Config) finding {
	info, err := os.Stat(cfg.Data)
	if errors.Is(err, fs.ErrNotExist) {
		above := existing(cfg.Data)
		if err := mayUse(above); err != nil {
			return found(fail, "%s isn't there and can't be made, since %s: %v", cfg.Data, above, reason(err))
		}
		return found(ok, "%s isn't there yet; the first start makes it", cfg.Data)
	}
	if err := usableFolder(cfg.Data); err != nil {
		return found(fail, "%v", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && privateFolders {
		return found(warn, "%s can be entered by other users of this machine (mode %04o): chmod 700", cfg.Data, info.Mode().Perm())
	}
	return found(ok, "%s can be read and written, by its owner alone", cfg.Data)
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

// What a disk should have left.
const (
	littleSpace = 1 << 30
	noSpace     = 64 << 20
)

func checkDisk(_ context.Context, cfg *config.Config) finding {
	folder := existing(cfg.Data)
	free, total, err := space(folder)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return found(warn, "this system doesn't say how much room there is in %s", folder)
	case err != nil:
		return found(fail, "how much room there is in %s can't be found out: %v", folder, err)
	}
	v, advice := ok, ""
	switch {
	case free < noSpace:
		v, advice = fail, ": nothing can be posted soon"
	case free < littleSpace || free < total/10:
		v, advice = warn, ": make room before it is full"
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

func checkDatabase(ctx context.Context, cfg *config.Config) finding {
	if path, isFile := strings.CutPrefix(cfg.Database, "sqlite:"); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return found(ok, "%s isn't there yet; the first start makes it", path)
		}
	}
	d, err := db.Open(ctx, cfg.Database)
	if err != nil {
		return found(fail, "%v", err)
	}
	defer d.Close()
	has, err := d.Version(ctx)
	if err != nil {
		return found(fail, "it opens, and can't be read: %v", err)
	}
	knows, err := d.Newest()
	switch {
	case err != nil:
		return found(fail, "%v", err)
	case has > knows:
		return found(fail, "%v: it has %d, this moot %d", db.ErrNewer, has, knows)
	case has < knows:
		return found(ok, "%s opens, with schema %d; the next start brings it to %d: copy it before", d.Engine(), has, knows)
	}
	return found(ok, "%s opens, with schema %d", d.Engine(), has)
}

func checkFiles(ctx context.Context, cfg *config.Config) finding {
	if folder, isFolder := strings.CutPrefix(cfg.Files, "file:"); isFolder {
		switch _, err := os.Stat(folder); {
		case errors.Is(err, fs.ErrNotExist):
			return found(ok, "%s isn't there yet; the first start makes it", folder)
		case err != nil:
			return found(fail, "%s can't be reached: %v", folder, reason(err))
		}
		if err := mayUse(folder); err != nil {
			return found(fail, "%s can't be read and written: %v", folder, reason(err))
		}
		return found(ok, "%s can be read and written", folder)
	}
	store, err := blob.Open(ctx, cfg.Files)
	if err != nil {
		return found(fail, "%v", err)
	}
	defer store.Close()
	if err := store.Ping(ctx); err != nil {
		return found(fail, "the object store doesn't answer: %v", cmp.Or(errors.Unwrap(err), err))
	}
	return found(ok, "the object store answers")
}

// checkPictures has a picture made as a site would.
func checkPictures(ctx context.Context, _ *config.Config) finding {
	worker, err := darkroom.Probe(ctx)
	if err != nil {
		return found(fail, "the process that makes pictures doesn't: %v", err)
	}
	network := "its network is this machine's"
	if worker.Alone {
		network = "it has no network"
	}
	if missing := worker.Missing(); len(missing) > 0 {
		return found(warn, "made by a process that is held by %v and not by %s; %s", worker.Held, strings.Join(missing, ", "), network)
	}
	return found(ok, "made by a process that is held by %v; %s", worker.Held, network)
}

func checkLimits(context.Context, *config.Config) finding {
	files, err := openFiles()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return found(ok, "none on open files")
	case err != nil:
		return found(warn, "how many files may be open can't be found out: %v", err)
	case files < 256:
		return found(fail, "%d files and connections may be open at once: raise LimitNOFILE, or ulimit -n", files)
	case files < 4096:
		return found(warn, "%d files and connections may be open at once; busy sites want 4096: raise LimitNOFILE, or ulimit -n", files)
	}
	return found(ok, "%d files and connections may be open at once", files)
}

// checkClock compares the clock with what has been written already: the program
// and the database can't be of tomorrow.
func checkClock(_ context.Context, cfg *config.Config) finding {
	now := time.Now()
	written := map[string]string{"this program": ownPath()}
	if path, isFile := strings.CutPrefix(cfg.Database, "sqlite:"); isFile {
		written["the database"], written["the database's journal"] = path, path+"-wal"
	}
	const slack = 2 * time.Minute
	for what, path := range written {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(now.Add(slack)) {
			return found(fail, "it says %s, and %s is of %s: set it, before anything is posted with the wrong time", stamp(now), what, stamp(info.ModTime()))
		}
	}
	if kept, err := clockIsKept(); err == nil && !kept {
		return found(warn, "it says %s, and nothing keeps it right: run an NTP client, such as systemd-timesyncd or chrony", stamp(now))
	}
	return found(ok, "it says %s", stamp(now))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func ownPath() string {
	path, _ := os.Executable()
	return path
}
