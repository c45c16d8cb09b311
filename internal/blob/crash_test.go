package blob

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"moot/internal/fault"
)

// actVariable makes the test program another one: see acts. folderVariable
// says on which folder.
const actVariable, folderVariable = "MOOT_TEST_BLOB_ACT", "MOOT_TEST_BLOB_FOLDER"

// acts are what a process does that ends badly.
var acts = map[string]func(*folder){
	"until killed":   putUntilKilled,
	"within a limit": putWithinALimit,
}

func TestMain(m *testing.M) {
	if act, ok := acts[os.Getenv(actVariable)]; ok {
		f, err := openFolder(context.Background(), os.Getenv(folderVariable))
		if err != nil {
			panic(err)
		}
		act(f)
		return
	}
	status := m.Run()
	if server.Server != nil { // a test wanted one
		server.Stop()
	}
	if server.folder != "" {
		os.RemoveAll(server.folder)
	}
	os.Exit(status)
}

// program is the test program as the one that does an act.
func program(t *testing.T, act, folder string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), actVariable+"="+act, folderVariable+"="+folder)
	c.Stderr = os.Stderr
	return c
}

func nameOf(content []byte) string {
	sum := sha256.Sum256(content)
	name := hex.EncodeToString(sum[:])
	return name[:2] + "/" + name
}

// putUntilKilled puts files of a megabyte, named by their hashes, and says each
// name when its Put has returned.
func putUntilKilled(f *folder) {
	for {
		content := bytes.Repeat([]byte(rand.Text()), 1<<20/26)
		name := nameOf(content)
		if err := f.Put(context.Background(), name, content, Opaque); err != nil {
			panic(err)
		}
		fmt.Println(name)
	}
}

// A site that is killed leaves whole files under their names, all of those that
// it was told of, and nothing else that anybody sees.
func TestKilled(t *testing.T) {
	at := t.TempDir()
	told := map[string]bool{}
	for round := range 12 {
		c := program(t, "until killed", at)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n <= round%4 && lines.Scan(); n++ {
			told[lines.Text()] = true
		}
		time.Sleep(time.Duration(round) * time.Millisecond) // anywhere within the next Put
		c.Process.Kill()
		for lines.Scan() {
			told[lines.Text()] = true
		}
		c.Wait()
	}
	s := open(t, "file:"+at)
	for e, err := range s.Each(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if got := nameOf([]byte(read(t, s, e.Name))); got != e.Name {
			t.Errorf("%s holds what should be %s", e.Name, got)
		}
		delete(told, e.Name)
	}
	if len(told) > 0 {
		t.Errorf("these were put and aren't there: %v", told)
	}
}

// putWithinALimit puts a file where no file may be bigger than a megabyte: the
// disk takes the first of it and then no more, as a full one does.
func putWithinALimit(f *folder) {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}); err != nil {
		panic(err)
	}
	for name, bytes := range map[string]int{"big": 3 << 20, "small": 1000} {
		err := f.Put(context.Background(), name, make([]byte, bytes), Opaque)
		fmt.Println(name, err != nil, fault.Is(err, fault.Unavailable))
	}
}

func TestADiskThatTakesNoMore(t *testing.T) {
	at := t.TempDir()
	said, err := program(t, "within a limit", at).Output()
	if err != nil || !strings.Contains(string(said), "big true true") || !strings.Contains(string(said), "small false false") {
		t.Errorf("it says %s, %v", said, err)
	}
	if left := everything(t, at); len(left) != 1 || left[0] != "small" {
		t.Errorf("left is %q", left)
	}
}
