// Being told: a hand's page says what is happening and its feed says it too; what a card
// says comes into a page that is open; a meetup that was moved or cancelled says so to
// whoever answered; and a browser asks to be told by push.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { answer } from "../poster.mjs";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const board = "/gr/thessaloniki";

// raise puts a hand up without a browser, and is the cookie that holds it.
async function raise(site) {
  const { headers, status } = await answer(site, `${board}/hand`, { do: "raise" });
  assert.equal(status, 303);
  return headers.getSetCookie().find((c) => c.startsWith("hands=")).split(";")[0];
}

// mark has a hand say that a choice suits.
async function mark(site, path, cookie, choice, says = "1") {
  const sent = await fetch(site.address + path, { method: "POST", redirect: "manual", headers: { cookie }, body: new URLSearchParams({ [`mark-${choice}`]: says }) });
  assert.equal(sent.status, 303);
}

// entries reads a feed as XML.
async function entries(site, address) {
  const got = await fetch(new URL(new URL(address).pathname, site.address));
  assert.equal(got.status, 200);
  assert.equal(got.headers.get("cache-control"), "no-store");
  assert.match(got.headers.get("x-robots-tag"), /noindex/);
  assert.match(got.headers.get("content-type"), /^application\/atom\+xml/);
  const xml = await got.text();
  const page = await (await browser.newContext()).newPage();
  const read = await page.evaluate((xml) => {
    const feed = new DOMParser().parseFromString(xml, "text/xml");
    if (feed.querySelector("parsererror")) throw new Error(feed.querySelector("parsererror").textContent);
    const of = (e, name) => e.querySelector(name)?.textContent;
    return [...feed.querySelectorAll("feed > entry")].map((e) => ({ id: of(e, "id"), title: of(e, "title"), updated: of(e, "updated"), link: e.querySelector("link").getAttribute("href") }));
  }, xml);
  await page.context().close();
  assert.equal(new Set(read.map(({ id }) => id)).size, read.length, "ids differ");
  return read;
}

// announce announces a meetup without a browser, and is its address and the host's link.
async function announce(site, title) {
  const day = new Date(Date.now() + 9 * 86400_000).toISOString().slice(0, 10);
  const { headers } = await answer(site, `${board}/meetups/new`, { title, day, time: "18:30", minutes: "120", venue: "Library café", repeat: "" });
  const host = headers.get("Location").replace(/\?.*/, "");
  return { host, thread: `${board}/t/${host.split("/")[2]}`, day, token: host.split("/")[3] };
}

// change has the host of a meetup change it.
async function change(site, made, fields) {
  const body = new URLSearchParams({ token: made.token, do: "keep", title: "Tea", day: made.day, time: "18:30", minutes: "120", venue: "Library café", repeat: "", ...fields });
  const sent = await fetch(site.address + made.host.replace(/\/[^/]*$/, ""), { method: "POST", redirect: "manual", body });
  assert.equal(sent.status, 303, await sent.text());
}

for (const way of [{ name: "with script on a desk", script: true, size: desk }, { name: "without script in 320 px", script: false, size: narrow }]) {
  describe(`being told ${way.name}`, () => {
    let site, ana, link, feed;
    before(async () => {
      site = await Site.start();
      ana = await Visitor.come(browser, site, way);
    });
    after(async () => {
      await ana?.leave();
      await site?.stop();
    });

    test("a hand's page says what is happening, and has a feed of its own", async () => {
      const { page } = ana;
      await page.goto(`${board}/hand`);
      await page.locator("form.write button[value=raise]").click();
      await page.waitForURL("**/hand?up=1");
      await fits(page);
      assert.match(await page.locator("main").innerText(), /No date is being looked for yet/);
      link = await page.locator("#link").inputValue();
      feed = await page.locator("#feed").inputValue();
      assert.equal(feed, `${link}/feed.atom`);
      assert.deepEqual(await entries(site, feed), []);
      assert.equal((await fetch(`${site.address}/hand/00000000000000000000000000/feed.atom`)).status, 404);
    });

    test("by its link it is told of a date on any device, and goes to mark it", async () => {
      for (let n = 0; n < 4; n++) await raise(site);
      const elsewhere = await Visitor.come(browser, site, way);
      const { page } = elsewhere;
      await page.goto(new URL(link).pathname);
      await fits(page);
      assert.match(await page.locator(".states").innerText(), /A date is being looked for/);
      await page.locator(".states button[value=mark]").click();
      await page.waitForURL("**/dates");
      assert.equal(await page.locator(".marks button").count(), 1, "this browser has the hand now, and may mark");
      await elsewhere.leave();
      const [only, ...more] = await entries(site, feed);
      assert.match(only.title, /^Thessaloniki: A date is being looked for/);
      assert.match(only.link, /\/hand\/[0-9a-z]{26}$/);
      assert.equal(more.length, 0);
    });

    test("who answered sees what was changed since, and what it was", async () => {
      const made = await announce(site, "Tea");
      const { page } = ana;
      await page.goto(`${made.thread}/meetup`);
      await page.getByLabel(t("meetup.yes"), { exact: true }).check();
      await page.locator("main form.form button").click();
      await page.waitForURL("**/meetup?answered=1");
      assert.equal(await page.locator(".since").count(), 0);
      await change(site, made, { time: "20:00", venue: "Town hall" });
      await page.goto(`${made.thread}/meetup`);
      await fits(page);
      assert.match(await page.locator(".since").innerText(), /Moved to .* 20:00, Town hall from .* 18:30, Library café\./);
      assert.match(await page.locator(".card .changed").innerText(), /Changed on .*: was .* 18:30 Library café/);
      const stranger = await Visitor.come(browser, site, way);
      await stranger.page.goto(`${made.thread}/meetup`);
      assert.equal(await stranger.page.locator(".since").count(), 0, "who didn't answer has seen nothing else");
      assert.equal(await stranger.page.locator(".card .changed").count(), 1);
      await stranger.leave();
      await page.locator("main form.form button").click(); // it suits still
      await page.waitForURL("**/meetup?answered=1");
      assert.equal(await page.locator(".since").count(), 0);
      await change(site, made, { do: "cancel", reason: "The hall has no heating" });
      await page.goto(`${made.thread}/meetup`);
      await fits(page);
      assert.match(await page.locator(".since").innerText(), /Cancelled: The hall has no heating/);
      assert.match(await page.locator(".card").innerText(), /The hall has no heating/);
      const titles = (await entries(site, feed)).map(({ title }) => title).join("\n");
      assert.match(titles, /Tea: Cancelled: The hall has no heating[\s\S]*Tea: Moved to/);
      assert.match(titles, /Tea: Announced: .* 20:00, Town hall/);
    });
  });
}

describe("a page that is open", () => {
  let site, hands, reader, page, path;
  before(async () => {
    site = await Site.start();
    hands = [];
    for (let n = 0; n < 5; n++) hands.push(await raise(site));
    reader = await Visitor.come(browser, site, {});
    page = reader.page;
    await page.goto(board);
    path = await page.locator(".ladder .now .button").getAttribute("href");
  });
  after(async () => {
    await reader?.leave();
    await site?.stop();
  });

  // listen opens a page, and waits until it hears what happens.
  const listen = (path) => Promise.all([page.waitForResponse((r) => r.url().includes("/live?")), page.goto(path)]);

  test("a board's ladder counts the hands, and doesn't read each out", async () => {
    await listen(board);
    hands.push(await raise(site));
    await page.locator(".ladder li").first().filter({ hasText: /^6/ }).waitFor();
    assert.equal(await page.locator(".live .unseen").count(), 0);
    await fits(page);
  });

  test("a thread's card counts the marks, but not under the reader's hands", async () => {
    await listen(path.replace(/\/dates$/, ""));
    await mark(site, path, hands[0], 2);
    const suits = page.locator(".card .tallies tbody tr").nth(1).locator(".suits");
    await suits.filter({ hasText: /^1$/ }).waitFor();
    await page.locator(".card .actions a").first().focus();
    await mark(site, path, hands[1], 2);
    await page.waitForTimeout(700);
    assert.equal(await suits.textContent(), "1", "it waits while the reader is in it");
    assert.ok(await page.locator(".card .actions a").first().evaluate((a) => a === document.activeElement));
    await page.locator("textarea[name=body]").focus();
    await suits.filter({ hasText: /^2$/ }).waitFor();
    assert.ok(await page.locator("textarea[name=body]").evaluate((a) => a === document.activeElement));
    assert.equal(await page.locator(".live .unseen").count(), 0);
  });

  test("a closing comes by itself, and is read out", async () => {
    await page.locator("textarea[name=body]").fill("I am writing meanwhile");
    for (const hand of hands.slice(2, 5)) await mark(site, path, hand, 2);
    await page.locator(".card.meetup").waitFor();
    await page.locator(".live .unseen[role=status]").filter({ hasText: "Meetup" }).waitFor({ state: "attached" });
    assert.equal(await page.locator("textarea[name=body]").inputValue(), "I am writing meanwhile");
    await fits(page);
  });

  test("an answer is counted, and a cancellation read out", async () => {
    const made = await announce(site, "Tea");
    await listen(made.thread);
    const other = await Visitor.come(browser, site, {});
    await other.page.goto(`${made.thread}/meetup`);
    await other.page.getByLabel(t("meetup.yes"), { exact: true }).check();
    await other.page.locator("main form.form button").click();
    await page.locator(".card .answers-so-far").filter({ hasText: t("meetup.count_coming", { n: 1 }) }).waitFor();
    assert.equal(await page.locator(".live .unseen").count(), 0, "a count is not read out");
    await change(site, made, { do: "cancel", reason: "snow" });
    await page.locator(".card.cancelled").waitFor();
    await page.locator(".live .unseen[role=status]").filter({ hasText: /cancelled.*snow/ }).waitFor({ state: "attached" });
    await other.leave();
  });

  test("a wall says of a meetup that it was cancelled", async () => {
    const made = await announce(site, "Bread");
    await listen(new URL(made.thread, site.address).pathname.replace(/\/t\/.*/, ""));
    const notice = page.locator(".wall .notice", { has: page.getByRole("link", { name: "Bread", exact: true }) });
    assert.equal(await notice.locator(".gist.off").count(), 0);
    await change(site, made, { do: "cancel", reason: "no oven" });
    await notice.locator(".gist.off").filter({ hasText: t("meetup.is_cancelled") }).waitFor();
  });

  test("where nothing can be streamed, looking brings it too", async () => {
    const made = await announce(site, "Soup");
    const quiet = await Visitor.come(browser, site, {});
    await quiet.page.addInitScript(() => { delete globalThis.EventSource; });
    await quiet.page.goto(made.thread);
    await change(site, made, { title: "Soup", do: "cancel", reason: "no pot" });
    await quiet.page.locator(".thread .post").first().waitFor();
    await quiet.page.evaluate(() => document.dispatchEvent(new Event("moot:update", { cancelable: true })));
    await quiet.page.locator(".card.cancelled").waitFor();
    await quiet.leave();
  });
});

describe("by push", () => {
  const key = Buffer.from("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "base64url"); // of RFC 8291, appendix A
  const secret = Buffer.from("BTBZMqHH6r4Tts7J_aSIgg", "base64url");
  let site, visitor, page;
  before(async () => {
    site = await Site.start("serve", { push: "true", "base-url": "https://moot.example" });
    visitor = await Visitor.come(browser, site, { size: narrow, permissions: ["notifications"] });
    page = visitor.page;
    await page.addInitScript(([endpoint, key, secret]) => {
      const made = { endpoint, getKey: (name) => new Uint8Array(name === "auth" ? secret : key).buffer };
      PushManager.prototype.subscribe = async () => made;
      PushManager.prototype.getSubscription = async () => (localStorage.getItem("moot.told") ? made : null);
    }, ["https://updates.push.services.mozilla.com/wpush/v2/x", [...key], [...secret]]);
  });
  after(async () => {
    await visitor?.leave();
    await site?.stop();
  });

  const press = async () => {
    const sent = page.waitForRequest((r) => r.url().endsWith("/push") && r.method() === "POST");
    await page.locator(".telling button").click();
    const request = await sent;
    assert.equal((await request.response()).status(), 204);
    return Object.fromEntries(new URLSearchParams(request.postData()));
  };

  test("a browser asks about a meetup, and stops it", async () => {
    const made = await announce(site, "Tea");
    await page.goto(`${made.thread}/meetup`);
    const button = page.locator(".telling button");
    await button.filter({ hasText: t("notify.on_meetup") }).waitFor();
    await fits(page);
    const sent = await press();
    assert.equal(sent.about, "meetup");
    await page.locator('.telling button[aria-pressed="true"]').waitFor();
    await page.goto(made.thread); // new posts are another matter
    await button.filter({ hasText: t("notify.on") }).waitFor();
    await page.goto(`${made.thread}/meetup`);
    await button.filter({ hasText: t("notify.off") }).waitFor();
    assert.equal((await press()).do, "end");
  });

  test("a browser asks about a city, and nothing of the hand goes with it", async () => {
    await page.goto(`${board}/hand`);
    await page.locator("form.write button[value=raise]").click();
    await page.waitForURL("**/hand?up=1");
    await page.locator(".telling button").filter({ hasText: t("notify.on_city") }).waitFor();
    await fits(page);
    const token = (await page.locator("#link").inputValue()).split("/").at(-1);
    const sent = await press();
    assert.equal(sent.city, "gr/thessaloniki");
    assert.ok(!JSON.stringify(sent).includes(token));
    await page.locator('.telling button[aria-pressed="true"]').waitFor();
    // The hand comes down, and with it what was asked.
    const ended = page.waitForRequest((r) => r.url().endsWith("/push") && r.postData().includes("do=end"));
    await page.locator("button[value=lower]").click();
    await ended;
    await page.locator('.telling button[aria-pressed="false"]').waitFor();
  });
});
