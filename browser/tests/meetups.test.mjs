// What is coming up, as somebody finds it: on the front page, on a country's board,
// on its map, by the list and by the month, in a feed. With script on a desk and
// without in the narrowest window.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { monthAfter } from "../pages.mjs";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, narrow, phone } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const board = "/gr/thessaloniki";
const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script in 320 px", script: false, size: narrow },
];

// inDays is the day so many days from now.
const inDays = (n) => new Date(Date.now() + n * 864e5).toISOString().slice(0, 10);

// announce announces a meetup by its form, and is its host's page.
async function announce({ page }, city, title, day, repeat = "") {
  await page.goto(`${city}/meetups/new`);
  await page.locator("#title").fill(title);
  await page.locator("#day").fill(day);
  await page.locator("#time").fill("19:00");
  await page.locator("#venue").fill("Municipal Library café");
  await page.locator("#repeat").selectOption(repeat);
  await page.locator("#body").fill(`${title}: who comes?`);
  await page.locator("button[value=announce]").click();
  await page.waitForURL("**/host/**");
  return new URL(page.url()).pathname;
}

for (const way of ways) {
  describe(`what is coming up ${way.name}`, () => {
    let site, visitor, page, host;
    before(async () => {
      site = await Site.start();
      visitor = await Visitor.come(browser, site, way);
      ({ page } = visitor);
    });
    after(() => site?.stop());

    test("nothing is to come, and each page says so", async () => {
      await page.goto("/");
      assert.match(await page.locator(".soon").innerText(), new RegExp(t("meetup.soon_none").slice(0, 30)));
      await fits(page);
      await page.goto(`${board}/meetups/${monthAfter(0)}`);
      assert.match(await page.locator("main").innerText(), new RegExp(t("meetup.month_none")));
      await fits(page);
      await page.goto("/gr");
      assert.equal(await page.locator(".soon").count(), 0);
    });

    test("three are announced, and the front page leads to them", async () => {
      await announce(visitor, board, "Tea and rents", inDays(3), "week");
      host = await announce(visitor, board, "A walk along the sea wall", inDays(5));
      await announce(visitor, "/gr/volos", "Mending bicycles", inDays(4));
      await page.goto("/");
      const titles = await page.locator(".soon h3").allInnerTexts();
      assert.deepEqual(titles, ["Tea and rents", "Mending bicycles", "A walk along the sea wall"]);
      await fits(page);
      await page.locator(".soon a", { hasText: "Mending bicycles" }).click();
      await page.locator(".card.meetup").waitFor();
      await page.goBack();
      await page.locator(".soon a", { hasText: t("meetup.soon_all") }).click();
      await page.waitForURL("**/world/meetups");
      assert.equal(await page.locator(".card.meetup").count(), 3);
      await fits(page);
    });

    test("the city's board, its country's and its region's have what is next", async () => {
      for (const [path, n] of [[board, 2], ["/gr/central-macedonia", 2], ["/gr", 3], ["/world", 3]]) {
        await page.goto(path);
        assert.equal(await page.locator(".soon .leaf-of").count(), n, path);
        await fits(page);
      }
      await page.goto("/gr");
      await page.locator(".tabs").getByRole("link", { name: t("board.tab_meetups"), exact: true }).click();
      await page.waitForURL("**/gr/meetups");
    });

    test("the map has a ring around both cities, and a list says which", async () => {
      await page.goto("/gr/map");
      assert.equal(await page.locator(".chart .ring").count(), 2);
      assert.match(await page.locator(".chart figcaption").innerText(), new RegExp(t("places.map_meets")));
      assert.match(await page.locator(`.chart a[href="${board}"]`).getAttribute("aria-label"), /meetup .*19:00/);
      await page.locator(".list.meeting a").first().click();
      await page.waitForURL(`**${board}/meetups`);
      await page.goto("/");
      assert.equal(await page.locator(".chart .ring").count(), 2);
    });

    test("a month has each week's time, and leads to the next", async () => {
      await page.goto(`${board}/meetups`);
      await page.locator(".tabs").getByRole("link", { name: t("meetup.by_month"), exact: true }).click();
      await page.waitForURL(`**/meetups/${monthAfter(0)}`);
      await fits(page);
      await page.locator(".months a[rel=next]").click();
      await page.waitForURL(`**/meetups/${monthAfter(1)}`);
      const weekly = page.locator(".weeks .held a", { hasText: "Tea and rents" });
      assert.ok((await weekly.count()) >= 4, "four weeks and more");
      await fits(page);
      // On a desk it is a table of weeks; in a narrow window only days on which something is.
      const free = page.locator(".weeks td.free").first();
      assert.equal(await free.isVisible(), way.size === desk);
      assert.equal(await page.locator(".weeks th").first().isVisible(), way.size === desk);
      if (way.size === narrow) { // the day is named in words there
        assert.match(await page.locator(".weeks td:not(.free) .full").first().innerText(), /\d{4}$/);
      }
      await weekly.first().click();
      await page.locator(".card.meetup").waitFor();
      await page.goBack();
      assert.match(page.url(), new RegExp(`${monthAfter(1)}$`));
    });

    test("a month that is none, is over or too far says so", async () => {
      for (const [month, words] of [["x", "meetup.month_unclear"], ["2001-01", "meetup.month_over"], ["9999-12", "meetup.month_far"]]) {
        const answer = await visitor.context.request.get(`${board}/meetups?month=${month}`);
        assert.equal(answer.status(), 404);
        assert.ok((await answer.text()).includes(t(words)), month);
      }
    });

    test("the meetup's page has a small map, in words as well", async () => {
      await page.goto(`${board}/meetups`);
      await page.locator(".card.meetup .button").first().click();
      await page.waitForURL("**/meetup");
      assert.ok(await page.locator(".locator svg .dot").first().isVisible());
      assert.match(await page.locator(".locator figcaption").innerText(), /Central Macedonia, Greece/);
      await fits(page);
    });

    test("feeds are found from the pages, and say what is cancelled", async () => {
      await page.goto(`${board}/meetups`);
      const feeds = await page.locator("head link[rel=alternate]").evaluateAll((all) => all.map((l) => [l.type, l.getAttribute("href")]));
      const bodies = async () => {
        const all = {};
        for (const [type, address] of feeds) {
          const answer = await visitor.context.request.get(address);
          assert.equal(answer.status(), 200, address);
          assert.ok(answer.headers()["content-type"].startsWith(type), address);
          all[type] = await answer.text();
        }
        return all;
      };
      const first = await bodies();
      assert.equal(JSON.parse(first["application/geo+json"]).features.length, 2);
      assert.match(first["application/atom+xml"], /A walk along the sea wall/);
      assert.equal(first["text/calendar"].match(/BEGIN:VEVENT/g).length, 2);
      await page.goto(host);
      await page.locator("#reason").fill("Storm");
      await page.locator("button[value=cancel]").click();
      await page.waitForURL("**/host/**?kept=1");
      const second = await bodies();
      assert.match(second["application/atom+xml"], /Cancelled: A walk along the sea wall[^]*Storm/);
      assert.match(second["text/calendar"], /STATUS:CANCELLED/);
      await page.goto("/");
      assert.deepEqual(await page.locator(".soon h3").allInnerTexts(), ["Tea and rents", "Mending bicycles"]);
    });

    test("and the browser met no failure", () => visitor.leave());
  });
}

describe("the operator's street maps", () => {
  test("six squares of them, with a dot and whose they are", async () => {
    const site = await Site.start("serve", { "map-tiles": "/tiles/{z}/{x}/{y}.png", "map-credit": "© those who drew it" });
    try {
      const visitor = await Visitor.come(browser, site, { size: phone });
      const { page } = visitor;
      // The server in front would answer these: here it is a picture of one pixel.
      const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
      const asked = [];
      await page.route("**/tiles/**", (route) => {
        asked.push(new URL(route.request().url()).pathname);
        return route.fulfill({ contentType: "image/png", body: pixel });
      });
      await announce(visitor, board, "Tea and rents", inDays(3));
      await page.goto(`${board}/meetups`);
      await page.locator(".card.meetup .button").click();
      await page.locator(".street-map").scrollIntoViewIfNeeded();
      await page.waitForFunction(() => [...document.querySelectorAll(".street-map img")].every((i) => i.complete && i.naturalWidth === 1));
      assert.equal(asked.length, 6);
      assert.ok(asked.every((path) => /^\/tiles\/12\/\d+\/\d+\.png$/.test(path)));
      const map = await page.locator(".street-map").boundingBox();
      const dot = await page.locator(".street-map .dot").boundingBox();
      assert.ok(dot.x > map.x + map.width / 3 && dot.x + dot.width < map.x + (2 * map.width) / 3 + 4, "the dot is on a square of the middle");
      assert.ok(dot.y > map.y + map.height / 4 - 4 && dot.y < map.y + (3 * map.height) / 4 + 4);
      const last = await page.locator(".street-map img").last().boundingBox();
      assert.ok(Math.abs(last.x + last.width - map.x - map.width) < 2 && Math.abs(last.y + last.height - map.y - map.height) < 2, "they fill the map");
      assert.match(await page.locator(".locator").innerText(), /© those who drew it/);
      await fits(page);
      await visitor.leave();
    } finally {
      await site.stop();
    }
  });
});
