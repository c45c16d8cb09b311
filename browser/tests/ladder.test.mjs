// From hands to a date: five people, each with a browser of their own, put hands
// up; a poll for a date opens by itself; they mark; it closes, and the board says
// when they meet. With script and without, on a desk and in the narrowest window.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { raise } from "../hands.mjs";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const board = "/gr/thessaloniki";
const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script in 320 px", script: false, size: narrow },
];

for (const way of ways) {
  describe(`hands and a date ${way.name}`, () => {
    let site;
    const people = [];
    before(async () => { site = await Site.start(); });
    after(() => site?.stop());

    const come = async () => {
      const visitor = await Visitor.come(browser, site, way);
      people.push(visitor);
      return visitor;
    };

    test("one hand goes up, and can be kept by its link", async () => {
      const ana = await come();
      await raise(ana, board);
      await fits(ana.page);
      assert.match(await ana.page.locator("main").innerText(), /A few hands are up/);
      const link = await ana.page.locator("#link").inputValue();
      assert.match(link, /\/hand\/[0-9a-z]{26}$/);
      await ana.page.goBack();
      await ana.page.goto(board);
      assert.match(await ana.page.locator(".ladder").innerText(), /A few/);
      await fits(ana.page);

      // On another device its owner keeps it up, takes it down, and looks for it in vain.
      const elsewhere = await Visitor.come(browser, site, way);
      await elsewhere.page.goto(new URL(link).pathname);
      await elsewhere.page.locator("button[value=renew]").click();
      await elsewhere.page.waitForURL(`**${board}/hand?done=renew`);
      await elsewhere.page.locator("button[value=lower]").click();
      await elsewhere.page.waitForURL(`**${board}/hand?down=1`);
      assert.equal((await elsewhere.page.goto(new URL(link).pathname)).status(), 404);
      await elsewhere.page.goto(board);
      assert.match(await elsewhere.page.locator(".ladder li").first().innerText(), /^0/);
      await elsewhere.leave();
    });

    test("a form that is sent twice at once puts one hand up", async () => {
      const html = await (await fetch(`${site.address}/gr/drama/hand`)).text();
      const ticket = html.match(/name="ticket" value="([^"]+)"/)[1];
      const send = () => fetch(`${site.address}/gr/drama/hand`, { method: "POST", redirect: "manual", body: new URLSearchParams({ ticket, do: "raise" }) });
      const answers = await Promise.all([send(), send(), send()]);
      answers.push(await send());
      assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303, 303]);
      const cookies = answers.map(({ headers }) => headers.getSetCookie().find((c) => c.startsWith("hands=")).split(";")[0]);
      assert.equal(new Set(cookies).size, 1, "all of them are of one hand");
      const page = await (await fetch(`${site.address}/gr/drama/hand`, { headers: { cookie: cookies[0] } })).text();
      assert.match(page, /A few hands are up/);
    });

    test("five hands open a poll by themselves", async () => {
      await raise(people[0], board);
      while (people.length < 5) await raise(await come(), board);
      const { page } = people[4];
      await page.goto(board);
      assert.match(await page.locator(".ladder .now").innerText(), /Which day\?/);
      assert.match(await page.locator(".ladder li").first().innerText(), /^5/);
      await page.locator(".wall .notice h3 a").first().click();
      await page.locator(".card.convening h2").waitFor();
      await fits(page);
      assert.ok((await page.locator(".card .tallies tbody tr").count()) >= 4);
    });

    test("anybody proposes a place, and is asked where it looks like a home", async () => {
      const { page } = people[1];
      await page.goto(board);
      await page.locator(".ladder .now .button").click();
      await page.waitForURL("**/dates");
      const propose = page.locator("section.propose");
      await propose.locator("#name").fill("Our place");
      await propose.locator("#directions").fill("Egnatia 12, second bell");
      await propose.locator("#why").fill("It is warm");
      await propose.locator("button[value=propose]").click();
      await propose.locator("[name=public]").waitFor();
      assert.match(await propose.innerText(), /sounds as if somebody lives there/);
      assert.equal(await propose.locator("#why").inputValue(), "It is warm");
      await fits(page);
      await propose.locator("#name").fill("Municipal Library café");
      await propose.locator("#directions").fill("Ground floor, on the left");
      await propose.locator("#why").fill("Step-free, and nobody has to buy anything");
      await propose.getByLabel(t("ladder.step_free")).check();
      await propose.locator("button[value=propose]").click();
      await page.waitForURL("**/dates#places");
      assert.match(await page.locator(".marks").innerText(), /Municipal Library café/);
    });

    test("who has no hand can't mark, and is told how", async () => {
      const stranger = await Visitor.come(browser, site, way);
      const path = new URL(people[1].page.url()).pathname;
      await stranger.page.goto(path);
      assert.match(await stranger.page.locator("main").innerText(), /put a hand up here first/);
      assert.equal(await stranger.page.locator(".marks button").count(), 0);
      await fits(stranger.page);
      const answer = await stranger.context.request.post(path, { form: { "mark-1": "1" }, headers: { Origin: site.address } });
      assert.equal(answer.status(), 403);
      await stranger.leave();
    });

    test("they mark, and the last of five settles it", async () => {
      const path = new URL(people[1].page.url()).pathname;
      for (const [n, { page }] of people.entries()) {
        await page.goto(path);
        const second = page.locator(".marks .choice").nth(1);
        await second.getByLabel(t("ladder.suits"), { exact: true }).check();
        await page.locator(".marks .choice").first().getByLabel(t("ladder.cant"), { exact: true }).check();
        await page.locator(".marks .choice").last().getByLabel(t("ladder.suits"), { exact: true }).check();
        await page.locator(".marks button").click();
        await page.waitForURL("**/dates?marked=1");
        if (n === 0) { // what was marked is there again
          assert.ok(await page.locator(".marks .choice").nth(1).getByLabel(t("ladder.suits"), { exact: true }).isChecked());
        }
      }
      const { page } = people[0];
      await page.goto(path);
      assert.match(await page.locator("main").innerText(), /This has closed/);
      await page.goto(path.replace(/\/dates$/, ""));
      const card = await page.locator(".card.meetup").innerText();
      assert.match(card, /Συναντιόμαστε: Θεσσαλονίκη/);
      assert.match(card, /Municipal Library café/);
      await fits(page);
      await page.goto(board);
      assert.match(await page.locator(".ladder .now").innerText(), /Municipal Library café/);
      await fits(page);
    });

    test("who comes says so, changes it, and takes the date home", async () => {
      const { page, context } = people[2];
      await page.goto(board);
      await page.locator(".ladder .now .button").click();
      await page.waitForURL("**/meetup");
      await fits(page);
      await page.locator("main form.form button").click(); // nothing was chosen: an answer of nobody changes nothing
      await page.waitForURL("**/meetup?answered=1");
      for (const [answer, told] of [["meetup.yes", /1 is coming/], ["meetup.maybe", /0 are coming · 1 maybe/], ["meetup.yes", /1 is coming/]]) {
        await page.getByLabel(t(answer), { exact: true }).check();
        await page.locator("main form.form button").click();
        await page.locator("p.ask[role=status]").waitFor();
        assert.match(await page.locator(".answers-so-far").innerText(), told);
        assert.ok(await page.getByLabel(t(answer), { exact: true }).isChecked());
      }
      await page.goto(board);
      assert.match(await page.locator(".ladder .now").innerText(), /1 is coming/);
      await page.goto(`${board}/meetups`);
      assert.equal(await page.locator(".card.meetup").count(), 1);
      await fits(page);
      const calendar = await context.request.get(`${board}/meetups.ics`);
      assert.match(calendar.headers()["content-type"], /^text\/calendar/);
      assert.match(await calendar.text(), /BEGIN:VEVENT\r\n[^]*LOCATION:Municipal Library café/);
    });

    test("a host announces a meetup, moves it by an hour, and cancels it", async () => {
      const { page, context } = people[3];
      await page.goto("/gr/athens/meetups");
      await page.getByRole("link", { name: t("meetup.announce") }).click();
      await page.waitForURL("**/meetups/new");
      await fits(page);
      await page.locator("button[value=announce]").click(); // all is missing
      await page.locator("#title-error").waitFor();
      assert.ok(await page.locator("#start-error").isVisible());
      assert.ok(await page.locator("#venue-error").isVisible());
      await fits(page);
      const day = new Date(Date.now() + 9 * 864e5).toISOString().slice(0, 10);
      await page.locator("#title").fill("Reading the new rent law");
      await page.locator("#day").fill(day);
      await page.locator("#time").fill("18:30");
      await page.locator("#venue").fill("Serafio library");
      await page.locator("#repeat").selectOption("week");
      await page.locator("#body").fill("We read it aloud, page by page.");
      await page.locator("button[value=announce]").click();
      await page.waitForURL("**/host/**");
      await fits(page);
      const link = await page.locator("#link").inputValue();
      const thread = new URL(await page.locator("h1 a").evaluate((a) => a.href)).pathname;
      const first = await (await context.request.get(`${thread}/meetup.ics`)).text();
      assert.match(first, /DTSTART;TZID=Europe\/Athens:\d{8}T183000/);
      assert.match(first, /RRULE:FREQ=WEEKLY/);

      const other = await Visitor.come(browser, site, way); // the link works from any device
      await other.page.goto(new URL(link).pathname);
      await other.page.locator("#time").fill("19:30");
      await other.page.locator("button[value=keep]").click();
      await other.page.waitForURL("**/host/**?kept=1");
      const second = await (await context.request.get(`${thread}/meetup.ics`)).text();
      assert.match(second, /T193000/);
      const sequence = (text) => Number(text.match(/SEQUENCE:(\d+)/)?.[1] ?? 0);
      assert.ok(sequence(second) > sequence(first), `${sequence(first)} → ${sequence(second)}`);
      assert.equal(second.match(/UID:(.*)/)[1], first.match(/UID:(.*)/)[1]);

      await other.page.locator("button[value=cancel]").click(); // without a reason
      await other.page.locator("#reason-error").waitFor();
      await other.page.locator("#reason").fill("The library is closed that week");
      await other.page.locator("button[value=cancel]").click();
      await other.page.waitForURL("**/host/**?kept=1");
      assert.match(await (await context.request.get(`${thread}/meetup.ics`)).text(), /STATUS:CANCELLED/);
      await page.goto(thread);
      const card = await page.locator(".card.meetup").innerText();
      assert.match(card, /cancelled/i);
      assert.match(card, /The library is closed that week/);
      await fits(page);
      await other.leave();
    });

    test("and nobody's browser met a failure", async () => {
      for (const visitor of people) await visitor.leave();
    });
  });
}
