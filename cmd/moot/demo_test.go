//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"
)

func TestDemoRunsTwice(t *testing.T) {
	folder := somewhere(t)
	r := start(t, "demo", "--data", folder)
	wants(t, r.log.String(), `msg="wrote the demo's boards"`)
	board := get(t, browser(t), r.address+"/gr/thessaloniki")
	wants(t, board, "ενοίκιό")
	wants(t, get(t, browser(t), r.address+"/jp/osaka"), "夜勤明け")
	front := get(t, browser(t), r.address+"/")
	wants(t, front, "/gr/thessaloniki")
	r.process.Process.Signal(syscall.SIGTERM)
	if status := r.wait(); status != 0 {
		t.Errorf("exit status %d\n%s", status, r.log)
	}
	again := start(t, "demo", "--data", folder)
	if strings.Contains(again.log.String(), "wrote the demo's boards") {
		t.Errorf("it was written twice:\n%s", again.log)
	}
	wants(t, get(t, browser(t), again.address+"/gr/thessaloniki"), "ενοίκιό")
}
