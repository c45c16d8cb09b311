// Boards that live: what one writes, others who have the page open see, through
// restarts of the site, without the stream, and without script.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, phone, lent } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const tall = Array.from({ length: 60 }, (_, n) => `Line ${n}: there is a hall on the corner that nobody uses.`).join("\n");

// write sends a form of the page, and gives the number of the post.
async function write({ page }, path, { subject, body }) {
  await page.goto(path);
  await lent(page);
  if (subject) await page.locator("#subject").fill(subject);
  await page.locator("form.write #body").fill(body);
  await page.locator("button[value=post]").click();
  await page.waitForURL(/[?&]posted=\d+/);
  return Number(new URL(page.url()).searchParams.get("posted"));
}

// takeBack takes back a post that the visitor wrote.
async function takeBack({ page }, number) {
  await page.goto(`/p/${number}/take-back`);
  await page.locator("main form button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/p/"));
}

const numbers = (page) => page.locator(".thread > .post").evaluateAll((all) => all.map((post) => Number(post.id.slice(1))));

describe("a thread that is read while others write", () => {
  let site, ana, ben, thread, opening;
  const board = "/gr/thessaloniki";
  before(async () => {
    site = await Site.start("serve", { "thread-posts": "11" });
    ana = await Visitor.come(browser, site, { size: phone });
    ben = await Visitor.come(browser, site);
    opening = await write(ben, `${board}/new`, { subject: "Who has the key?", body: tall });
    thread = `${board}/t/${opening}`;
  });
  after(() => site?.stop());

  let first, second;

  test("a reply comes in, the title counts it, a line shows where she left off", async () => {
    const { page } = ana;
    await ana.go(thread);
    assert.equal(await page.title(), "Who has the key? · Moot");
    const read = page.locator(`#p${opening} .body p`).nth(6);
    const top = await read.boundingBox();
    first = await write(ben, thread, { body: `>>${opening}\nThe caretaker did, in 2019.` });
    await page.locator(`#p${first}`).waitFor({ state: "attached" });
    await page.waitForFunction(() => document.title.startsWith("(1) "));
    assert.equal(await page.title(), "(1) Who has the key? · Moot");
    assert.deepEqual(await numbers(page), [opening, first]);
    assert.ok(Math.abs((await read.boundingBox()).y - top.y) < 2, "what she reads stays where it is");
    assert.equal(await page.locator("[role=separator]").textContent(), t("live.since"));
    assert.equal(await page.locator("[role=separator] + .post").getAttribute("id"), `p${first}`);
    assert.equal(await page.locator(`#p${opening} .back a`).getAttribute("href"), `#p${first}`);
    assert.equal(await page.locator(`#p${first} .body a.ref`).getAttribute("href"), `#p${opening}`);
    assert.equal(await page.locator(".thread > header .count").textContent(), "1 reply");
    const said = page.locator("#live [role=status] a");
    await said.waitFor();
    assert.equal(await said.textContent(), t("live.posts", { n: 1 }));
    await fits(page);
    await said.click();
    await page.locator("#live").scrollIntoViewIfNeeded();
    await page.waitForFunction(() => !document.title.startsWith("("));
    assert.equal(await page.locator("#live [role=status]").textContent(), "");
  });

  test("posts come in order, each once, and others hear of each", async () => {
    const { page } = ana;
    await page.evaluate(() => {
      globalThis.heard = [];
      document.addEventListener("moot:posts", ({ detail }) => globalThis.heard.push(...detail.posts.map((post) => Number(post.id.slice(1)))));
    });
    second = await write(ben, thread, { body: `>>${first}\nAnd who is that?` });
    const third = await write(ben, thread, { body: ">ask at the bakery" });
    await page.locator(`#p${third}`).waitFor({ state: "attached" });
    assert.deepEqual(await numbers(page), [opening, first, second, third]);
    assert.deepEqual(await page.evaluate(() => globalThis.heard), [second, third]);
    assert.equal(await page.locator(`#p${third} .body q`).count(), 1);
    assert.equal(await ben.page.locator(`#p${third}`).count(), 1, "the writer sees it once");
  });

  test("what is read in the middle of a page stays there", async () => {
    const { page } = ana;
    const read = page.locator(`#p${opening} .body p`).nth(30);
    await page.evaluate(() => document.activeElement.blur());
    await read.scrollIntoViewIfNeeded();
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const { y } = await read.boundingBox();
    const height = (await page.locator(`#p${opening} > header`).boundingBox()).height;
    for (let n = 0; n < 2; n++) { // their links back make the opening post's head higher
      const next = await write(ben, thread, { body: `>>${opening}\nNumber ${n} of those who asked.` });
      await page.locator(`#p${next}`).waitFor({ state: "attached" });
    }
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    assert.ok(Math.abs((await read.boundingBox()).y - y) < 2, `${(await read.boundingBox()).y}, was ${y}; the head was ${height} high`);
  });

  test("a post that is taken back goes, and nothing points at it", async () => {
    const { page } = ana;
    assert.equal(await page.locator(`#p${first} .back a`).count(), 1);
    await takeBack(ben, second);
    await page.locator(`#p${second}.gone`).waitFor();
    assert.match(await page.locator(`#p${second}`).textContent(), new RegExp(String(second)));
    assert.equal(await page.locator(`#p${first} .back`).count(), 0);
    assert.equal(await page.locator(".thread > header .count").textContent(), "4 replies");
  });

  test("a reply that is being written stays where it is", async () => {
    const { page } = ana;
    const box = page.locator("form.write #body");
    await box.fill("I will ask at the bakery. ");
    await box.focus();
    const at = (await box.boundingBox()).y;
    const next = await write(ben, thread, { body: "It opens at six.\n\nAt five on Saturdays." });
    await page.locator(`#p${next}`).waitFor({ state: "attached" });
    assert.ok(Math.abs((await box.boundingBox()).y - at) < 2, "the box moved");
    assert.equal(await box.inputValue(), "I will ask at the bakery. ");
  });

  test("the site is started anew, and nothing is lost or doubled", async () => {
    const { page } = ana;
    const before = await numbers(page);
    site.settings.listen = new URL(site.address).host;
    await site.stop({ keep: true });
    await site.run();
    const written = [];
    for (const body of ["While you were gone.", "Again."]) written.push(await write(ben, thread, { body }));
    await page.locator(`#p${written[1]}`).waitFor({ state: "attached", timeout: 30_000 });
    assert.deepEqual(await numbers(page), [...before, ...written]);
    const lost = /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE)/; // what Chromium says of the pause
    for (const v of [ana, ben]) v.faults = v.faults.filter((fault) => !lost.test(fault));
  });

  test("a thread that is full says so, and keeps what was being written", async () => {
    const { page } = ana;
    const box = page.locator("form.write #body");
    for (let n = (await numbers(page)).length - 1; n < 11; n++) await write(ben, thread, { body: `One more: ${n}.` });
    await page.locator(".thread > .state:not([hidden])").waitFor();
    assert.match(await page.locator(".thread > .state").textContent(), /11 posts/);
    assert.equal(await page.locator("form.write button[value=post]").isDisabled(), true);
    assert.equal(await box.inputValue(), "I will ask at the bakery. ");
    await takeBack(ben, first);
    await page.locator(".thread > .state[hidden]").waitFor({ state: "attached" });
    assert.equal(await page.locator("form.write button[value=post]").isDisabled(), false);
  });

  test("nothing went wrong on any page", async () => {
    await ana.leave();
    await ben.leave();
  });
});

describe("many tabs", () => {
  let site;
  before(async () => { site = await Site.start(); });
  after(() => site?.stop());

  // see has a tab be looked at or not, as its browser would.
  const see = (page, looked) => page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, !looked);

  test("do not keep a browser's six connections from one another", async () => {
    const ana = await Visitor.come(browser, site);
    const ben = await Visitor.come(browser, site);
    const opening = await write(ben, "/gr/athens/new", { subject: "Short", body: "A short one." });
    const thread = `/gr/athens/t/${opening}`;
    const tabs = [];
    for (let n = 0; n < 9; n++) {
      const tab = n === 0 ? ana.page : await ana.context.newPage();
      if (n === 6) await tab.addInitScript(() => { Object.defineProperty(document, "hidden", { configurable: true, value: true }); }); // opened in the background
      await tab.goto(thread, { waitUntil: "load" }); // the seventh would wait for ever
      if (n < 8 && n !== 6) await see(tab, false);
      tabs.push(tab);
    }
    const first = await write(ben, thread, { body: "Who hears?" });
    const here = (tab) => tab.locator(`#p${first}`).count();
    await tabs[8].locator(`#p${first}`).waitFor();
    await Promise.all(tabs.slice(0, 3).map((tab) => tab.locator(`#p${first}`).waitFor({ state: "attached" })));
    assert.match(await tabs[0].title(), /^\(1\) /);
    for (const tab of tabs.slice(3, 8)) assert.equal(await here(tab), 0, "more listen unseen than there are seats");
    await see(tabs[5], true);
    await tabs[5].locator(`#p${first}`).waitFor();
    await ana.leave();
    await ben.leave();
  });
});

describe("without the stream", () => {
  let site, ben, thread, opening;
  before(async () => {
    site = await Site.start();
    ben = await Visitor.come(browser, site);
    opening = await write(ben, "/gr/athens/new", { subject: "Short", body: "A short one." });
    thread = `/gr/athens/t/${opening}`;
  });
  after(() => site?.stop());

  test("a page looks by itself where there is no stream, and at once on r", async () => {
    const ana = await Visitor.come(browser, site);
    const { page } = ana;
    await ana.context.addInitScript(() => { delete globalThis.EventSource; });
    await page.clock.install();
    await ana.go(thread);
    const first = await write(ben, thread, { body: `>>${opening}\nBy and by.` });
    assert.equal(await page.locator(`#p${first}`).count(), 0);
    await page.clock.fastForward(16_000);
    await page.locator(`#p${first}`).waitFor();
    assert.equal(await page.locator(`#p${opening} .back a`).getAttribute("href"), `#p${first}`);
    assert.equal(await page.locator(`#p${first} .tick`).count(), 1);
    const second = await write(ben, thread, { body: "At once." });
    await page.evaluate(() => document.dispatchEvent(new CustomEvent("moot:update", { cancelable: true })));
    await page.locator(`#p${second}`).waitFor();
    assert.deepEqual(await numbers(page), [opening, first, second]);
    await ana.leave();
  });

  test("without script there is a link", async () => {
    const ana = await Visitor.come(browser, site, { script: false });
    const { page } = ana;
    await ana.go(thread);
    const known = await numbers(page);
    const next = await write(ben, thread, { body: "Did you see?" });
    await page.getByRole("link", { name: t("live.look") }).click();
    await page.locator(`#p${next}`).waitFor();
    // What she saw may have been a second old: she is shown all that came since.
    const [first, ...fresh] = await numbers(page);
    assert.equal(first, opening);
    assert.equal(fresh.at(-1), next);
    assert.ok(fresh.every((number) => number > known.at(-1)), `${fresh} after ${known}`);
    await fits(page);
    await ana.leave();
    await ben.leave();
  });
});

describe("a board that is read while others write", () => {
  let site, ana, ben;
  const board = "/jp/tokyo";
  const titles = (page) => page.locator("section.wall > .notice h3").allTextContents();
  before(async () => {
    site = await Site.start();
    ana = await Visitor.come(browser, site, { size: desk });
    ben = await Visitor.come(browser, site);
  });
  after(() => site?.stop());

  let one;

  test("a quiet board says that somebody wrote", async () => {
    const { page } = ana;
    await ana.go(board);
    one = await write(ben, `${board}/new`, { subject: "One", body: "The first." });
    await page.locator("#live [role=status] button").click();
    await page.locator("section.wall .notice").waitFor();
    assert.deepEqual(await titles(page), ["One"]);
  });

  test("threads with news go to the top where nobody is reading", async () => {
    const { page } = ana;
    await page.mouse.move(2, 2);
    await write(ben, `${board}/new`, { subject: "Two", body: "The second." });
    await page.locator("section.wall .notice.fresh").waitFor();
    assert.deepEqual(await titles(page), ["Two", "One"]);
    await write(ben, `${board}/t/${one}`, { body: "An answer." });
    await page.waitForFunction(() => document.querySelector("section.wall .notice h3").textContent === "One");
    assert.deepEqual(await titles(page), ["One", "Two"]);
    assert.match(await page.locator("section.wall .notice").first().locator(".meta").textContent(), /1 reply/);
    await fits(page);
  });

  test("and wait for a word where somebody is", async () => {
    const { page } = ana;
    await page.locator("section.wall .notice h3 a").first().hover();
    await write(ben, `${board}/new`, { subject: "Three", body: "The third." });
    const button = page.getByRole("button", { name: t("live.show") });
    await button.waitFor();
    assert.deepEqual(await titles(page), ["One", "Two"]);
    assert.match(await page.locator("#live [role=status]").textContent(), new RegExp(t("live.threads", { n: 1 })));
    assert.match(await page.title(), /^\(1\) /);
    await button.click();
    assert.deepEqual(await titles(page), ["Three", "One", "Two"]);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Three");
  });

  test("a thread that is no more leaves", async () => {
    const { page } = ana;
    await page.mouse.move(2, 2);
    await page.evaluate(() => document.activeElement.blur());
    const four = await write(ben, `${board}/new`, { subject: "Four", body: "The fourth." });
    await page.waitForFunction(() => document.querySelector("section.wall .notice h3").textContent === "Four");
    await takeBack(ben, four);
    await page.waitForFunction(() => document.querySelector("section.wall .notice h3").textContent === "Three");
  });

  test("nothing went wrong there either", async () => {
    await ana.leave();
    await ben.leave();
  });
});
