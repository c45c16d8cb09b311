// The first half of the ladder in one go, with every server and reader real: five people
// put hands up in Thessaloniki, are asked for a date, mark times and places, and agree;
// one follows the calendar, one prints a flyer, one takes the meetup on, moves it by an
// hour and has to cancel it. Nothing of that disappears. With script on a desk, and
// without in the narrowest window.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { choice, mark, raise } from "../hands.mjs";
import { oneSheet, print, sheets } from "../paper.mjs";
import { Site } from "../site.mjs";
import { Subscriber } from "../subscriber.mjs";
import { Visitor, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "moot-whole-"));
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const board = "/gr/thessaloniki";
const library = "Municipal Library café";
const park = "Pavilion in the park";
const why = "The library is closed that week";
const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script in 320 px", script: false, size: narrow },
];

const seconds = (iso) => Date.parse(iso) / 1000;

for (const way of ways) {
  describe(`from hands to a meetup and its end ${way.name}`, () => {
    let site, ana, ben, cleo, dora, erik, people;
    let thread; // of the search for a date, and then of the meetup
    let dates; // where it is marked
    let times; // that are offered, as the page says them
    let start; // of the meetup, in seconds since 1970
    let calendar; // that Cleo's program follows
    let code; // on the flyer that Dora hung up
    before(async () => {
      site = await Site.start();
      people = [];
      for (let n = 0; n < 5; n++) people.push(await Visitor.come(browser, site, way));
      [ana, ben, cleo, dora, erik] = people;
    });
    after(() => site?.stop());

    // ladder is what the board says of how far the city is.
    const ladder = async ({ page }) => {
      await page.goto(board);
      await fits(page);
      return page.locator(".ladder .now").innerText();
    };
    // onHand is what is happening, as a hand's own page says.
    const onHand = async ({ page }) => {
      await page.goto(`${board}/hand`);
      await fits(page);
      return page.locator(".hand").innerText();
    };

    test("five put hands up, and with the fifth they are asked for a date", async () => {
      for (const one of people) {
        assert.doesNotMatch(await ladder(one), new RegExp(t("ladder.which_day").replace("?", "\\?")));
        await raise(one, board);
        await fits(one.page);
      }
      const kept = await Promise.all(people.map(async ({ context }) => (await context.cookies()).find(({ name }) => name === "hands").value));
      assert.equal(new Set(kept).size, 5, "each has a hand of their own");
      const { page } = ana;
      await page.goto(board);
      assert.match(await page.locator(".ladder li").first().innerText(), /^5/);
      assert.match(await ladder(ana), /Which day\?/);
      for (const one of people) assert.match(await onHand(one), new RegExp(t("ladder.state_open")));
      await page.goto(board);
      assert.equal(await page.locator(".wall .notice").count(), 1, "one search stands on the board");
      await page.locator(".wall .notice h3 a").click();
      await page.locator(".card.convening").waitFor();
      await fits(page);
      thread = new URL(page.url()).pathname;
    });

    test("they propose two places, and mark times and places", async () => {
      const places = [
        [ben, { name: library, directions: "Ground floor, on the left", why: "Nobody has to buy anything", step: true }],
        [cleo, { name: park, directions: "By the duck pond", why: "There is room for all of us", step: false }],
      ];
      for (const [{ page }, { name, directions, why, step }] of places) {
        await ladder({ page });
        await page.locator(".ladder .now .button").click();
        await page.waitForURL("**/dates");
        const propose = page.locator("section.propose");
        await propose.locator("#name").fill(name);
        await propose.locator("#directions").fill(directions);
        await propose.locator("#why").fill(why);
        if (step) await propose.getByLabel(t("ladder.step_free")).check();
        await propose.locator("button[value=propose]").click();
        await page.waitForURL("**/dates#places");
        await fits(page);
      }
      const { page } = ana;
      await page.goto(thread);
      await page.getByRole("link", { name: t("ladder.mark") }).first().click();
      await page.waitForURL(`**${thread}/dates`);
      dates = new URL(page.url()).pathname;
      await fits(page);
      times = await page.locator(".marks legend time").allInnerTexts();
      assert.ok(times.length >= 4, times.join(", "));

      const suits = "ladder.suits", could = "ladder.could", cant = "ladder.cant";
      await mark(ana, dates, { [times[0]]: suits, [times[1]]: suits, [library]: suits });
      await mark(ben, dates, { [times[0]]: cant, [times[1]]: suits, [library]: suits });
      await mark(cleo, dates, { [times[1]]: suits, [times[2]]: suits, [park]: suits });
      await mark(dora, dates, { [times[0]]: could, [times[1]]: suits, [library]: suits, [park]: cant });
      await mark(erik, dates, { [times[1]]: could, [times[2]]: suits, [park]: suits });
      await fits(erik.page);
      assert.ok(await choice(erik.page, times[2]).getByLabel(t(suits), { exact: true }).isChecked());
      await page.goto(thread);
      assert.equal(await page.locator(".card.convening h2").innerText(), t("ladder.card_open"), "four of five don't settle it before its time");
      const tally = async (what) => (await page.locator(".card .tallies tr").filter({ hasText: what }).locator("td").allInnerTexts()).map(Number);
      assert.deepEqual(await tally(times[0]), [1, 1, 1]);
      assert.deepEqual(await tally(times[1]), [4, 1, 0]);
      assert.deepEqual(await tally(library), [3, 0, 0]);
      assert.deepEqual(await tally(park), [2, 0, 1]);
      start = seconds(await page.locator(".card .tallies tr").filter({ hasText: times[1] }).locator("time").getAttribute("datetime"));
      await fits(page);
    });

    test("a time that suits the fifth, too, closes it, and a meetup stands on the board", async () => {
      await mark(erik, dates, { [times[1]]: "ladder.suits" });
      await fits(erik.page);
      assert.equal(await erik.page.locator("main p[role=status]").innerText(), t("ladder.marked_settled"));
      assert.equal(await erik.page.locator(".card h2").innerText(), t("ladder.card_came"));
      await erik.page.getByRole("link", { name: t("ladder.to_meetup") }).click();
      await erik.page.waitForURL(`**${thread}/meetup`);
      const { page } = ana;
      const now = await ladder(ana);
      assert.match(now, new RegExp(library));
      assert.equal(seconds(await page.locator(".ladder .now time").getAttribute("datetime")), start);
      await page.locator(".wall .notice h3 a").first().click();
      await page.waitForURL(`**${thread}`);
      const card = page.locator(".card.meetup");
      assert.equal(seconds(await card.locator(".dt-start").getAttribute("datetime")), start);
      assert.match(await card.innerText(), new RegExp(`${library} .*${t("ladder.step_free")}`));
      await fits(page);
      for (const one of people) assert.match(await onHand(one), new RegExp(`${t("ladder.state_meet")}: .*${library}`, "s"));
      for (const one of [ana, ben, cleo]) { // from the hand's page
        await one.page.locator(".states .button").click();
        await one.page.waitForURL(`**${thread}/meetup`);
        await one.page.getByLabel(t("meetup.yes"), { exact: true }).check();
        await one.page.locator("#answer button").click();
        await one.page.waitForURL("**/meetup?answered=1");
        await fits(one.page);
      }
      assert.match(await cleo.page.locator(".answers-so-far").innerText(), /3 are coming/);
    });

    test("one subscribes to the calendar, which has the meetup", async () => {
      const { page } = cleo;
      await page.goto(board);
      await page.locator("main").getByRole("link", { name: t("board.tab_meetups"), exact: true }).click();
      await page.waitForURL(`**${board}/meetups`);
      await fits(page);
      const link = page.getByRole("link", { name: t("meetup.subscribe") });
      calendar = new Subscriber(await link.evaluate((a) => a.href)); // what "copy link" copies
      assert.deepEqual(await calendar.look(), { new: true });
      assert.equal(calendar.events.length, 1);
      const [{ status, location, ...event }] = calendar.events;
      assert.deepEqual({ status, location, start: event.start }, { status: "CONFIRMED", location: library, start });
      assert.ok(event.end > start);
      assert.deepEqual(await calendar.look(), { new: false });
    });

    test("one prints a flyer: a single sheet, whose code leads to the meetup", async () => {
      const { page } = dora;
      await page.goto(thread);
      await page.getByRole("link", { name: t("flyer.spread") }).click();
      await page.waitForURL(`**${thread}/flyer`);
      await fits(page);
      await page.getByRole("link", { name: t("flyer.print") }).first().click();
      await page.waitForURL("**/flyer/a4*");
      await fits(page);
      const sheet = oneSheet(folder, `a4 ${way.name}`, await print(page), sheets.a4);
      assert.match(sheet.text, new RegExp(library));
      code = sheet.code;
      assert.equal(new URL(code).origin, site.address);
      assert.ok(sheet.text.includes(code.replace(/^https?:\/\//, "")), "who has no phone types it");
      const passer = await Visitor.come(browser, site, way);
      await passer.page.goto(code);
      assert.equal(new URL(passer.page.url()).pathname, `${thread}/meetup`);
      assert.equal(seconds(await passer.page.locator(".card .dt-start").getAttribute("datetime")), start);
      await fits(passer.page);
      await passer.leave();
    });

    test("one takes it on and moves it by an hour, and the calendar learns of it", async () => {
      const { page } = erik;
      await page.goto(thread);
      await page.locator(".free .button").click();
      await page.waitForURL("**/meetup#take-on");
      await fits(page);
      await page.locator("button[value=host]").click();
      await page.waitForURL("**/host/**?made=1");
      assert.equal(await page.locator("main p[role=status]").innerText(), t("meetup.taken_on"));
      await fits(page);
      const before = calendar.events[0];
      const [hour, minute] = (await page.locator("#time").inputValue()).split(":");
      await page.locator("#time").fill(`${Number(hour) + 1}:${minute}`);
      await page.locator("#recognise").fill("A green umbrella");
      await page.locator("button[value=keep]").click();
      await page.waitForURL("**/host/**?kept=1");
      await fits(page);

      start += 3600;
      assert.deepEqual(await calendar.look(), { new: true });
      assert.equal(calendar.events.length, 1);
      const [event] = calendar.events;
      assert.equal(event.uid, before.uid, "it is the same event");
      assert.ok(event.sequence > before.sequence, `SEQUENCE: ${before.sequence} → ${event.sequence}`);
      assert.deepEqual([event.start, event.end, event.status], [start, before.end + 3600, "CONFIRMED"]);
      assert.match(event.description, /A green umbrella/);
      await ladder(dora);
      assert.equal(seconds(await dora.page.locator(".ladder .now time").getAttribute("datetime")), start);
      await cleo.page.goto(code);
      assert.match(await cleo.page.locator(".since").innerText(), /Moved to /, "who answered sees what was changed");
      await fits(cleo.page);
    });

    test("it is cancelled, and stays to be seen as cancelled", async () => {
      const { page } = erik;
      const before = calendar.events[0];
      await page.locator("#reason").fill(why);
      await page.locator("button[value=cancel]").click();
      await page.waitForURL("**/host/**?kept=1");
      await fits(page);

      const cancelled = async (one, path) => {
        await one.page.goto(path);
        await fits(one.page);
        const card = one.page.locator(".card.meetup.cancelled");
        assert.match(await card.innerText(), new RegExp(`${t("meetup.is_cancelled")}.*${why}`, "is"), path);
        assert.equal(seconds(await card.locator(".dt-start").getAttribute("datetime")), start, path);
      };
      await cancelled(ana, thread);
      await cancelled(ben, `${board}/meetups`);
      await cancelled(cleo, `${thread}/meetup`);
      const since = await cleo.page.locator(".since").innerText();
      assert.match(since, new RegExp(t("meetup.told_cancelled", { reason: why })));
      assert.ok(!since.includes(t("meetup.since_hint")), "there is no answer to change any more");
      const passer = await Visitor.come(browser, site, way);
      await cancelled(passer, code); // the flyer hangs there still
      await passer.leave();
      await ana.page.goto(`${board}/meetups`);
      await ana.page.getByRole("link", { name: t("meetup.by_month") }).click();
      await ana.page.waitForURL(`**${board}/meetups/*`);
      for (let further = 0; further < 2 && await ana.page.locator(".weeks .off").count() === 0; further++) await ana.page.locator("[rel=next]").first().click(); // it may be in the next month
      await ana.page.locator(".weeks .off").waitFor();
      await fits(ana.page);
      for (const one of people) {
        const happening = await onHand(one);
        assert.match(happening, new RegExp(t("ladder.state_cancelled", { reason: why })));
        assert.match(happening, new RegExp(t("ladder.state_open")), "five hands are up still, so they are asked anew");
      }
      await ana.page.goto(board);
      const notice = ana.page.locator(".wall .notice", { has: ana.page.locator(`a[href="${thread}"]`) });
      assert.match(await notice.locator(".gist.off").innerText(), new RegExp(t("meetup.is_cancelled"))); // its thread stands, and says so
      await fits(ana.page);

      assert.deepEqual(await calendar.look(), { new: true });
      assert.equal(calendar.events.length, 1);
      const [event] = calendar.events;
      assert.deepEqual([event.uid, event.status, event.start], [before.uid, "CANCELLED", start]);
      assert.ok(event.sequence > before.sequence, `SEQUENCE: ${before.sequence} → ${event.sequence}`);
      assert.match(event.description, new RegExp(why));
    });

    test("and nobody's browser met a failure", async () => {
      for (const visitor of people) await visitor.leave();
    });
  });
}
