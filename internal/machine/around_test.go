//go:build unix

package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

func TestWhatStandsAroundASite(t *testing.T) {
	const swaps = "Filename\t\t\t\tType\t\tSize\n"
	for name, c := range map[string]struct {
		look  string
		files map[string]string
		want  Verdict
		says  string
	}{
		"no swap":         {"swap", map[string]string{"/proc/swaps": swaps}, OK, "in the clear"},
		"a file":          {"swap", map[string]string{"/proc/swaps": swaps + "/swapfile file 1024\n"}, Warn, "/swapfile"},
		"compressed":      {"swap", map[string]string{"/proc/swaps": swaps + "/dev/zram0 partition 1024\n"}, OK, ""},
		"encrypted":       {"swap", map[string]string{"/proc/swaps": swaps + "/dev/dm-7 partition 1\n", "/sys/block/dm-7/dm/uuid": "CRYPT-PLAIN-s\n"}, OK, ""},
		"a volume":        {"swap", map[string]string{"/proc/swaps": swaps + "/dev/dm-7 partition 1\n", "/sys/block/dm-7/dm/uuid": "LVM-abc\n"}, Warn, "/dev/dm-7"},
		"nobody can tell": {"swap", nil, Warn, "can't be found out"},

		"no front server": {"front", nil, OK, "no server"},
		"nginx by itself": {"front", map[string]string{"/etc/nginx/nginx.conf": "http {\n}\n"}, Warn, "access_log off"},
		"nginx, quiet":    {"front", map[string]string{"/etc/nginx/nginx.conf": "http {\n\taccess_log off;\n# access_log /a;\n}\n"}, OK, "nginx"},
		"nginx, one site": {"front", map[string]string{"/etc/nginx/nginx.conf": "access_log off;\n", "/etc/nginx/sites-enabled/moot": "server {\n access_log /var/log/a;\n}\n"}, Warn, "sites-enabled/moot: access_log /var/log/a"},
		"nginx, errors":   {"front", map[string]string{"/etc/nginx/nginx.conf": "access_log off;\nerror_log /var/log/e;\n"}, Warn, "error_log /var/log/e"},
		"Caddy, quiet":    {"front", map[string]string{"/etc/caddy/Caddyfile": "{\n\tlog default {\n\t\texclude http\n\t}\n}\n"}, OK, "Caddy"},
		"Caddy":           {"front", map[string]string{"/etc/caddy/Caddyfile": "moot.example {\n\tlog\n}\n"}, Warn, "Caddy"},
		"Apache":          {"front", map[string]string{"/etc/apache2/apache2.conf": "", "/etc/apache2/sites-enabled/a": "CustomLog /var/log/a combined\n"}, Warn, "CustomLog"},
		"Apache, quiet":   {"front", map[string]string{"/etc/apache2/apache2.conf": "ErrorLog /dev/null\n"}, OK, "Apache"},
		"HAProxy":         {"front", map[string]string{"/etc/haproxy/haproxy.cfg": "defaults\n\toption httplog\n"}, Warn, "option httplog"},
		"HAProxy, quiet":  {"front", map[string]string{"/etc/haproxy/haproxy.cfg": "defaults\n\tmode http\n"}, OK, "HAProxy"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Site{root: t.TempDir()}
			for file, content := range c.files {
				file = filepath.Join(s.root, file)
				makeFolder(t, filepath.Dir(file), 0o700)
				write(t, file, content)
			}
			look := checkSwap
			if c.look == "front" {
				look = checkFront
			}
			if f := look(t.Context(), s); f.Verdict != c.want || !strings.Contains(f.Text, c.says) {
				t.Errorf("%s: %s; want %s with %q in it", f.Verdict, f.Text, c.want, c.says)
			}
		})
	}
}

func TestWhatADatabaseKeepsIsLookedThrough(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		address := dbtest.Address(t, engine)
		schema(t, address, "")
		for _, whole := range []bool{false, true} {
			f := checkContent(t.Context(), Site{Database: address, Whole: whole})
			right := f.Verdict == OK && strings.Contains(f.Text, "whole")
			if engine == db.PostgreSQL {
				right = strings.Contains(f.Text, "checksums")
			}
			if !right {
				t.Errorf("%s: %s: %s", engine, f.Verdict, f.Text)
			}
		}
	}
}

func TestASpoiltDatabaseIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "moot.db")
	schema(t, "sqlite:"+path, "")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt(make([]byte, 4096), 5*4096); err != nil {
		t.Fatal(err)
	}
	if f := checkContent(t.Context(), Site{Database: "sqlite:" + path}); f.Verdict != Fail || !strings.Contains(f.Text, "restore a backup") {
		t.Errorf("%s: %s", f.Verdict, f.Text)
	}
}
