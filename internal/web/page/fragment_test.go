package page

import (
	"strings"
	"testing"
	"testing/fstest"

	"moot/internal/lang"
)

func TestAFragmentIsMadeWithoutAPage(t *testing.T) {
	f := NewFolder("test", fstest.MapFS{
		"_parts.html": file("{{define \"part\"}}\n<p title=\"{{.}}\">{{.}} {{t \"page.skip\"}}</p>\n{{end}}"),
		"whole.html":  file(`{{define "main"}}{{template "part" .Words}}{{end}}`),
	})
	Declare[*words](f, "whole")
	part := DeclareFragment[string](f, "part")
	s, err := Open(settings(), f)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	for _, l := range lang.All() {
		html, err := part.Make(s.Reader(l.Code()), `<b "x">`)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(html), `<p title="&lt;b &#34;x&#34;&gt;">&lt;b`) || !strings.HasSuffix(string(html), l.T("page.skip")+"</p>") {
			t.Errorf("in %s: %s", l.Code(), html)
		}
		made[string(html)] = true
	}
	if len(made) != len(lang.All()) {
		t.Errorf("%d languages, %d wordings", len(lang.All()), len(made))
	}
	if r := s.Reader("none"); r.Language != s.Languages[0] {
		t.Errorf("a language that isn't offered is %v", r.Language.Code())
	}
}

func TestAWrongFragmentStopsTheStart(t *testing.T) {
	for name, text := range map[string]string{
		"part":   `{{define "part"}}<a href="javascript:{{.}}" onclick={{.}}/>{{if}}{{end}}{{end}}`,
		"unsafe": `{{define "unsafe"}}<script>var x = "{{.}}</script>{{end}}`,
		"lost":   `{{define "other"}}{{end}}`,
	} {
		f := NewFolder("test", fstest.MapFS{"_parts.html": file(text)})
		DeclareFragment[string](f, name)
		if _, err := Open(settings(), f); err == nil {
			t.Errorf("%s: the site starts", name)
		}
	}
}

func TestOnlyPagesThatLiveMakeMarkup(t *testing.T) {
	if strings.Contains(policy, "moot-live") || !strings.HasSuffix(policy, "trusted-types 'none'") || !strings.HasSuffix(livePolicy, "trusted-types moot-live") {
		t.Errorf("the policies are %q and %q", policy, livePolicy)
	}
	if strings.TrimSuffix(policy, "'none'") != strings.TrimSuffix(livePolicy, "moot-live") {
		t.Error("the policies differ in more than that")
	}
}
