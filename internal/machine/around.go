package machine

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"moot/internal/db"
	"moot/internal/db/whole"
)

// checkContent looks whether what the database keeps is whole.
func checkContent(ctx context.Context, s Site) Finding {
	if path, isFile := strings.CutPrefix(s.Database, "sqlite:"); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return found(OK, "there is none yet")
		}
	}
	d, err := db.Open(ctx, s.Database)
	if err != nil {
		return found(Warn, "it can't be looked at, as the database doesn't open")
	}
	defer d.Close()
	wrong, err := whole.Check(ctx, d, s.Whole)
	switch {
	case ctx.Err() != nil:
		return found(Warn, "the database is too large to be looked through in %v: moot doctor --whole takes its time", checkTime)
	case err != nil:
		return found(Fail, "the database can't be read through: %v: keep a copy of it as it is, and restore a backup", err)
	case len(wrong) > 0 && d.Engine() == db.PostgreSQL:
		return found(Warn, "the server doesn't see what a disk has spoilt: stop it and run pg_checksums --enable")
	case len(wrong) > 0:
		return found(Fail, "the database is spoilt: keep a copy of it as it is, and restore a backup. It says: %s", strings.Join(wrong, "; "))
	case d.Engine() == db.PostgreSQL:
		return found(OK, "the server keeps checksums of its pages, and stops at one that is spoilt")
	case s.Whole:
		return found(OK, "the database is whole, its indexes too")
	}
	return found(OK, "the database is whole; moot doctor --whole compares its indexes too")
}

// checkSwap looks whether memory is written to a disk in the clear.
func checkSwap(_ context.Context, s Site) Finding {
	swaps, err := os.ReadFile(s.system("/proc/swaps"))
	if err != nil {
		return found(Warn, "whether there is swap can't be found out: what it holds of memory must be encrypted, or there must be none")
	}
	var clear []string
	lines := bufio.NewScanner(bytes.NewReader(swaps))
	lines.Scan() // the head of the table
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 0 && !s.sealed(fields[0]) {
			clear = append(clear, fields[0])
		}
	}
	if len(clear) > 0 {
		return found(Warn, "memory may be written to %s in the clear: swapoff, or encrypt it", strings.Join(clear, ", "))
	}
	return found(OK, "no memory is written to a disk in the clear")
}

// sealed reports whether a swap is in memory itself, or encrypted by dm-crypt.
func (s Site) sealed(device string) bool {
	if real, err := filepath.EvalSymlinks(device); err == nil {
		device = real
	}
	name := path.Base(device)
	if strings.HasPrefix(name, "zram") {
		return true
	}
	uuid, err := os.ReadFile(s.system("/sys/block/" + name + "/dm/uuid"))
	return err == nil && bytes.HasPrefix(uuid, []byte("CRYPT-"))
}

// system is where a file of the system stands.
func (s Site) system(name string) string { return filepath.Join("/", s.root, name) }

// front is a server that may stand before a site, and what in its settings
// writes down who came.
type front struct {
	name  string
	files []string // patterns; the first one has to be there
	// diary reports whether a line, in words, turns a log of visits on. off,
	// where it isn't nil, whether it turns it off: then silence means on.
	diary, off func(words []string) bool
	advice     string
}

var fronts = []front{
	{
		"nginx", []string{"/etc/nginx/nginx.conf", "/etc/nginx/conf.d/*.conf", "/etc/nginx/sites-enabled/*"},
		func(w []string) bool {
			return len(w) > 1 && (w[0] == "access_log" && w[1] != "off" || w[0] == "error_log" && w[1] != "/dev/null")
		},
		func(w []string) bool { return w[0] == "access_log" && len(w) > 1 && w[1] == "off" },
		"access_log off; error_log /dev/null crit;",
	},
	{
		"Caddy", []string{"/etc/caddy/Caddyfile"},
		func(w []string) bool { return w[0] == "log" && (len(w) == 1 || w[1] != "default") }, nil,
		"take the log directive out",
	},
	{
		"Apache", []string{"/etc/apache2/apache2.conf", "/etc/apache2/conf-enabled/*.conf", "/etc/apache2/sites-enabled/*"},
		func(w []string) bool { return w[0] == "CustomLog" || w[0] == "TransferLog" }, nil,
		"take CustomLog and TransferLog out",
	},
	{
		"HAProxy", []string{"/etc/haproxy/haproxy.cfg"},
		func(w []string) bool {
			return len(w) > 1 && (w[0] == "log" && w[1] == "global" || w[0] == "option" && (w[1] == "httplog" || w[1] == "tcplog"))
		}, nil,
		"no log global, no option httplog",
	},
}

// checkFront looks whether a server before the site keeps a diary of visits.
func checkFront(_ context.Context, s Site) Finding {
	var quiet, unread []string
	for _, f := range fronts {
		if _, err := os.Stat(s.system(f.files[0])); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		file, line, err := f.logs(s)
		switch {
		case err != nil:
			unread = append(unread, f.name)
		case line != "":
			return found(Warn, "%s on this machine writes down who visits (%s: %s): %s", f.name, file, line, f.advice)
		default:
			quiet = append(quiet, f.name)
		}
	}
	switch {
	case len(unread) > 0:
		return found(Warn, "whether %s on this machine writes down who visits can't be read: ask as root", strings.Join(unread, ", "))
	case len(quiet) > 0:
		return found(OK, "%s on this machine keeps no log of visits that its settings tell of", strings.Join(quiet, ", "))
	}
	return found(OK, "no server that stands before others has settings on this machine")
}

// logs is the first line that turns a log of visits on, and its file; "" where
// none does.
func (f front) logs(s Site) (file, line string, err error) {
	silenced := false
	for _, pattern := range f.files {
		names, err := filepath.Glob(s.system(pattern))
		if err != nil {
			return "", "", err
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				return "", "", err
			}
			for line := range strings.Lines(string(content)) {
				words := strings.Fields(strings.ReplaceAll(line, ";", " "))
				switch {
				case len(words) == 0 || strings.HasPrefix(words[0], "#"):
				case f.diary(words):
					return name, strings.Join(words, " "), nil
				case f.off != nil && f.off(words):
					silenced = true
				}
			}
		}
	}
	if f.off != nil && !silenced {
		return s.system(f.files[0]), "which turns none off", nil
	}
	return "", "", nil
}
