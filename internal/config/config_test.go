package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// load reads a command line and an environment, in an empty data folder where
// neither names one.
func load(t *testing.T, args, environ []string) (*Config, error) {
	t.Helper()
	in := Bind(flag.NewFlagSet("serve", flag.ContinueOnError))
	in.Default("data", filepath.Join(t.TempDir(), "none"))
	if err := in.Parse(args); err != nil {
		return nil, err
	}
	return in.Load(environ)
}

func mustLoad(t *testing.T, args, environ []string) *Config {
	t.Helper()
	c, err := load(t, args, environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDefaults(t *testing.T) {
	in := Bind(flag.NewFlagSet("serve", flag.ContinueOnError))
	t.Chdir(t.TempDir())
	c, err := in.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Listen: "127.0.0.1:8080", ListenOps: "127.0.0.1:8081",
		Data: "moot-data", Database: "sqlite:moot-data/moot.db", ReplicaLag: 10 * time.Second, Files: "file:moot-data/files",
		SiteName: "Moot", Names: true, Tripcodes: true,
		PostLength: 8000, ThreadPosts: 1000, BumpLimit: 500, BoardThreads: 300, Images: "queue",
		Patience: 5 * time.Second, WorkBits: 18, BackupKeep: 14 * 24 * time.Hour,
		LogLevel: slog.LevelInfo, PageCache: 64, Drain: 20 * time.Second,
		Ladder: Ladder{HandDays: 60, Shown: 3, Held: 3, Ask: 3, Hands: 5, Growth: 2, First: 5, Last: 16, OpenDays: 5, Enough: 5, Least: 3, RestDays: 14},
	}
	if diff := cmp.Diff(want, c, cmpopts.IgnoreUnexported(Config{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	for _, s := range c.Describe() {
		if s.Source != Default {
			t.Errorf("%s is from %s", s.Name, s.Source)
		}
	}
}

func TestEachOverTheOneBefore(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "moot.toml"), "site-name = \"file\"\npost-length = 101\nwork-bits = 1\nnames = false\n")
	c := mustLoad(t,
		[]string{"--data", folder, "--site-name", "flag", "-tripcodes=false"},
		[]string{"MOOT_SITE_NAME=environment", "MOOT_POST_LENGTH=102", "MOOT_DRAIN=", "HOME=/", "MOOT_TEST_POSTGRES=x"})
	if c.SiteName != "flag" || c.PostLength != 102 || c.WorkBits != 1 || c.Names || c.Tripcodes || c.Drain != 20*time.Second {
		t.Errorf("got %+v", c)
	}
	sources := map[string]string{}
	for _, s := range c.Describe() {
		sources[s.Name] = s.Source
	}
	for name, want := range map[string]string{
		"site-name": "--site-name", "post-length": "MOOT_POST_LENGTH", "drain": Default,
		"work-bits": filepath.Join(folder, "moot.toml") + ": work-bits",
	} {
		if sources[name] != want {
			t.Errorf("%s is from %q, want %q", name, sources[name], want)
		}
	}
}

func TestWhichFile(t *testing.T) {
	folder := t.TempDir()
	a := write(t, filepath.Join(folder, "a.toml"), `site-name = "a"`)
	b := write(t, filepath.Join(folder, "b.toml"), fmt.Sprintf("site-name = \"b\"\ndata = %q", filepath.Join(folder, "c")))
	write(t, filepath.Join(folder, "c", "moot.toml"), `site-name = "c"`)
	for want, given := range map[string][2][]string{
		"a": {{"--config", a}, {"MOOT_CONFIG=" + b}},
		"b": {{}, {"MOOT_CONFIG=" + b}},
		"c": {{}, {"MOOT_DATA=" + filepath.Join(folder, "c")}},
	} {
		if c := mustLoad(t, given[0], given[1]); c.SiteName != want {
			t.Errorf("%v: the file is %s, want %s", given, c.SiteName, want)
		}
	}
	if _, err := load(t, []string{"--config", filepath.Join(folder, "none.toml")}, nil); err == nil {
		t.Error("a named file that isn't there is passed over")
	}
	if _, err := load(t, []string{"--data", a}, nil); err == nil {
		t.Error("a data folder that is a file is passed over")
	}
}

func TestMistakesAreNamed(t *testing.T) {
	file := func(content string) []string {
		return []string{"--config", write(t, filepath.Join(t.TempDir(), "moot.toml"), content)}
	}
	moving := t.TempDir()
	write(t, filepath.Join(moving, "moot.toml"), `data = "/elsewhere"`)
	for name, c := range map[string]struct {
		args, environ []string
		want          string
	}{
		"flag":           {[]string{"--lisen", "x"}, nil, "--lisen is no setting: do you mean --listen?"},
		"far flag":       {[]string{"--zzzzzzzz"}, nil, "--zzzzzzzz is no setting"},
		"environment":    {nil, []string{"MOOT_POSTLENGTH=1"}, "MOOT_POSTLENGTH in the environment is no setting: do you mean MOOT_POST_LENGTH?"},
		"file":           {file(`post_length = 1`), nil, "moot.toml: post_length is no setting: do you mean post-length?"},
		"table":          {file("[names]\nallow = true"), nil, "names: \"map[allow:true]\" is not right: want true or false"},
		"syntax":         {file("names = true\nlisten ="), nil, "moot.toml, line 2:"},
		"quoted number":  {file(`post-length = "8000"`), nil, "want a whole number from 100 to 100000, as a number without quotes"},
		"list as text":   {file(`languages = "en"`), nil, `as a list of texts`},
		"comma in list":  {file(`languages = ["en,el"]`), nil, `as a list of texts`},
		"bad flag":       {[]string{"--post-length=many"}, nil, `--post-length: "many" is not right: want a whole number from 100 to 100000`},
		"bad variable":   {nil, []string{"MOOT_PATIENCE=1h"}, `MOOT_PATIENCE: "1h" is not right: want a time from 0s to 2m`},
		"bad in file":    {file(`log-level = "loud"`), nil, `moot.toml: log-level: "loud" is not right: want debug, info, warn or error`},
		"moving":         {[]string{"--data", moving}, nil, "data can't be set by the file that lies in the data folder"},
		"same address":   {[]string{"--listen-ops", "127.0.0.1:8080"}, nil, "listen and listen-ops are both 127.0.0.1:8080"},
		"thread of one":  {[]string{"--thread-posts", "1"}, nil, "--thread-posts"},
		"images":         {[]string{"--images", "maybe"}, nil, "want off, queue or on"},
		"images there":   {[]string{"--images-places", "gr/athens"}, nil, "--images-places"},
		"port":           {[]string{"--listen", "localhost:http"}, nil, "want host:port or unix:/path"},
		"big port":       {[]string{"--listen", "localhost:65536"}, nil, "--listen"},
		"address as URL": {[]string{"--listen", "http://localhost:80"}, nil, "--listen"},
		"no socket":      {[]string{"--listen", "unix:"}, nil, "--listen"},
		"base with path": {[]string{"--base-url", "https://a.example/moot"}, nil, "--base-url"},
		"base not web":   {[]string{"--base-url", "gopher://a.example"}, nil, "--base-url"},
		"base query":     {[]string{"--base-url", "https://a.example?"}, nil, "--base-url"},
		"proxy":          {[]string{"--trusted-proxies", "10.0.0.0/8,proxy.example"}, nil, "--trusted-proxies"},
		"language":       {[]string{"--languages", "en,,el"}, nil, "--languages"},
		"source no web":  {[]string{"--source-url", "javascript:alert(1)"}, nil, "--source-url"},
		"maps elsewhere": {[]string{"--map-tiles", "https://tile.example/{z}/{x}/{y}.png"}, nil, "--map-tiles"},
		"maps away":      {[]string{"--map-tiles", "//tile.example/{z}/{x}/{y}.png"}, nil, "--map-tiles"},
		"maps aslant":    {[]string{"--map-tiles", `/\tile.example/{z}/{x}/{y}.png`}, nil, "--map-tiles"},
		"maps of one":    {[]string{"--map-tiles", "/tiles/{z}/{x}.png"}, nil, "--map-tiles"},
		"maps of twice":  {[]string{"--map-tiles", "/tiles/{z}/{x}/{y}/{y}.png"}, nil, "--map-tiles"},
		"source no host": {[]string{"--source-url", "https://"}, nil, "--source-url"},
		"name in lines":  {[]string{"--site-name", "a\nb"}, nil, "--site-name"},
		"no name":        {[]string{"--site-name", ""}, nil, "--site-name"},
		"files":          {[]string{"--files", "ftp://x"}, nil, "want file:FOLDER or s3://"},
		"push on http":   {[]string{"--push"}, nil, "push needs a base-url"},
		"wakeups":        {[]string{"--database", "postgres://db/moot", "--database-replica", "postgres://db2,db3:5433/moot", "--database-replica-lag", "4s", "--wakeups", "nats://a,http://b"}, nil, "--wakeups"},
		"wakeups alone":  {[]string{"--wakeups", "nats://a"}, nil, "share a database"},
		"replica":        {[]string{"--database", "postgres://db/moot", "--database-replica", "sqlite:a"}, nil, "--database-replica"},
		"replica alone":  {[]string{"--database-replica", "postgres://db2/moot"}, nil, "postgres:// in database, or no database-replica"},
		"replica's lag":  {[]string{"--database-replica-lag", "11s"}, nil, "from 3s to 10s"},
		"mysql":          {[]string{"--database", "mysql://x"}, nil, "--database"},
		"few told of":    {[]string{"--hands-shown", "2"}, nil, "want a whole number from 3 to 100"},
		"hands told":     {[]string{"--hands-shown", "4"}, nil, "convening-ask is 3 and hands-shown 4"},
		"hands to ask":   {[]string{"--convening-ask", "6"}, nil, "convening-hands is 5 and convening-ask 6"},
		"hands to agree": {[]string{"--convening-least", "4"}, nil, "convening-least is 4 and convening-ask 3"},
		"enough hands":   {[]string{"--convening-enough", "2"}, nil, "convening-enough is 2 and convening-least 3"},
		"no week":        {[]string{"--convening-days", "10"}, nil, "dates-last is 16"},
		"two of them":    {[]string{"--convening-enough", "2", "--dates-last", "11"}, nil, "\ndates-last is 11"},
		"truth":          {[]string{"--names=perhaps"}, nil, "--names"},
	} {
		_, err := load(t, c.args, c.environ)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := load(t, []string{"--names=x", "--drain=y"}, []string{"MOOT_A=1", "MOOT_B=2"})
	if err == nil || len(strings.Split(err.Error(), "\n")) != 4 {
		t.Errorf("want four lines:\n%v", err)
	}
}

func TestHelpIsAsked(t *testing.T) {
	if _, err := load(t, []string{"--help"}, nil); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("--help gives %v", err)
	}
	in := Bind(flag.NewFlagSet("demo", flag.ContinueOnError))
	in.Default("data", "./moot-demo")
	var help bytes.Buffer
	if err := in.Help(&help); err != nil {
		t.Fatal(err)
	}
	for _, s := range table {
		if !strings.Contains(help.String(), "\n  --"+s.name+"\n      "+s.meaning) || !strings.Contains(help.String(), variable(s.name)) {
			t.Errorf("the help does not tell of %s", s.name)
		}
	}
	if !strings.Contains(help.String(), "Default: ./moot-demo.") {
		t.Error("the help does not tell the command's own default")
	}
}

func TestOff(t *testing.T) {
	if c := mustLoad(t, []string{"--listen-ops", "off"}, nil); c.ListenOps != "" {
		t.Errorf("off is %q", c.ListenOps)
	}
	c := mustLoad(t, []string{"--listen", "127.0.0.1:0", "--listen-ops", "127.0.0.1:0"}, nil)
	if c.Listen != c.ListenOps {
		t.Error("two ports of the kernel's choice")
	}
}

func TestProxies(t *testing.T) {
	c := mustLoad(t, nil, []string{"MOOT_TRUSTED_PROXIES=10.1.2.3/8, ::1,unix"})
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	if !reflect.DeepEqual(c.TrustedProxies, want) || !c.TrustUnix {
		t.Errorf("got %v, %v", c.TrustedProxies, c.TrustUnix)
	}
	if c := mustLoad(t, nil, nil); c.TrustedProxies != nil || c.TrustUnix {
		t.Error("somebody is trusted by default")
	}
}

func TestPublicURL(t *testing.T) {
	for _, c := range []struct{ base, listening, want string }{
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"", ":8080", "http://localhost:8080"},
		{"", "[::]:80", "http://localhost"},
		{"", "[::1]:80", "http://[::1]"},
		{"", "[::1]:8080", "http://[::1]:8080"},
		{"", "unix:/run/moot", "http://localhost"},
		{"https://Moot.example/", ":80", "https://moot.example"},
	} {
		args := []string{"--base-url", c.base}
		if got := mustLoad(t, args, nil).PublicURL(c.listening); got != c.want {
			t.Errorf("%q on %s: %s, want %s", c.base, c.listening, got, c.want)
		}
	}
}

func TestPasswordsAreHidden(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://moot:hush@db/moot":                "postgres://moot:xxxxx@db/moot",
		"postgres://db/moot?user=a&password=hush":     "postgres://db/moot?password=xxxxx&user=a",
		"postgres://db/moot?sslpassword=hush":         "postgres://db/moot?sslpassword=xxxxx",
		"postgres://moot:hush%zz@db/moot":             hidden,
		"postgres://moot:hu sh@db:x/moot":             hidden,
		"host=db password=hush":                       hidden,
		"hush:hush@db":                                hidden,
		"postgres://moot@db/moot?sslmode=verify-full": "postgres://moot@db/moot?sslmode=verify-full",
		"sqlite:a:b@c":                                "sqlite:a:b@c",
		"moot.db":                                     "moot.db",
	} {
		if got := masked("database", address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
	if got := masked("files", "s3://key:hush@store/bucket"); got != "s3://key:xxxxx@store/bucket" {
		t.Errorf("the store is shown as %s", got)
	}
	for address, want := range map[string]string{
		"nats://a:4222,tls://b":                    "nats://a:4222,tls://b",
		"nats://moot:hush@a:4222,nats://hush@b":    "nats://xxxxx@a:4222,nats://xxxxx@b",
		"nats://moot:hu@sh/@a, hush@b":             "nats://xxxxx@a, xxxxx@b",
		"[nats://moot:hush@a nats://moot:hush@/b]": "[nats://xxxxx@a nats://xxxxx@/b]",
	} {
		if got := masked("wakeups", address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
	if _, err := load(t, []string{"--database", "postgres:moot:hush@db"}, nil); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("the error is %v", err)
	}
	c := mustLoad(t, []string{"--database", "postgres://moot:hush@db/moot", "--database-replica", "postgres://moot:hush@db2,db3/moot"}, nil)
	if c.Database != "postgres://moot:hush@db/moot" {
		t.Errorf("the address was changed: %s", c.Database)
	}
	var printed bytes.Buffer
	if err := c.Print(&printed); err != nil || strings.Contains(printed.String(), "hush") {
		t.Errorf("%v:\n%s", err, printed.String())
	}
}

func TestWhatIsPrintedCanBeRead(t *testing.T) {
	c := mustLoad(t, []string{
		"--listen", "unix:/run/mo\"ot\\x", "--listen-ops", "off", "--base-url", "https://moot.example",
		"--database", "postgres://db/moot", "--database-replica", "postgres://db2,db3:5433/moot", "--database-replica-lag", "4s", "--wakeups", "nats://a:4222,tls://b", "--nats-credentials", "/srv/moot.creds", "--nats-ca", "/srv/ca.pem", "--files", "file:/srv/files", "--site-name", "Αγορά", "--source-url", "https://source.example/moot?at=1", "--languages", "el,en", "--map-tiles", "/streets/{z}/{x}/{y}.png?v=1", "--map-credit", "© their makers",
		"--names=false", "--tripcodes=false", "--post-length", "500", "--thread-posts", "0",
		"--bump-limit", "0", "--board-threads", "0", "--images", "on", "--images-places", "gr=queue,gr/athens=off", "--known-pictures", "/srv/list", "--push",
		"--patience", "1m30s", "--work-bits", "0", "--log-level", "debug", "--log-format", "json",
		"--backup-to", "/srv/backup", "--backup-recipients", "age1a,age1b", "--backup-every", "24h", "--backup-keep", "168h",
		"--hand-days", "90", "--hands-shown", "4", "--hands-held", "2", "--convening-hands", "8", "--convening-ask", "6", "--convening-days", "7", "--convening-enough", "6",
		"--convening-least", "4", "--convening-growth", "3", "--convening-rest", "20", "--dates-first", "7", "--dates-last", "21",
		"--drain", "0", "--page-cache", "12", "--trusted-proxies", "unix,10.0.0.0/8", "--data", "/srv/mo\tot",
	}, nil)
	for _, s := range c.Describe() {
		if s.Source == Default {
			t.Errorf("the test leaves %s at its default", s.Name)
		}
	}
	var printed bytes.Buffer
	if err := c.Print(&printed); err != nil {
		t.Fatal(err)
	}
	again := mustLoad(t, []string{"--config", write(t, filepath.Join(t.TempDir(), "x.toml"), printed.String())}, nil)
	if diff := cmp.Diff(c, again, cmpopts.IgnoreUnexported(Config{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("%s\n%s", diff, printed.String())
	}
	var empty bytes.Buffer
	if err := mustLoad(t, nil, nil).Print(&empty); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(empty.String()) {
		if line != "\n" && !strings.HasPrefix(line, "#") {
			t.Errorf("a default is set: %s", line)
		}
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range table {
		if seen[s.name] || s.group == "" || !strings.HasSuffix(s.meaning, ".") || s.right == "" {
			t.Errorf("%s: incomplete, or twice", s.name)
		}
		seen[s.name] = true
		if !s.set(&Config{}, s.fallback) {
			t.Errorf("%s: its own default is not right", s.name)
		}
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{"", "names = true", "patience = 5", `trusted-proxies = ["unix"]`, "data = 1979-05-27", "[a]\nb = [1, {c = 2}]", "listen = \"\\u0000\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		values, err := parseFile("moot.toml", []byte(content))
		if err != nil {
			return
		}
		for name, value := range values {
			row(name).set(&Config{}, value)
			masked(name, value)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"postgres://u:p@h/d?password=x", "sqlite:a", "::", "postgres://%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		masked("database", value)
		address(value)
		baseURL(value)
		(&Config{}).trust(value)
	})
}

func TestBackupsNeedAFolderAndSomebodyWhoCanOpenThem(t *testing.T) {
	all := []string{"--data", "/srv/site", "--backup-every", "24h", "--backup-to", "backups", "--backup-recipients", "age1a"}
	if c := mustLoad(t, all, nil); c.BackupTo != "/srv/site/backups" || c.BackupEvery != 24*time.Hour || c.BackupKeep != 14*24*time.Hour {
		t.Errorf("got %+v", c)
	}
	for name, args := range map[string][]string{
		"backup-to":         {"--backup-every", "24h", "--backup-recipients", "age1a"},
		"backup-recipients": {"--backup-every", "24h", "--backup-to", "x"},
		"--backup-keep":     append(all, "--backup-keep", "337h"),
		"--backup-every":    append(all, "--backup-every", "9m"),
		"age1":              append(all, "--backup-recipients", "nobody"),
	} {
		if _, err := load(t, args, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
