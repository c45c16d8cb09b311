//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
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
