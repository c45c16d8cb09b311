// Somebody asks for a date themselves: three people put hands up, one of them asks all;
// they mark, also from two tabs, make mistakes, go back; and who starts a thread changes
// their mind about what it is without losing a word. With script and without, on a desk
// and in the narrowest window.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { raise } from "../hands.mjs";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const board = "/gr/volos";
const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script in 320 px", script: false, size: narrow },
];

for (const way of ways) {
  describe(`somebody asks for a date ${way.name}`, () => {
    let site;
    const people = [];
    let dates;
    before(async () => { site = await Site.start(); });
    after(() => site?.stop());

    const come = async () => {
      const visitor = await Visitor.come(browser, site, way);
      people.push(visitor);
      return visitor;
    };

    test("with too few hands it says how many it takes", async () => {
      const ana = await come();
      await raise(ana, board);
      assert.equal(await ana.page.locator("button[value=ask]").count(), 0);
      await ana.page.goto(`${board}/hand/ask`);
      assert.match(await ana.page.locator("main .ask").innerText(), /once 3 hands are up here/);
      assert.equal(await ana.page.locator("main form").count(), 0);
      await fits(ana.page);
    });

    test("words typed for a thread go along to a meetup and to a date, and back", async () => {
      const { page } = people[0];
      await page.goto(`${board}/new`);
      await fits(page);
      await page.locator("#subject").fill("Rents in the old town");
      await page.locator("#body").fill("Who has <b>letters</b>?\nBring them.");
      await page.locator(".starts").getByRole("button", { name: t("page.start_meetup") }).click();
      await page.waitForURL("**/meetups/new");
      await fits(page);
      assert.equal(await page.locator("#title").inputValue(), "Rents in the old town");
      assert.equal(await page.locator("#body").inputValue(), "Who has <b>letters</b>?\nBring them.");
      if (way.script) { // what the keyboard sends is the form that one is at
        await page.locator("#body").press("Control+Enter");
        await page.locator("#start-error").waitFor();
        assert.match(page.url(), /\/meetups\/new$/);
      }
      await page.locator("#venue").fill("Municipal library");
      await page.locator(".starts").getByRole("button", { name: t("page.start_date") }).click();
      await page.waitForURL("**/hand/ask");
      await fits(page);
      assert.match(await page.locator("main .ask").innerText(), /once 3 hands are up here/);
      assert.equal(await page.locator("#subject").inputValue(), "Rents in the old town"); // nothing is lost, though it can't be sent
      assert.equal(await page.locator("button[value=ask]").count(), 0);
      await page.locator(".starts").getByRole("button", { name: t("page.start_meetup") }).click();
      await page.waitForURL("**/meetups/new");
      assert.equal(await page.locator("#venue").inputValue(), "Municipal library");
      await page.locator(".starts").getByRole("button", { name: t("page.start_thread") }).click();
      await page.waitForURL(`**${board}/new`);
      assert.equal(await page.locator("#body").inputValue(), "Who has <b>letters</b>?\nBring them.");
      await page.locator("#subject").press("Enter"); // sends the form that one is at
      await page.waitForURL("**/t/*");
      assert.equal(await page.locator("h1").innerText(), "Rents in the old town");
    });

    test("a thread has the city's hands beside it", async () => {
      const { page } = people[0];
      const side = page.locator(".ladder-side");
      assert.match(await side.innerText(), /A few hands are up/);
      await fits(page);
      while (people.length < 3) await raise(await come(), board);
      await page.goto(board);
      await page.locator(".notice h3 a").first().click();
      await page.waitForURL("**/t/*");
      assert.match(await side.innerText(), /3 hands are up/);
      await side.getByRole("link", { name: t("ladder.ask") }).click();
      await page.waitForURL("**/hand/ask");
    });

    test("who has no hand is told, and keeps every word", async () => {
      const stranger = await Visitor.come(browser, site, way);
      const { page } = stranger;
      await page.goto(board);
      await page.locator(".ladder").getByRole("link", { name: t("ladder.ask") }).click();
      await page.waitForURL("**/hand/ask");
      await page.locator("#body").fill("I have no hand");
      await page.locator("button[value=ask]").click();
      await page.locator(".refusal").waitFor();
      assert.match(await page.locator(".refusal").innerText(), /Put yours up first/);
      assert.equal(await page.locator("#body").inputValue(), "I have no hand");
      await fits(page);
      await stranger.leave();
    });

    test("words that are too long come back with the reason beside them", async () => {
      const { page } = people[2];
      await page.goto(`${board}/hand/ask`);
      await page.locator("#subject").fill("Rents");
      await page.locator("#body").fill("x ".repeat(9000));
      await page.locator("button[value=ask]").click();
      await page.locator("#body-error").waitFor();
      assert.equal(await page.locator("#subject").inputValue(), "Rents");
      await fits(page);
    });

    test("one of three asks all of them", async () => {
      const { page } = people[0];
      await page.goto(`${board}/hand`);
      await page.locator("button[value=ask]").click();
      await page.waitForURL("**/hand/ask");
      assert.match(await page.locator("main").innerText(), /times 5 to 16 days from now/);
      await fits(page);
      await page.locator("#body").fill("I would read the rent law together.");
      await page.locator("button[value=ask]").click();
      await page.waitForURL("**/t/*");
      await page.locator(".card.convening").waitFor();
      assert.match(await page.locator(".post.op .body").innerText(), /rent law together/);
      await page.locator(".yours code").waitFor();
      await fits(page);
      dates = `${new URL(page.url()).pathname}/dates`;

      await page.goBack(); // to where it was written: looked at anew, it says what came of it
      await page.waitForURL("**/hand/ask");
      await page.reload();
      assert.match(await page.locator("main .ask").innerText(), /is being looked for here already/);
      const second = people[1].page;
      await second.goto(`${board}/hand/ask`);
      assert.match(await second.locator("main .ask").innerText(), /is being looked for here already/);
      await fits(second);
      const { threads } = await (await fetch(`${site.address}/api/v1/places/gr.volos/threads`)).json();
      assert.equal(threads.filter(({ pinned }) => pinned).length, 1, "one convening stands");
    });

    test("a hand that marks in two tabs counts once, by what it said last", async () => {
      const { page, context } = people[1];
      const other = await context.newPage();
      for (const tab of [page, other]) await tab.goto(dates);
      const say = async (tab, answer) => {
        await tab.locator(".marks .choice").first().getByLabel(t(answer), { exact: true }).check();
        await tab.locator(".marks button").click();
        await tab.waitForURL("**/dates?marked=1");
      };
      await say(page, "ladder.suits");
      await say(other, "ladder.cant");
      await page.goto(dates.replace(/\/dates$/, ""));
      assert.match(await page.locator(".card .tallies tbody tr").first().innerText(), /0\s+0\s+1$/);
      await page.goto(dates);
      assert.ok(await page.locator(".marks .choice").first().getByLabel(t("ladder.cant"), { exact: true }).isChecked());
      await other.close();
    });

    test("marks of what isn't there, and by a made-up hand, are refused", async () => {
      const { context } = people[1];
      const send = (form, headers = {}) => context.request.post(dates, { form, headers: { Origin: site.address, ...headers } });
      for (const form of [{ "mark-999": "1" }, { "mark-1": "7" }, { "mark-1": "x" }, { "mark-x": "1" }, { "mark-99999999999999999999": "1" }]) {
        assert.equal((await send(form)).status(), 422, JSON.stringify(form));
      }
      const stranger = await Visitor.come(browser, site, way);
      const forged = await stranger.context.request.post(dates, { form: { "mark-1": "1" }, headers: { Origin: site.address, Cookie: `hands=${"0".repeat(26)}` } });
      assert.equal(forged.status(), 403);
      await stranger.leave();
      const convening = await (await fetch(`${site.address}/api/v1${dates.replace(/^.*\/t\/(\d+)\/dates$/, "/threads/$1/convening")}`)).json();
      assert.deepEqual([convening.times[0].suits, convening.times[0].could, convening.times[0].cant], [0, 0, 1]);
    });

    test("a time that suits all three settles it at once", async () => {
      for (const { page } of people) {
        await page.goto(dates);
        await page.locator(".marks .choice").nth(1).getByLabel(t("ladder.suits"), { exact: true }).check();
        await page.locator(".marks button").click();
        await page.waitForURL("**/dates?marked=1");
      }
      const { page } = people[0];
      await page.goto(dates.replace(/\/dates$/, ""));
      await page.locator(".card.meetup").waitFor();
      await fits(page);
      await page.goto(`${board}/hand/ask`);
      assert.match(await page.locator("main .ask").innerText(), /A meetup is to come here already/);
    });

    test("and nobody's browser met a failure", async () => {
      for (const visitor of people) await visitor.leave();
    });
  });
}
