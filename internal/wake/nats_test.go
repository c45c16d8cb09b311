package wake

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// serve runs a NATS server until the test ends.
func serve(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	o.Host, o.NoSigs, o.NoLog = "127.0.0.1", true, true
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(s) })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server did not come up")
	}
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

func open(servers ...string) Line { return NATS{Servers: servers, Site: "a"}.Open(nil) }

func TestNATSWakesOthers(t *testing.T) {
	s := serve(t, &server.Options{Port: server.RANDOM_PORT})
	a, b := begin(t, open(s.ClientURL())), begin(t, open(s.ClientURL()))
	wakes(t, a, b)
	wakes(t, b, a)

	elsewhere := begin(t, NATS{Servers: []string{s.ClientURL()}, Site: "b"}.Open(nil))
	settled(a, b, elsewhere)
	awaken, own := elsewhere.Awaken(), a.Awaken()
	wakes(t, a, b)
	for name, c := range map[string]<-chan struct{}{"another site": awaken, "who said so": own} {
		select {
		case <-c:
			t.Error(name + " was woken")
		default:
		}
	}
}

// A burst of posts is few wake-ups.
func TestABurstIsFewWakeUps(t *testing.T) {
	s := serve(t, &server.Options{Port: server.RANDOM_PORT})
	a, b := begin(t, open(s.ClientURL())), begin(t, open(s.ClientURL()))
	settled(a, b)
	var said atomic.Int32
	witness, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer witness.Close()
	if _, err := witness.Subscribe("moot.wake.>", func(*nats.Msg) { said.Add(1) }); err != nil {
		t.Fatal(err)
	}
	if err := witness.Flush(); err != nil {
		t.Fatal(err)
	}
	const posts = 1000
	for range posts {
		a.Spread()
	}
	settled(b)
	if err := witness.Flush(); err != nil {
		t.Fatal(err)
	}
	if n := said.Load(); n == 0 || n > posts/10 {
		t.Errorf("%d posts were %d wake-ups", posts, n)
	}
}

func TestNATSThatIsCutOffComesBack(t *testing.T) {
	s := serve(t, &server.Options{Port: server.RANDOM_PORT})
	a, b := begin(t, open(s.ClientURL())), begin(t, open(s.ClientURL()))
	address, err := url.Parse(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	var port int
	fmt.Sscan(address.Port(), &port)
	stop(s)
	for _, n := range []*node{a, b} {
		n.says(t, lost, 1)
	}
	a.Spread() // and nobody hears it
	awaken := b.Awaken()
	serve(t, &server.Options{Port: port})
	for _, n := range []*node{a, b} {
		n.says(t, back, 1)
		n.says(t, lost, 1)
	}
	select {
	case <-awaken: // for what was said meanwhile
	case <-time.After(30 * time.Second):
		t.Error("nobody looked when the line was back")
	}
	wakes(t, a, b)
}

// A site starts and goes on where there is no NATS yet.
func TestNATSThatComesLater(t *testing.T) {
	gone := serve(t, &server.Options{Port: server.RANDOM_PORT})
	address := gone.ClientURL()
	u, _ := url.Parse(address)
	var port int
	fmt.Sscan(u.Port(), &port)
	stop(gone)
	time.AfterFunc(2*time.Second, func() { serve(t, &server.Options{Port: port}) })
	n := begin(t, open(address))
	n.says(t, lost, 1)
	n.says(t, back, 1)
}

func TestNATSInACluster(t *testing.T) {
	name := func(s string) *server.Options {
		return &server.Options{Port: server.RANDOM_PORT, ServerName: s, Cluster: server.ClusterOpts{Name: "moot", Host: "127.0.0.1", Port: server.RANDOM_PORT}}
	}
	one := serve(t, name("one"))
	o := name("two")
	o.Routes = []*url.URL{{Scheme: "nats", Host: one.ClusterAddr().String()}}
	two := serve(t, o)
	for range 200 {
		if one.NumRoutes() > 0 && two.NumRoutes() > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	a, b := begin(t, open(one.ClientURL(), two.ClientURL())), begin(t, open(two.ClientURL(), one.ClientURL()))
	wakes(t, a, b)
	wakes(t, b, a)
	stop(two) // whoever is there goes to the other
	for range 600 {
		if one.NumClients() == 2 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	wakes(t, a, b)
	wakes(t, b, a)
}

// A node that may not hear says so, and doesn't believe that all is well.
func TestNATSThatRefuses(t *testing.T) {
	s := serve(t, &server.Options{Port: server.RANDOM_PORT, Users: []*server.User{
		{Username: "moot", Password: "x", Permissions: &server.Permissions{Subscribe: &server.SubjectPermission{Deny: []string{"moot.>"}}}},
	}})
	u, _ := url.Parse(s.ClientURL())
	for _, user := range []*url.Userinfo{url.UserPassword("moot", "x"), url.UserPassword("moot", "wrong")} {
		u.User = user
		line := NATS{Servers: []string{u.String()}, Site: "a"}.Open(nil)
		err := line.Hear(t.Context(), Ear{Wake: func(string) {}, Up: func() {}, Down: func(error) {}})
		if err == nil || !strings.HasPrefix(err.Error(), "NATS at "+u.Host+" ") {
			t.Errorf("%s hears without being let: %v", user.Username(), err)
		}
	}
}

// What is wrong with the way to NATS is told in a sentence, without a password.
func TestWhatIsWrongWithNATS(t *testing.T) {
	s := serve(t, &server.Options{Port: server.RANDOM_PORT, Users: []*server.User{{Username: "moot", Password: "x"}}})
	u, _ := url.Parse(s.ClientURL())
	for address, says := range map[string]string{
		"nats://moot:geheim@" + u.Host:       "NATS at " + u.Host + " doesn't let this site in: ",
		"tls://moot:geheim@" + u.Host:        "NATS at " + u.Host + " speaks no TLS: nats://",
		"nats://moot:geheim@127.0.0.1:1":     "NATS at 127.0.0.1:1 doesn't answer: ",
		"nats://moot:geheim@nowhere.invalid": "NATS at nowhere.invalid doesn't answer: ",
	} {
		err := open(address).Hear(t.Context(), Ear{Wake: func(string) {}, Up: func() {}, Down: func(error) {}})
		if err == nil || !strings.HasPrefix(err.Error(), says) || strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", says, err)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	if err := os.WriteFile(none, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for says, n := range map[string]NATS{
		"nats-credentials: /nowhere is no file of credentials that can be read: no such file": {Credentials: "/nowhere"},
		"nats-credentials: " + none + " is no file of credentials":                            {Credentials: none},
		"nats-ca: /nowhere is no file of certificates that can be read: no such file":         {CA: "/nowhere"},
		"nats-ca: " + none + " is no file of certificates that can be read: it holds none":    {CA: none},
	} {
		if err := n.Check(); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v", err)
		}
	}
}
