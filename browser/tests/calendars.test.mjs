// The calendars of a real site, as others read them: ical.js, and Debian's
// python3-icalendar. Every title is whole, and when things are held over two years is
// what the site itself says, across the changes of clocks. (emersion/go-ical reads
// them in cmd/moot, where they are made.)
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../site.mjs";
import { events } from "../subscriber.mjs";

let folder, all;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "moot-calendars-"));
  const made = spawnSync("go", ["test", "-count=1", "-run", "TestReadersFindWhatTheSiteKnows", "./cmd/moot"], {
    cwd: root, encoding: "utf8", env: { ...process.env, MOOT_CALENDARS: folder },
  });
  assert.equal(made.status, 0, made.stdout + made.stderr);
  all = readdirSync(folder).filter((name) => name.endsWith(".ics"));
  assert.equal(all.length, 24);
});
after(() => folder && rmSync(folder, { recursive: true, force: true }));

test("ical.js finds what the site knows", () => {
  for (const name of all) {
    const want = JSON.parse(readFileSync(join(folder, name.replace(".ics", ".json")), "utf8"));
    const [event, ...more] = events(readFileSync(join(folder, name), "utf8"));
    assert.equal(more.length, 0, name);
    assert.equal(event.summary, want.Title, name);
    assert.equal(event.component.getFirstPropertyValue("status") === "CANCELLED", want.Cancelled, name);
    const times = [];
    const next = event.iterator();
    for (let at = next.next(); at && at.toUnixTime() < want.To + 7 * 86_400; at = next.next()) {
      const start = event.getOccurrenceDetails(at).startDate.toUnixTime();
      if (start >= want.From && start < want.To) times.push(start);
      if (!event.isRecurring()) break;
    }
    assert.deepEqual(times.sort((a, b) => a - b), want.Times, name);
  }
});

test("python3-icalendar finds what the site knows", () => {
  const read = spawnSync("/usr/bin/python3", [join(root, "browser/calendars.py"), folder], { encoding: "utf8" });
  assert.equal(read.status, 0, read.stderr);
  assert.equal(read.stdout, `${all.length} agree\n`);
});
