package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"moot/internal/config"
)

// help prints the overview, or a command's own help.
func help(c *call) error {
	if len(c.args) == 0 {
		overview(c.out)
		return nil
	}
	for _, known := range commands() {
		if known.name == c.args[0] {
			return known.run(&call{args: []string{"--help"}, environ: c.environ, out: c.out, err: c.err})
		}
	}
	return unknown(c.args[0])
}

// overview is what moot is and does.
func overview(w io.Writer) {
	var out strings.Builder
	out.WriteString("Moot is a website that anyone can host, with a board for every city on earth.\n\nCommands\n")
	for _, known := range commands() {
		fmt.Fprintf(&out, "  %-15s  %s\n", strings.TrimSpace(known.name+" "+known.operand), known.summary)
	}
	out.WriteString(`
Examples
  moot demo                                Have a look: boards in many languages.
  moot serve                               Run a site of your own on this machine.
  moot serve --site-name "Our town" --data /srv/moot
  moot serve --help                        All settings, in groups.
  moot place Θεσσαλονίκη                   Find a place by any of its names.
`)
	io.WriteString(w, out.String())
}

// about is what a command's help says before and after its settings.
var about = map[string][2]string{
	"serve": {`moot serve [SETTINGS]

Runs a site until SIGTERM or SIGINT (Ctrl+C), then answers whoever is being
answered and stops. A second signal stops it at once. Without any setting it
runs on this machine alone, with everything it keeps in ./moot-data.

Settings are taken from the command line, from the environment, from a file and
from the defaults, the first of these that has one.
`, `
Examples
  moot serve
      A site on http://127.0.0.1:8080, for you alone.
  moot serve --base-url https://moot.example --trusted-proxies 127.0.0.1
      A site behind a reverse proxy on the same machine.
  moot serve --listen unix:/run/moot/moot.sock --trusted-proxies unix --listen-ops off
      The same over a socket: an onion service, say.
  moot serve --database postgres://moot@db.internal/moot
      A site that keeps its posts on a PostgreSQL server.
  MOOT_SITE_NAME="Our town" moot serve
      A setting from the environment.
  moot config > moot.toml; moot serve --config moot.toml
      Settings in a file: uncomment those that you change.
`},
	"demo": {`moot demo [SETTINGS]

Runs a site that has boards to look at: conversations in a dozen towns and in
as many languages, made up for the purpose. They are written once, into an empty
database in ./moot-demo; delete that folder to begin anew. Nobody has to wait
before posting. It takes every setting of moot serve.
`, `
Examples
  moot demo
      The demo on http://127.0.0.1:8080.
  moot demo --listen 127.0.0.1:9000 --listen-ops off
      The same on another port.
`},
	"queue": {`moot queue [link | known | let-through N | remove N | ban N] [SETTINGS]

Looks through the pictures that wait, where the setting images is queue. Alone it
lists them: number, time, post, size, and what they show in their writer's words.

  link           prints a link that lets one browser look at them and decide, for
                 12 hours. It is good once, within the hour.
  let-through N  shows picture N to everybody.
  remove N       takes picture N out of every post that shows it, for good.
  ban N          does that, and lets nothing like it in any more.
  known          prints the hashes of what was banned, for --known-pictures of
                 another site.

It works beside a site that runs, given the same settings.
`, `
Examples
  moot queue
  moot queue link --base-url https://moot.example --data /srv/moot
  moot queue let-through 4642841478826388
`},
	"thread": {`moot thread lock|unlock|pin|unpin|archive N [SETTINGS]

Settles a thread, by its number: one that is locked takes no more replies, one
that is pinned stands above the others of its board, one that is archived leaves
its board and can be read. It works beside a site that runs, given the same
settings.
`, `
Examples
  moot thread pin 1234
  moot thread archive 1234 --data /srv/moot
`},
	"jobs": {`moot jobs [again N] [SETTINGS]

Lists the jobs of a site: what is to be done at a time, by one of its nodes. Those
that were given up stand first, with the reason. One that fails is tried again,
later each time, for about half a day; what comes round by itself is never given
up. A job that was given up is kept for 30 days.

  again N  has job N done now, also one that was given up.

It works beside a site that runs, given the same settings.
`, `
Examples
  moot jobs --data /srv/moot
  moot jobs again 12
`},
	"backup": {`moot backup --to FILE|FOLDER --recipient age1… [SETTINGS]
moot backup --check FILE [--identity KEYS] [SETTINGS]

Copies a whole site, rows and pictures, into one encrypted file, as it is at one
moment, while it runs. The file has its name once it was read back and compared;
in a folder it is called moot-DATE.age.

  --to         a file that isn't there, or a folder; the setting backup-to
               otherwise
  --recipient  whom it is encrypted to: a public key that age-keygen made. It may
               be given several times; the setting backup-recipients otherwise
  --plain      not encrypted: whoever has the file has the site
  --check      reads a backup and compares every row and file with what it says
               of itself
  --identity   a file of secret keys that opens it, as age-keygen wrote it
`, `
Examples
  moot backup --to /srv/backup --recipient age1… --data /var/lib/moot
  moot backup --check /srv/backup/moot-20261126T031500Z.age --identity keys.txt
  moot serve --backup-to /srv/backup --backup-recipients age1… --backup-every 24h
      One a day, made by the site itself and kept for 14 days.
`},
	"restore": {`moot restore --from FILE [--identity KEYS] [SETTINGS]

Makes a site of a backup where there is none: in a data folder or a database that
is empty, SQLite or PostgreSQL whichever the backup is of. Every row and file is
compared before it says that the site is there. Where it fails it takes away what
it had made.

  --from      the backup
  --identity  a file of secret keys that opens it, as age-keygen wrote it
`, `
Examples
  moot restore --from moot-20261126T031500Z.age --identity keys.txt --data /var/lib/moot
`},
	"doctor": {`moot doctor [--whole] [--pictures] [--outside[=URL]] [SETTINGS]

Looks whether a site with these settings can run on this machine, and safely.
Each check is a line that begins with ok, warn or fail:

  settings   can be read
  data       the data folder can be used, by its owner alone
  disk       there is room
  database   opens, with a schema that this moot knows
  content    of the database is whole; --whole compares its indexes with its
             tables too, and takes its time
  files      the folder or object store of pictures can be used
  pictures   are made by a process that is held: which of Landlock, seccomp and
             resource limits do that here, and whether it has a network
  limits     on open files leave room for many readers
  clock      can be right, and something keeps it so
  swap       is encrypted, or there is none
  front      servers on this machine that stand before others (nginx, Caddy,
             Apache, HAProxy) have no log of visits in their settings
  rows       name no file that isn't there or is of another size than was
             stored; --pictures reads every file to its last byte, too

With --outside it also opens a few pages as a visitor does, at base-url or at the
URL, and names the setting of the front server that is at fault where one is:

  cert       is trusted, and good for 14 days more
  https      is where visitors without TLS are sent
  headers    that protect readers arrive, once each
  server     tells nobody its version
  cookies    are given to nobody who only reads
  caching    works: a browser may ask whether what it has is still so
  packing    is for browsers that take it
  stream     of what happens on a page comes at once
  ops        (/metrics, /readyz) answers no stranger

Nothing is written, and a site may run beside it. The exit status is 1 if a check
failed.
`, `
Examples
  moot doctor
  moot doctor --whole --pictures --config /etc/moot.toml
  moot doctor --outside=https://moot.example
`},
	"config": {`moot config [SETTINGS]

Prints every setting with its meaning, default, value and where that value came
from, as a TOML file that sets them again. Settings at their default are
commented out. Passwords are not shown. Nothing is opened or changed.
`, `
Examples
  moot config
      What moot serve would run with here and now.
  moot config > moot.toml
      A settings file to begin with.
`},
}

// settingsHelp is the help of a command that takes settings.
func settingsHelp(w io.Writer, name string, in *config.Input) {
	fmt.Fprintf(w, "%s\nSettings\n", about[name][0])
	in.Help(w)
	io.WriteString(w, about[name][1])
}

// operands reads the command line of a command that takes no settings. Its
// error is flag.ErrHelp where help was asked for, which is then printed.
func (c *call) operands(name, text string) ([]string, error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	err := flags.Parse(c.args)
	if errors.Is(err, flag.ErrHelp) {
		io.WriteString(c.out, text)
		return nil, err
	}
	if err != nil {
		return nil, mistakes{fmt.Errorf("moot %s takes no settings: %w", name, err)}
	}
	return flags.Args(), nil
}
