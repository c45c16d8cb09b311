// A calendar that somebody has elsewhere, brought to a city: a report first, then the
// meetups, then the same file again. And what a steward follows. With script and
// without, on a desk and in the narrowest window.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { Subscriber } from "../subscriber.mjs";
import { Visitor, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "moot-import-"));
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

// day is a day to come, as calendars write it.
const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");

const event = (uid, lines) => ["BEGIN:VEVENT", `UID:${uid}@example.org`, ...lines, "END:VEVENT"].join("\r\n");

// calendar writes a file of events, to be chosen in a form.
function calendar(name, ...events) {
  const path = join(folder, name);
  writeFileSync(path, ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Tenants of Thessaloniki", ...events, "END:VCALENDAR", ""].join("\r\n"));
  return path;
}

const assembly = (hour) => event("assembly", [`DTSTART;TZID=Europe/Athens:${day(6)}T${hour}0000`, "DURATION:PT2H", "SUMMARY:Assembly of tenants", "LOCATION:Municipal Library\\, ground floor", "DESCRIPTION:Bring your letters.\\nTea for all."]);

const rest = [
  event("choir", ["DTSTART;TZID=Europe/Athens:20240102T200000", "DURATION:PT90M", "RRULE:FREQ=WEEKLY", "SUMMARY:Choir", "LOCATION:Community centre"]),
  event("kitchen", [`DTSTART;TZID=Europe/Athens:${day(8)}T180000`, "DURATION:PT2H", "SUMMARY:Kitchen talk", "LOCATION:Our place\\, Egnatia 12\\, second bell"]),
  event("board", [`DTSTART;TZID=Europe/Athens:${day(9)}T180000`, "CLASS:PRIVATE", "SUMMARY:Salaries of the board", "LOCATION:Town hall"]),
  event("old", ["DTSTART;TZID=Europe/Athens:20200110T180000", "DURATION:PT2H", "SUMMARY:Long ago", "LOCATION:Town hall"]),
  event("fair", [`DTSTART;VALUE=DATE:${day(10)}`, `DTEND;VALUE=DATE:${day(13)}`, "SUMMARY:Fair of the neighbourhood", "LOCATION:Town hall"]),
  event("unset", ["SUMMARY:Someday", "LOCATION:Town hall"]),
  event("season", [`DTSTART;VALUE=DATE:${day(10)}`, `DTEND;VALUE=DATE:${day(70)}`, "SUMMARY:A season", "LOCATION:Town hall"]),
];

const board = "/gr/thessaloniki";

for (const way of [{ name: "with script on a desk", script: true, size: desk }, { name: "without script in 320 px", script: false, size: narrow }]) {
  describe(`a calendar is brought ${way.name}`, () => {
    let site, visitor, page, link;
    before(async () => {
      site = await Site.start();
      visitor = await Visitor.come(browser, site, way);
      page = visitor.page;
    });
    after(async () => {
      await visitor?.leave();
      await site?.stop();
    });
    const choose = async (path) => {
      await page.locator("#file").setInputFiles(path);
      await page.locator("button[value=look]").click();
      await page.locator("button[value=look], .fate").first().waitFor();
    };
    const items = (fate) => page.locator(`.fate.${fate} .events > li`);

    test("what is no calendar comes back with a sentence", async () => {
      await page.goto(`${board}/meetups`);
      await page.getByRole("link", { name: t("origin.bring") }).click();
      await page.waitForURL(`**${board}/meetups/import`);
      await fits(page);
      await page.locator("button[value=look]").click();
      assert.equal(await page.locator("#file-error").innerText(), t("origin.no_file"));
      writeFileSync(join(folder, "page.html"), "<!doctype html><title>Sign in</title>");
      await choose(join(folder, "page.html"));
      assert.equal(await page.locator("#file-error").innerText(), t("calendar.not_one", { line: 1 }));
      writeFileSync(join(folder, "big.ics"), Buffer.alloc(10 << 20, "x"));
      await choose(join(folder, "big.ics"));
      assert.equal(await page.locator("#file-error").innerText(), t("calendar.too_big", { mib: 1 }));
      await fits(page);
    });

    test("a report says what would become of each event, and nothing has", async () => {
      await choose(calendar("tenants.ics", assembly(19), ...rest));
      await fits(page);
      assert.equal(await items("new").count(), 3);
      assert.match(await items("new").first().innerText(), /Assembly of tenants|Choir/);
      assert.match(await items("ask").innerText(), /Kitchen talk[^]*sounds as if somebody lives there/);
      const out = await page.locator(".fate.out").innerText();
      for (const why of [t("origin.private"), t("origin.too_long", { n: 31 }), t("meetup.start_past")]) assert.ok(out.includes(why), `${why} in ${out}`);
      const unset = page.locator(".fate.out .events > li", { hasText: "Someday" });
      assert.equal(await unset.locator("time").count(), 0, "what has no start is given none");
      assert.ok(!(await page.content()).includes("Salaries"), "what is private isn't shown, nor carried on");
      assert.equal(await page.locator("#name").inputValue(), "Tenants of Thessaloniki");
      const elsewhere = await (await fetch(`${site.address}${board}/meetups`)).text();
      assert.ok(!elsewhere.includes("Assembly of tenants"));
    });

    test("once it is confirmed the meetups stand, marked with where they come from", async () => {
      await page.locator("#name").fill("");
      await page.locator("button[value=bring]").click();
      await page.locator("#name-error").waitFor();
      await page.locator("#name").fill("Tenants");
      await page.locator("button[value=bring]").click();
      await page.waitForURL(/\/meetups\/import\/[0-9a-z]{26}\?new=3/);
      await fits(page);
      link = new URL(await page.locator("#link").inputValue()).pathname;
      assert.ok((await page.locator("main").innerText()).includes(t("origin.done_new", { n: 3 })));
      await page.getByRole("link", { name: "Assembly of tenants" }).click();
      await page.locator(".card.meetup").waitFor();
      await fits(page);
      const card = await page.locator(".card.meetup").innerText();
      assert.ok(card.includes(t("origin.from", { calendar: "Tenants" })), card);
      assert.match(card, /Municipal Library[^]*ground floor/);
      assert.match(await page.locator("main").innerText(), /Bring your letters\./);
      await page.goto(`${board}/meetups`);
      assert.equal(await page.locator(".card.meetup").count(), 3);
    });

    test("what is held on whole days has no hour, here and in calendars", async () => {
      await page.getByRole("link", { name: "Fair of the neighbourhood" }).click();
      const when = page.locator(".card.meetup .dt-start");
      await when.waitFor();
      await fits(page);
      assert.match(await when.innerText(), / – /);
      assert.ok(!(await when.innerText()).includes(":"), await when.innerText());
      const days = [10, 13].map((ahead) => day(ahead).replace(/(....)(..)(..)/, "$1-$2-$3"));
      assert.equal(await when.getAttribute("datetime"), days[0]);
      const reader = new Subscriber(site.address + await page.locator(".card.meetup a[type='text/calendar']").getAttribute("href"));
      await reader.look();
      assert.deepEqual(reader.events.map(({ start, end }) => [start, end]), [days]);
      await page.goto(`${board}/t/${new URL(page.url()).pathname.split("/").at(-1)}/flyer`);
      await fits(page);
      assert.ok(!(await page.locator("main").innerText()).includes("00:00"));
    });

    test("the same file changes nothing, a newer one does, and somebody else’s doesn’t", async () => {
      await page.goto(link);
      await choose(calendar("same.ics", assembly(19), ...rest));
      assert.equal(await items("same").count(), 3);
      assert.equal(await items("new").count(), 0);
      const stranger = await Visitor.come(browser, site, way);
      await stranger.page.goto(`${board}/meetups/import`);
      await stranger.page.locator("#file").setInputFiles(calendar("theirs.ics", assembly(17)));
      await stranger.page.locator("button[value=look]").click();
      await stranger.page.locator(".fate.out").waitFor();
      assert.ok((await stranger.page.locator("main").innerText()).includes(t("origin.of_others")));
      assert.equal(await stranger.page.locator("button[value=bring]").count(), 0);
      await stranger.leave();
      await page.goto(link);
      await choose(calendar("newer.ics", assembly(20), ...rest));
      assert.equal(await items("change").count(), 1);
      await fits(page);
      await page.locator("button[value=bring]").click();
      await page.waitForURL(/new=0&changed=1/);
      await page.getByRole("link", { name: "Assembly of tenants" }).click();
      assert.match(await page.locator(".card.meetup time").first().innerText(), /20:00|8:00 pm/i);
    });

    test("who says that a place is public brings it too, and hosts it by the same link", async () => {
      await page.goto(link);
      await choose(calendar("again.ics", assembly(20), ...rest));
      await page.getByLabel(t("origin.take_public")).check();
      await page.locator("button[value=bring]").click();
      await page.waitForURL(/new=1&changed=0/);
      await page.locator(".events li", { hasText: "Kitchen talk" }).getByRole("link", { name: t("origin.host_page") }).click();
      await page.waitForURL("**/host/**");
      assert.equal(await page.locator("#title").inputValue(), "Kitchen talk");
    });

    test("a report that is confirmed twice at once brings one meetup", async () => {
      const path = `${site.address}/gr/drama/meetups/import`;
      const form = new FormData();
      form.set("file", new Blob([`BEGIN:VCALENDAR\r\n${assembly(19)}\r\nEND:VCALENDAR\r\n`], { type: "text/calendar" }), "tenants.ics");
      const html = await (await fetch(path, { method: "POST", body: form })).text();
      const field = (name) => html.match(new RegExp(`name="${name}" value="([^"]*)"`))[1].replaceAll("&#34;", '"').replaceAll("&#39;", "'").replaceAll("&#43;", "+").replaceAll("&amp;", "&");
      const send = () => {
        const confirmed = new FormData();
        for (const name of ["calendar", "ticket", "take"]) confirmed.set(name, field(name));
        confirmed.set("name", "Tenants");
        confirmed.set("do", "bring");
        return fetch(path, { method: "POST", redirect: "manual", body: confirmed });
      };
      const answers = await Promise.all([send(), send(), send()]);
      answers.push(await send());
      assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303, 303]);
      assert.equal(new Set(answers.map(({ headers }) => headers.get("location").split("?")[0])).size, 1, "all of them have one link");
      const list = await (await fetch(`${site.address}/gr/drama/meetups`)).text();
      assert.equal(list.split("Assembly of tenants").length - 1, 1);
    });

    test("a steward follows a calendar, is told what is wrong, and stops", async () => {
      assert.equal((await page.goto("/queue/calendars")).status(), 403);
      const made = spawnSync(site.process.spawnfile, ["queue", "link", "--data", site.folder, "--base-url", site.address], { encoding: "utf8" });
      assert.equal(made.status, 0, made.stderr);
      await page.goto(made.stdout.split("\n")[0]);
      await page.locator("form[action='/queue/enter'] button").click();
      await page.getByRole("link", { name: t("origin.calendars") }).click();
      await page.waitForURL("**/queue/calendars");
      await page.locator("#place").fill("gr/nowhere-at-all");
      await page.locator("#name").fill("Tenants");
      await page.locator("#address").fill("https://calendars.invalid/private-8f3a/basic.ics");
      await page.locator("button[value=follow]").click();
      assert.equal(await page.locator("#place-error").innerText(), t("origin.place"));
      assert.equal(await page.locator("#address").inputValue(), "https://calendars.invalid/private-8f3a/basic.ics", "nothing that was typed is lost");
      await page.locator("#place").fill("gr/thessaloniki");
      await page.locator("button[value=follow]").click();
      await page.locator(".followed h2").waitFor();
      await fits(page);
      assert.ok(!(await page.content()).includes("private-8f3a"), "the address is shown to nobody again");
      for (let looks = 0; !(await page.locator(".followed").innerText()).includes(t("origin.away")); looks++) {
        assert.ok(looks < 100, "it is asked for, in vain, within half a minute");
        await page.waitForTimeout(300);
        await page.reload();
      }
      await fits(page);
      await page.locator("button[value=keep]").click();
      await page.locator(".followed .none").waitFor();
      await fits(page);
    });
  });
}
