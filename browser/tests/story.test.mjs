// The whole story: a person finds their town, opens its quiet board, starts a
// thread; another replies; both take back what they wrote. With script and
// without, on a desk and in the narrowest window.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, lent, narrow, phone } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script on a desk", script: false, size: desk },
  { name: "with script on a phone", script: true, size: phone },
  { name: "without script in 320 px", script: false, size: narrow },
];

const path = (page) => new URL(page.url()).pathname;

// write fills in the form that stands on the page and sends it.
async function write(page, { subject, body, sage }) {
  const form = page.locator("form.write");
  await lent(page);
  if (subject) await form.locator("#subject").fill(subject);
  if (body) await form.locator("#body").fill(body);
  if (sage) await form.getByLabel(t("board.dont_bump")).check();
  await form.locator("button[value=post]").click();
  await page.waitForURL(/[?&]posted=\d+/);
  return Number(new URL(page.url()).searchParams.get("posted"));
}

// find goes from the front page to a town's board, as the way allows.
async function find(visitor, name, board) {
  const { page } = visitor;
  await visitor.go("/");
  await page.locator("main input[name=q]").fill(name);
  if (visitor.way.script) {
    await page.getByRole("option").first().click();
  } else {
    await page.locator("main form.find button").click();
    if (path(page) === "/find") await page.locator("main .results a").first().click();
  }
  await page.waitForURL(`**${board}`);
}

// threads are the numbers of the threads on a board, as it shows them.
async function threads(visitor, board) {
  await visitor.go(board);
  const hrefs = await visitor.page.locator("main .notice h3 a, main .tile h2 a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  return hrefs.map((href) => Number(href.match(/\/t\/(\d+)/)[1]));
}

for (const way of ways) {
  describe(`the story ${way.name}`, () => {
    let site, ana, ben;
    const visitors = [];
    const come = async (more) => {
      const visitor = await Visitor.come(browser, site, { ...way, ...more });
      visitor.way = way;
      visitors.push(visitor);
      return visitor;
    };
    before(async () => {
      site = await Site.start();
      [ana, ben] = [await come(), await come()];
    });
    after(async () => {
      await site?.stop();
    });

    let opening, reply, code;

    test("a quiet board says so, names the nearest that isn't, and invites", async () => {
      const { page } = ana;
      await find(ana, "Θεσσαλονίκη", "/gr/thessaloniki");
      await page.getByRole("heading", { name: t("board.quiet") }).waitFor();
      await write(page, { subject: "Who has the key to the old hall?", body: "It has stood empty for years." });
      await fits(page);

      const cleo = await come();
      for (let tries = 0; ; tries++) { // the directory of boards follows at its own pace
        await find(cleo, "Κιλκίς", "/gr/kilkis");
        if (await cleo.page.locator(".near a[href='/gr/thessaloniki']").count()) break;
        assert.ok(tries < 50, "the nearest lively board is not named");
        await cleo.page.waitForTimeout(100);
      }
      await cleo.page.getByRole("heading", { name: t("board.quiet") }).waitFor();
      assert.match(await cleo.page.locator(".near li").first().innerText(), /\d+ km/);
      assert.equal(await cleo.page.locator("form.write").count(), 1);
      await fits(cleo.page);
    });

    test("a thread is started, and its marks are what they mean", async () => {
      const { page } = ana;
      await find(ana, "東京", "/jp/tokyo");
      opening = await write(page, {
        subject: "バスの最終便",
        body: [
          "The '''last''' bus goes at ''nine''.", ">it used to be eleven", "[spoiler]nobody asked us[/spoiler] `21:04`",
          "https://example.org/timetable?a=1&b=2 and >>>/gr/thessaloniki/", "שלום <b>not bold</b>",
        ].join("\n"),
      });
      assert.equal(path(page), `/jp/tokyo/t/${opening}`);
      const post = page.locator(`#p${opening}`);
      assert.equal(await post.locator(".body strong").innerText(), "last");
      assert.equal(await post.locator(".body em").innerText(), "nine");
      assert.equal(await post.locator(".body .spoiler").count(), 1);
      assert.equal(await post.locator(".body code").innerText(), "21:04");
      assert.match(await post.locator(".body q, .body .quote").first().innerText(), /^>it used to be eleven$/);
      const link = post.locator("a[href^='https://example.org']");
      assert.equal(await link.getAttribute("href"), "https://example.org/timetable?a=1&b=2");
      assert.match(await link.getAttribute("rel"), /noreferrer/);
      assert.match(await link.innerText(), /example\.org/);
      assert.equal(await post.locator("a[href='/gr/thessaloniki']").count(), 1);
      assert.match(await post.locator(".body").innerText(), /<b>not bold<\/b>/);
      assert.ok(await post.locator(".yours code").innerText());
      await fits(page);
    });

    test("another replies with a quote, and the quote leads both ways", async () => {
      const { page } = ben;
      for (let tries = 0; ; tries++) {
        await ben.go("/");
        if (await page.locator(`main a[href='/jp/tokyo/t/${opening}']`).count()) break;
        assert.ok(tries < 50, "the thread is not among the newest");
        await page.waitForTimeout(100);
      }
      await fits(page);
      await page.locator(`main a[href='/jp/tokyo/t/${opening}']`).first().click();
      await page.locator(`#p${opening} a.no`).click();
      if (!way.script) await page.waitForURL("**/reply?quote=*");
      const box = page.locator("form.write #body");
      if (way.script) await page.waitForFunction(() => document.querySelector("form.write #body").value !== "");
      assert.equal(await box.inputValue(), `>>${opening}\n`);
      await fits(page);
      reply = await write(page, { body: `>>${opening}\nI have counted: thirty of us wait for it.` });
      assert.equal(path(page), `/jp/tokyo/t/${opening}`);
      code = (await page.locator(`#p${reply} .yours code`).innerText()).trim();
      assert.ok(code.length > 0);

      await page.locator(`#p${opening} .back a[href='#p${reply}']`).click();
      assert.equal(new URL(page.url()).hash, `#p${reply}`);
      assert.equal(await page.locator(`#p${reply}:target`).count(), 1);
      await page.locator(`#p${reply} .body a[href='#p${opening}']`).click();
      assert.equal(await page.locator(`#p${opening}:target`).count(), 1);
      assert.match(await page.locator(`#p${reply} .body a[href='#p${opening}']`).locator("..").innerText(), new RegExp(`>>${opening}`));
      await fits(page);
    });

    test("what only its writer may see is not shown to others, nor again", async () => {
      await ana.go(`/jp/tokyo/t/${opening}?posted=${reply}`);
      assert.equal(await ana.page.locator(".yours").count(), 0);
      await ben.go(`/jp/tokyo/t/${opening}`);
      assert.equal(await ben.page.locator(".yours").count(), 0);
    });

    test("a post is found by its number, and its thread in the catalog and the index", async () => {
      const { page } = ben;
      await ben.go(`/p/${reply}`);
      assert.equal(path(page) + new URL(page.url()).hash, `/jp/tokyo/t/${opening}#p${reply}`);
      for (const view of ["catalog", "index"]) {
        await ben.go(`/jp/tokyo/${view}`);
        await page.getByRole("link", { name: "バスの最終便" }).first().waitFor();
        await fits(page);
      }
      await ben.go("/jp/tokyo/catalog?q=%E6%9C%80%E7%B5%82");
      assert.equal(await page.locator(".tile").count(), 1);
    });

    test("sage does not bump a thread, and a reply does", async () => {
      const second = await (async () => {
        await ana.go("/jp/tokyo/new");
        return write(ana.page, { subject: "A second thread", body: "To stand above the first." });
      })();
      assert.deepEqual(await threads(ben, "/jp/tokyo"), [second, opening]);
      await ben.go(`/jp/tokyo/t/${opening}`);
      await write(ben.page, { body: "Quietly.", sage: true });
      assert.deepEqual(await threads(ben, "/jp/tokyo"), [second, opening]);
      await ben.go(`/jp/tokyo/t/${opening}`);
      await write(ben.page, { body: "Aloud." });
      assert.deepEqual(await threads(ben, "/jp/tokyo"), [opening, second]);
    });

    test("pressing the button twice posts once", async () => {
      const { page } = ana;
      await ana.go("/jp/osaka/new");
      await page.locator("#subject").fill("Twice");
      await page.locator("#body").fill("Pressed twice by accident.");
      await page.locator("form.write button[value=post]").dblclick({ noWaitAfter: true });
      // The second press cuts the first answer off, and waitForURL takes that for a failure.
      for (let tries = 0; !/posted=/.test(page.url()) && tries < 200; tries++) await page.waitForTimeout(50);
      assert.match(page.url(), /posted=/);
      await page.waitForLoadState();
      assert.equal((await threads(ben, "/jp/osaka")).length, 1);
    });

    test("one's own post is taken back by the browser that wrote it", async () => {
      const { page } = ana;
      await ana.go(`/p/${opening}/take-back`);
      assert.equal(await page.locator("#code").count(), 0, "no code is asked of the browser that wrote it");
      await fits(page);
      await page.getByRole("button", { name: t("board.take_back") }).click();
      await page.waitForURL(`**/jp/tokyo/t/${opening}`);
      assert.equal(await page.locator(`#p${opening}.gone`).count(), 1);
      assert.equal(await page.getByText("nobody asked us").count(), 0);
    });

    test("and by its code in any browser, but not by another's", async () => {
      const dora = await come();
      const { page } = dora;
      await dora.go(`/jp/tokyo/t/${opening}`);
      const take = async (code) => {
        await page.locator(`#p${reply} input.tick`).check();
        await page.locator("details.ticked summary").click();
        await page.locator("#ticked-code").fill(code);
        await page.locator("#ticked button").click();
      };
      await take("wrong-code");
      await page.locator("#code").waitFor();
      await fits(page);
      await dora.go(`/jp/tokyo/t/${opening}`);
      assert.equal(await page.locator(`#p${reply} .body`).count(), 1);
      await take(code);
      await page.waitForURL(`**/jp/tokyo/t/${opening}`);
      assert.equal(await page.locator(`#p${reply}.gone`).count(), 1);
    });

    test("and nobody's browser had to ask another host, or met a failure", async () => {
      for (const visitor of visitors) await visitor.leave();
    });

    test("what was written is there after a restart", async () => {
      await site.stop({ keep: true });
      await site.run();
      const erik = await come();
      await erik.go("/gr/thessaloniki");
      await erik.page.getByRole("link", { name: "Who has the key to the old hall?" }).click();
      await erik.page.getByText("It has stood empty for years.").waitFor();
      await erik.leave();
    });
  });
}
