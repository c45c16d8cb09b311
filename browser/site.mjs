// A site to test: the real command as a child process, on ports that the
// kernel chose, with a data folder of its own that is gone afterwards.
import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// nightly is whether there is time for everything (scripts/nightly); by day the longest
// tests take a part of it, in which each thing that is promised is still asked.
export const nightly = process.env.MOOT_FAULTS === "long";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

// command is the path of the built program: $MOOT, or built here.
let built;
function command() {
  if (process.env.MOOT) return resolve(root, process.env.MOOT);
  if (built) return built;
  const folder = mkdtempSync(join(tmpdir(), "moot-build-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const made = spawnSync("go", ["build", "-o", join(folder, "moot.new"), "./cmd/moot"], {
    cwd: root,
    env: { ...process.env, CGO_ENABLED: "0" },
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`go build: ${made.error ?? made.stderr}`);
  renameSync(join(folder, "moot.new"), join(folder, "moot"));
  built = join(folder, "moot");
  return built;
}

// Settings of most tests. Visitors have addresses of their own, as on a site
// behind a proxy, since a site is slow with one address that does it all.
const settings = {
  listen: "127.0.0.1:0",
  "listen-ops": "off",
  "trusted-proxies": "127.0.0.1",
  patience: "0s",
  "log-level": "debug",
};

// Site is a running moot.
export class Site {
  // start runs `moot serve`, or `moot demo`, with settings besides the usual.
  static async start(verb = "serve", more = {}) {
    const site = new Site();
    site.folder = mkdtempSync(join(tmpdir(), "moot-site-"));
    site.settings = { ...settings, data: site.folder, ...more };
    site.verb = verb;
    await site.run();
    return site;
  }

  async run() {
    const args = [this.verb];
    for (const [name, value] of Object.entries(this.settings)) args.push(`--${name}=${value}`);
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MOOT_")));
    this.process = spawn(command(), args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const child = this.process;
    process.once("exit", () => child.exitCode === null && child.kill("SIGKILL")); // a test that broke leaves nothing running
    this.said = "";
    this.ended = new Promise((done) => this.process.once("exit", (code, signal) => done({ code, signal })));
    this.process.stderr.setEncoding("utf8").on("data", (text) => (this.said += text));
    try {
      this.address = await this.greeting();
      assert.equal((await fetch(`${this.address}/healthz`)).status, 200);
    } catch (failure) {
      child.kill("SIGKILL"); // or the tests wait for it without end
      throw failure;
    }
  }

  // greeting waits for the line that says where the site is.
  greeting() {
    let line = "";
    return new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`no greeting from moot ${this.verb}:\n${line}\n${this.said}`)), 120_000);
      if (this.settings["base-url"]) { // the greeting says where the world finds it; the log, where it listens
        this.process.stderr.on("data", () => {
          const found = this.said.match(/ listen=(\S+)/);
          if (!found) return;
          clearTimeout(late);
          done(`http://${found[1]}`);
        });
      } else this.process.stdout.setEncoding("utf8").on("data", (text) => {
        line += text;
        const found = line.match(/http:\/\/[^\s/]+/);
        if (!found) return;
        clearTimeout(late);
        done(found[0]);
      });
      this.ended.then(({ code, signal }) => {
        clearTimeout(late);
        fail(new Error(`moot ${this.verb} ended (${code ?? signal}):\n${line}\n${this.said}`));
      });
    });
  }

  // stop asks the site to stop as an operator would, and sees that it does so
  // cleanly.
  async stop({ keep = false } = {}) {
    if (this.process.exitCode === null) this.process.kill("SIGTERM");
    const late = setTimeout(() => this.process.kill("SIGKILL"), 60_000);
    const { code, signal } = await this.ended;
    clearTimeout(late);
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
    assert.equal(code, 0, `moot ${this.verb} ended with ${code ?? signal}:\n${this.said}`);
    assert.doesNotMatch(this.said, /\blevel=ERROR\b|\bpanic\b/, "the site's log tells of a failure");
  }
}
