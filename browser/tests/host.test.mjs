// Who looks after a meetup: somebody takes on what hands agreed on and leaves it again;
// a host moves one date of a meetup that repeats, drops another, tells how many came,
// and cancels. With script on a desk, and without in the narrowest window.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { Visitor, back, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const board = "/gr/thessaloniki";
const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script in 320 px", script: false, size: narrow },
];

const day = (ahead) => new Date(Date.now() + ahead * 864e5).toISOString().slice(0, 10);

// agree has five hands agree on a date in a city, and is the thread of their meetup and
// the cookies of two of them.
async function agree(site) {
  const form = (path, fields, cookie = "") => fetch(site.address + path, { method: "POST", redirect: "manual", headers: { cookie }, body: new URLSearchParams(fields) });
  const hands = [];
  for (let n = 0; n < 5; n++) {
    const html = await (await fetch(`${site.address}${board}/hand`)).text();
    const answer = await form(`${board}/hand`, { ticket: html.match(/name="ticket" value="([^"]+)"/)[1], do: "raise" });
    assert.equal(answer.status, 303);
    hands.push(answer.headers.getSetCookie().find((cookie) => cookie.startsWith("hands=")).split(";")[0]);
  }
  const wall = await (await fetch(site.address + board)).text();
  const dates = wall.match(/href="([^"]+\/t\/\d+\/dates)"/)[1];
  const page = await (await fetch(site.address + dates, { headers: { cookie: hands[0] } })).text();
  const mark = page.match(/name="(mark-\d+)"/)[1];
  const ticket = page.match(/name="ticket" value="([^"]+)"/)[1];
  assert.equal((await form(dates.replace(/dates$/, "venues"), { ticket, name: "Municipal Library café", why: "Step-free", "step-free": "1" })).status, 303);
  for (const cookie of hands) assert.equal((await form(dates, { [mark]: "1" }, cookie)).status, 303);
  return { thread: dates.replace(/\/dates$/, ""), hand: hands[0], other: hands[1] };
}

for (const way of ways) {
  describe(`whoever looks after a meetup ${way.name}`, () => {
    let site, agreed, mine, stranger, host, thread, link;
    before(async () => {
      site = await Site.start();
      agreed = await agree(site);
      [mine, stranger, host] = await Promise.all([0, 1, 2].map(() => Visitor.come(browser, site, way)));
      const [name, value] = agreed.hand.split("=");
      await mine.context.addCookies([{ name, value, url: site.address }]);
    });
    after(() => site?.stop());

    test("what hands agreed on says that nobody looks after it, and what stays safe", async () => {
      const { page } = stranger;
      await page.goto(agreed.thread);
      assert.match(await page.locator(".card.meetup").innerText(), new RegExp(t("meetup.nobody_hosts")));
      assert.match(await page.locator(".card .safety").innerText(), new RegExp(t("safety.leave")));
      assert.match(await page.title(), /Συναντιόμαστε/); // its thread has the meetup's title
      await fits(page);
      await page.getByRole("link", { name: t("meetup.how_chosen") }).click(); // the poll is still there
      await page.waitForURL("**/dates");
      assert.ok((await page.locator(".tallies tbody tr").count()) >= 4);
      await fits(page);
      await page.goBack();
      await page.locator(".free .button").click();
      await page.waitForURL("**/meetup#take-on");
      assert.match(await page.locator("main").innerText(), new RegExp(t("meetup.hand_first")));
      assert.equal(await page.locator("button[value=host]").count(), 0);
      await fits(page);
      const ticket = (await (await fetch(`${site.address}${board}/hand`)).text()).match(/name="ticket" value="([^"]+)"/)[1];
      const answer = await stranger.context.request.post(`${agreed.thread}/host`, { form: { ticket }, headers: { Origin: site.address } });
      assert.equal(answer.status(), 403);
      await page.getByRole("link", { name: t("safety.title") }).last().click();
      await page.waitForURL("**/safety");
      await fits(page);
    });

    test("who has a hand takes it on, once however often they press", async () => {
      const { page } = mine;
      await page.goto(`${agreed.thread}/meetup`);
      const ticket = await page.locator("form[action$='/host'] [name=ticket]").inputValue();
      await page.locator("button[value=host]").click();
      await page.waitForURL("**/host/**?made=1");
      await fits(page);
      const kept = await page.locator("#link").inputValue();
      const again = await mine.context.request.post(`${agreed.thread}/host`, { form: { ticket }, headers: { Origin: site.address }, maxRedirects: 0 });
      assert.equal(again.status(), 303);
      assert.match(again.headers().location, new RegExp(new URL(kept).pathname));

      assert.equal(await page.locator("#repeat").count(), 0);
      assert.ok(!(await page.locator("#venue").isEditable()));
      await page.locator("#day").fill(day(30)); // another day than hands agreed on
      await page.locator("#recognise").fill("A red scarf");
      await page.locator("button[value=keep]").click();
      await page.locator("#start-error").waitFor();
      assert.equal(await page.locator("#recognise").inputValue(), "A red scarf");
      assert.match(await page.locator("#start-error").innerText(), new RegExp(t("meetup.agreed_start")));
      await fits(page);
      await page.goto(new URL(kept).pathname);
      await page.locator("#title").fill("Tenants of the centre meet");
      await page.locator("#recognise").fill("A red scarf");
      await page.locator("button[value=keep]").click();
      await page.waitForURL("**?kept=1");
      await stranger.page.goto(board);
      assert.match(await stranger.page.locator(".wall").innerText(), /Tenants of the centre meet/);
      await stranger.page.goto(agreed.thread);
      assert.match(await stranger.page.locator(".card.meetup").innerText(), /A red scarf/);
      assert.equal(await stranger.page.locator(".free").count(), 0);

      await page.locator("button[value=leave]").click();
      await page.waitForURL("**/meetup?left=1");
      assert.match(await page.locator("main").innerText(), new RegExp(t("meetup.left")));
      assert.equal((await page.goto(new URL(kept).pathname)).status(), 403);
      await page.goto(`${agreed.thread}/meetup`);
      await page.locator("button[value=host]").click(); // and on again
      await page.waitForURL("**/host/**?made=1");
    });

    test("who looks after it can say that it isn't held, and another hand that it is", async () => {
      const { page } = mine;
      await page.locator("#reason").fill("The library is closed for repairs");
      await page.locator("button[value=cancel]").click();
      await page.waitForURL("**?kept=1");
      assert.match(await page.locator(".card.meetup.cancelled").innerText(), /closed for repairs/);
      await fits(page);
      await page.locator("button[value=stand]").click();
      await page.waitForURL("**?kept=1");
      assert.equal(await page.locator(".card.meetup.cancelled").count(), 0);
      await page.locator("#reason").fill("No, it is closed");
      await page.locator("button[value=cancel]").click();
      await page.locator(".card.meetup.cancelled").waitFor();
      const link = page.url();

      await stranger.page.goto(agreed.thread);
      const card = stranger.page.locator(".card.meetup.cancelled");
      assert.match(await card.innerText(), /No, it is closed/);
      await card.locator(".free .button").click();
      await stranger.page.waitForURL("**/meetup#take-on");
      assert.equal(await stranger.page.locator("button[value=host]").count(), 0); // without a hand
      const [name, value] = agreed.other.split("=");
      await stranger.context.addCookies([{ name, value, url: site.address }]);
      await stranger.page.reload();
      await fits(stranger.page);
      await stranger.page.locator("button[value=host]").click();
      await stranger.page.waitForURL("**/host/**?made=1");
      assert.equal((await page.goto(link)).status(), 403); // it was theirs
      await page.goto(agreed.thread);
      assert.equal(await page.locator(".card.meetup.cancelled").count(), 0);
      assert.match(await page.locator(".card.meetup .changed").last().innerText(), new RegExp(t("meetup.told_again", { date: ".*" })));
      await fits(page);
    });

    test("a form shows what it would announce, and says what is wrong with a date", async () => {
      const { page } = host;
      await page.goto("/gr/athens/meetups/new");
      const fill = async (fields) => {
        for (const [name, value] of Object.entries(fields)) {
          const field = page.locator(`#${name}`);
          if (name === "repeat") await field.selectOption(value);
          else await field.fill(value);
        }
      };
      await fill({ title: "Reading the new rent law", time: "18:30", venue: "Serafio library", repeat: "month-last", body: "Page by page." });
      for (const [fields, field, key] of [
        [{ day: "2020-02-02" }, "start", "meetup.start_past"],
        [{ day: "9999-12-31" }, "start", "meetup.start_far"],
        [{ day: day(1), repeat: "week", times: "1000000" }, "repeat", "meetup.repeat_too_many"],
        [{ times: "", until: "2020-01-01" }, "until", "meetup.until_early"],
        [{ times: "3", until: day(90) }, "times", "meetup.times_and_until"],
      ]) {
        await fill(fields);
        await page.locator("button[value=preview]").click();
        await page.locator(`#${field}-error`).waitFor();
        assert.equal(await page.locator(`#${field}-error`).innerText(), t(key, { n: "1,000" }));
        assert.equal(await page.locator("#body").inputValue(), "Page by page.");
      }
      await fits(page);
      await fill({ until: "", times: "4" });
      await page.locator("button[value=preview]").click();
      await page.locator("section.preview").waitFor();
      assert.equal(await page.locator("section.preview > ol li").count(), 4);
      assert.match(await page.locator("section.preview .card").innerText(), /Serafio library/);
      assert.equal(await page.locator("section.preview .body").innerText(), "Page by page.");
      await fits(page);
      await page.locator("button[value=announce]").click();
      await page.waitForURL("**/host/**?made=1");
      link = new URL(await page.locator("#link").inputValue()).pathname;
      thread = new URL(await page.locator("h1 a").evaluate((a) => a.href)).pathname;
      assert.equal(await page.locator(".singles > li").count(), 4);
      await fits(page);
    });

    test("a host sees what a change comes to before it is kept", async () => {
      const { page } = host;
      await page.locator("#title").fill("");
      await page.locator("#venue").fill("Polytechnic café");
      await page.locator("button[value=preview]").click();
      await page.locator("#title-error").waitFor();
      await page.locator("#title").fill("The new rent law, aloud");
      await page.locator("button[value=preview]").click();
      const preview = page.locator("section.preview");
      await preview.waitFor();
      assert.match(await preview.locator(".card").innerText(), /The new rent law, aloud[\s\S]*Polytechnic café/);
      assert.match(await preview.locator(".changed").innerText(), /Serafio library/); // as those who come would read
      assert.equal(await preview.locator("> ol li").count(), 4);
      assert.equal(await page.locator("#venue").inputValue(), "Polytechnic café");
      assert.equal(await page.locator("button[value=cancel]").count(), 0);
      await fits(page);
      await stranger.page.goto(thread);
      assert.match(await stranger.page.locator(".card.meetup").innerText(), /Reading the new rent law[\s\S]*Serafio library/);
      await page.goto(link);
      assert.equal(await page.locator("#venue").inputValue(), "Serafio library");
    });

    const single = (n) => host.page.locator(".singles > li").nth(n);
    const open = async (n) => {
      if (!(await single(n).locator("details").evaluate((d) => d.open))) await single(n).locator("summary").click();
    };

    test("one date is moved, another dropped, and that taken back", async () => {
      const { page } = host;
      await open(1);
      await single(1).locator("[name=day]").fill("2020-02-02");
      await single(1).locator("button[value=move]").click();
      await single(1).locator(".error").waitFor();
      assert.equal(await single(1).locator(".error").innerText(), t("meetup.start_past"));
      assert.equal(await single(1).locator("[name=day]").inputValue(), "2020-02-02");
      await fits(page);
      await single(1).locator("[name=day]").fill(day(15));
      await single(1).locator("[name=time]").fill("18:45"); // the third is then
      await single(1).locator("button[value=move]").click();
      await page.waitForFunction((words) => document.body.textContent.includes(words), t("meetup.clash"));
      await single(1).locator("[name=day]").fill(day(9));
      await single(1).locator("[name=time]").fill("20:00");
      await single(1).locator("button[value=move]").click();
      await page.waitForURL("**?kept=1#dates");
      assert.match(await single(1).innerText(), new RegExp(t("meetup.instead_of")));
      await open(2);
      await single(2).locator("[name=reason]").fill("The library is closed");
      await single(2).locator("button[value=drop]").click();
      await page.locator(".singles li.dropped").waitFor();
      await fits(page);
      await stranger.page.goto(thread);
      const card = await stranger.page.locator(".card.meetup .apart").innerText();
      assert.match(card, /Not on .*: The library is closed/);
      assert.match(card, /20:00.* instead of .*18:30/);
      await fits(stranger.page);
      const calendar = await (await stranger.context.request.get(`${thread}/meetup.ics`)).text();
      assert.match(calendar, /EXDATE/);
      assert.match(calendar, /RECURRENCE-ID/);
      await single(2).locator("button[value=undo]").click();
      await page.waitForFunction(() => !document.querySelector(".singles li.dropped"));
      await back(page); // the page before is as good as any: what it asks is done already
      await page.goto(link);
      assert.equal(await page.locator(".singles li.dropped").count(), 0);
    });

    test("one answers for a later date, and changes it", async () => {
      const { page } = stranger;
      await page.goto(`${thread}/meetup`);
      await page.locator(".which li a").nth(2).click();
      await page.getByLabel(t("meetup.yes"), { exact: true }).check();
      await page.locator("#answer button").click();
      await page.waitForURL("**?answered=1&on=*");
      assert.match(await page.locator(".which li").nth(2).innerText(), /1 is coming.*You: coming/);
      assert.match(await page.locator(".which li").nth(0).innerText(), /0 are coming/);
      await fits(page);
      await page.getByLabel(t("ladder.unmarked"), { exact: true }).check();
      await page.locator("#answer button").click();
      await page.waitForFunction((you) => !document.querySelector(".which")?.textContent.includes(you), t("meetup.you"));
      assert.match(await page.locator(".which li").nth(2).innerText(), /0 are coming/);
    });

    test("after it the host tells how many came, and everybody reads it", async () => {
      const path = site.folder;
      await site.stop({ keep: true });
      const later = spawnSync("python3", ["-c", `
import sqlite3, glob
for f in glob.glob("${path}/*.db"):
    d = sqlite3.connect(f)
    d.execute("DELETE FROM meetup_exception")
    d.execute("UPDATE meetup SET starts_at = starts_at - 604800, next_at = next_at - 604800 WHERE rrule <> ''")
    d.commit()
`], { encoding: "utf8" }); // a week goes by
      assert.equal(later.status, 0, later.stderr);
      const before = site.address;
      site.settings.listen = new URL(before).host;
      await site.run();
      const { page } = host;
      await page.goto(link);
      await page.locator(".telling button").click(); // without a number
      await page.locator(".telling .error").waitFor();
      await page.locator(".telling [name=came]").fill("11");
      await page.locator(".telling textarea").fill("We read to page 9.\n'''Next time:''' the deposit.");
      await page.locator(".telling button").click();
      await page.waitForURL("**?kept=1#after");
      await fits(page);
      await page.locator(".telling [name=came]").fill("12"); // somebody was forgotten
      await page.locator(".telling button").click();
      await page.locator(".card .after b", { hasText: "12" }).waitFor();
      await stranger.page.goto(thread);
      const told = stranger.page.locator(".card .after");
      assert.match(await told.innerText(), /12 people came/);
      assert.equal(await told.locator("strong").innerText(), "Next time:");
      await fits(stranger.page);
    });

    test("the host cancels; and nobody's browser met a failure", async () => {
      const { page } = host;
      await page.goto(link);
      await page.locator("#reason").fill("The library moves");
      await page.locator("button[value=cancel]").click();
      await page.waitForURL("**?kept=1");
      await stranger.page.goto(`${thread}/meetup`);
      assert.match(await stranger.page.locator("main").innerText(), /The library moves/);
      assert.equal(await stranger.page.locator("#answer").count(), 0);
      for (const visitor of [mine, stranger, host]) await visitor.leave();
    });
  });
}
