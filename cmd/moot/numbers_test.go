//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What deploy has for Prometheus and Grafana names numbers that a running site
// gives.
func TestNumbersOfAlertsAndDashboardAreThere(t *testing.T) {
	r := start(t, "serve", "--data", somewhere(t))
	get(t, http.DefaultClient, r.address+"/")
	metrics := get(t, http.DefaultClient, r.ops+"/metrics")
	if metric := regexp.MustCompile(`(?m)^moot_disk_free_bytes [1-9]`); !metric.MatchString(metrics) {
		t.Error("/metrics doesn't say how much room there is")
	}
	name := regexp.MustCompile(`\b(moot|go|process)_[a-z_]+\b`)
	for _, file := range []string{"../../deploy/prometheus/moot.rules.yml", "../../deploy/grafana/moot.json"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".json") && !json.Valid(content) {
			t.Errorf("%s is no JSON", file)
		}
		names := name.FindAllString(string(content), -1)
		if len(names) < 10 {
			t.Errorf("%s names %d numbers: this test can't read it", file, len(names))
		}
		for _, n := range names {
			if !regexp.MustCompile(`(?m)^` + n + `[ {]`).MatchString(metrics) {
				t.Errorf("%s names %s, which /metrics doesn't have", file, n)
			}
		}
	}
}

// number is one of /metrics; labels as they stand there.
func (r *running) number(name string) float64 {
	r.t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(get(r.t, http.DefaultClient, r.ops+"/metrics"))
	if m == nil {
		r.t.Fatalf("/metrics has no %s", name)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
	return n
}

// Each number follows what it tells of.
func TestNumbersTellWhatHappens(t *testing.T) {
	_, recipient := newKey(t)
	r := start(t, "serve", "--data", somewhere(t), "--backup-to", t.TempDir(), "--backup-recipients", recipient, "--backup-every=24h")
	counted := []string{
		"moot_db_writes_total", "moot_db_commits_total", "moot_replies_gathered_total", "moot_replies_gatherings_total", "moot_searches_total",
		"moot_search_seconds_total", `moot_pictures_sent_total{end="taken"}`, `moot_pictures_sent_total{end="refused"}`, "moot_pictures_taking_seconds_total", "moot_pictures_waiting",
	}
	before := map[string]float64{}
	for _, name := range counted {
		before[name] = r.number(name)
	}
	c := browser(t)
	thread := r.startThread(c, "gr/kilkis", "The library", "Closed again.")
	if status, page := sendPicture(t, c, thread, thread, poster(), "body", "See.", "alt-1", "x"); status != http.StatusOK {
		t.Fatalf("posting a picture: %d\n%s", status, page)
	}
	if status, page := sendPicture(t, c, thread, thread, []byte("no picture"), "body", "See.", "alt-1", "x"); status != http.StatusUnprocessableEntity {
		t.Fatalf("posting what is no picture: %d\n%s", status, page)
	}
	if !reply(t, staying(t), thread, "We go on.") {
		t.Fatal("no reply is taken")
	}
	get(t, c, r.address+"/search?q=library")
	for _, name := range counted {
		if now := r.number(name); now <= before[name] {
			t.Errorf("%s is %v, as before", name, now)
		}
	}
	for _, reader := range []string{"boards", "listeners", "search"} {
		until(t, func() bool { return r.number(`moot_outbox_behind_seconds{reader="`+reader+`"}`) == 0 })
	}
	for name, want := range map[string]float64{
		"moot_live_dropped_total": 0, "moot_live_refused_total": 0, "moot_replies_waiting": 0, "moot_pictures_developing_waiting": 0,
		`moot_pictures_sent_total{end="failed"}`: 0, "moot_pictures_waiting": 1, "moot_backup_every_seconds": 24 * 60 * 60,
	} {
		if is := r.number(name); is != want {
			t.Errorf("%s is %v, want %v", name, is, want)
		}
	}
	until(t, func() bool { return r.number("moot_backup_age_seconds") >= 0 })
}

// Prometheus reads the alerts.
func TestAlertsAreRules(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("no promtool on this machine: the alerts were not read by it")
		return
	}
	if out, err := exec.Command(promtool, "check", "rules", "../../deploy/prometheus/moot.rules.yml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
