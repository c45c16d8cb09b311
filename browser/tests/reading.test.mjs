// Reading a thread: the post that a reference leads to, the reply box that
// follows, the keys; by mouse, by keyboard, by finger; and all of it as axe sees it.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { ready, start } from "../poster.mjs";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, phone } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser, site, path, numbers, far;
before(async () => {
  browser = await launch();
  site = await Site.start("serve", { images: "on" });
  far = await start(site, "/gr/patras", "Elsewhere", "A post on another board.");
  const filler = Array.from({ length: 14 }, (_, i) => `Filler ${i}.\n${"A line that takes room.\n".repeat(4)}`);
  ({ path, numbers } = await start(site, "/gr/chania", "Read me",
    "The first reply, which has something to say.",
    (numbers) => `>>${numbers[1]}\nThe second, which answers it.`,
    (numbers) => `>>${numbers[2]} and >>${far.numbers[1]}\nThe third, which leads on.`,
    ...filler));
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

// open comes to the thread, with its habits there.
async function open(more) {
  const visitor = await Visitor.come(browser, site, more);
  await visitor.go(path);
  await ready(visitor.page);
  return visitor;
}

const post = (page, i) => page.locator(`#p${numbers[i]}`);
const glimpse = (page, text) => page.locator(".glimpse", { hasText: text });
const away = async (page) => {
  await page.mouse.move(2, 2);
  await page.locator(".glimpse").waitFor({ state: "detached" });
};

// inside asserts that an element lies within the window.
async function inside(locator) {
  const box = await locator.boundingBox();
  const size = locator.page().viewportSize();
  assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height, JSON.stringify({ box, size }));
}

describe("previews", () => {
  test("a pointer on a reference shows the post, and leads on from there", async () => {
    const visitor = await open();
    const { page } = visitor;
    const link = post(page, 3).locator(`.body a[href$="#p${numbers[2]}"]`);
    await link.hover();
    const first = glimpse(page, "The second, which answers it.");
    await first.waitFor();
    await inside(first);
    assert.equal(await link.getAttribute("aria-describedby"), await first.getAttribute("id"));
    assert.equal(await page.locator(`[id="p${numbers[2]}"]`).count(), 1, "a copy has no id of its own");

    await first.locator(`.body a[href$="#p${numbers[1]}"]`).hover();
    const second = glimpse(page, "The first reply, which has something to say.");
    await second.waitFor();
    assert.equal(await page.locator(".glimpse").count(), 2);
    await first.locator("header").hover();
    await second.waitFor({ state: "detached" });
    assert.equal(await page.locator(".glimpse").count(), 1, "what led there stays");
    await away(page);
    assert.equal(await link.getAttribute("aria-describedby"), null);
    await visitor.leave();
  });

  test("also of a post in another thread, asked of the site once; one that is gone is said", async () => {
    const visitor = await open();
    const { page } = visitor;
    let asked = 0;
    page.on("request", (request) => { if (request.url().endsWith("/view")) asked++; });
    const link = post(page, 3).locator("a.ref.far");
    for (let i = 0; i < 2; i++) {
      await link.hover();
      await glimpse(page, "A post on another board.").waitFor();
      assert.equal(await page.locator(".glimpse [id], .glimpse .tick").count(), 0);
      await away(page);
    }
    assert.equal(asked, 1);
    await post(page, 2).locator(".body a.ref").evaluate((a) => { a.hash = "#p777777"; });
    await post(page, 2).locator(".body a.ref").hover();
    await page.locator(".glimpse", { hasText: t("habit.preview_none") }).waitFor();
    await visitor.leave();
  });

  test("the focus shows it, and what is heard of the link has its words; Esc closes", async () => {
    const visitor = await open();
    const { page } = visitor;
    await post(page, 2).locator("a.no").focus();
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement.matches(".body a.ref"))) break;
    }
    await glimpse(page, "The first reply").waitFor();
    const described = await page.evaluate(() => document.getElementById(document.activeElement.getAttribute("aria-describedby")).textContent);
    assert.match(described, /The first reply, which has something to say/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".glimpse").count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.matches(".body a.ref")), true, "the focus stays");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**#p${numbers[1]}`);
    await visitor.leave();
  });

  test("it stays within a window that reads from right to left", async () => {
    const visitor = await open({ size: { width: 700, height: 420 } });
    const { page } = visitor;
    await page.evaluate(() => { document.documentElement.dir = "rtl"; });
    for (const i of [2, 3]) {
      await post(page, i).locator(".body a.ref").first().hover();
      await page.locator(".glimpse").waitFor();
      await inside(page.locator(".glimpse"));
      assert.ok((await page.locator(".glimpse").boundingBox()).width > 250, "it has room to be read");
      await away(page);
    }
    await visitor.leave();
  });

  test("a finger follows the link", async () => {
    const visitor = await open({ size: phone, hasTouch: true });
    const { page } = visitor;
    await post(page, 3).locator(".body a.ref").first().tap();
    await page.waitForURL(`**#p${numbers[2]}`);
    // A finger that rests on one, and has not yet pressed it.
    await post(page, 3).locator(".body a.ref").first().dispatchEvent("pointerover", { pointerType: "touch", bubbles: true });
    await page.waitForTimeout(400);
    assert.equal(await page.locator(".glimpse").count(), 0);
    await visitor.leave();
  });

  test("none where the reader wants none", async () => {
    const visitor = await open();
    const { page } = visitor;
    await visitor.go("/reading");
    await page.getByLabel(t("reader.setting_previews")).uncheck();
    await visitor.go(path);
    await ready(page);
    await post(page, 3).locator(".body a.ref").first().hover();
    await page.waitForTimeout(500);
    assert.equal(await page.locator(".glimpse").count(), 0);
    await visitor.leave();
  });
});

describe("the reply box", () => {
  test("follows by keyboard, covers not what it answers, moves by arrows, and goes home on Esc", async () => {
    const visitor = await open();
    const { page } = visitor;
    const form = page.locator("form.write");
    const body = page.locator("#body");
    await post(page, 2).locator("a.no").focus();
    await page.keyboard.press("Enter");
    await page.locator("form.write.following").waitFor();
    assert.equal(await body.inputValue(), `>>${numbers[2]}\n`);
    assert.equal(await page.evaluate(() => document.activeElement.id), "body");
    await inside(form);
    const [a, b] = [await form.boundingBox(), await post(page, 2).boundingBox()];
    assert.ok(a.x >= b.x + b.width || a.x + a.width <= b.x || a.y >= b.y + b.height || a.y + a.height <= b.y, "the box covers the post");
    await page.keyboard.type("So be it.");

    await page.getByRole("button", { name: t("habit.move") }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowLeft");
    const moved = await form.boundingBox();
    assert.equal(Math.round(a.x - moved.x), 72);
    for (let i = 0; i < 100; i++) await page.keyboard.press("ArrowUp");
    await inside(form);

    await body.focus();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".following").count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.quote), String(numbers[2]));
    assert.equal(await body.inputValue(), `>>${numbers[2]}\nSo be it.`, "nothing is lost on the way");
    assert.equal(await page.locator("form.write").count(), 1);
    await visitor.leave();
  });

  test("takes what is marked along, is dragged, and sends", async () => {
    const visitor = await open();
    const { page } = visitor;
    await post(page, 1).locator(".body p").selectText();
    await post(page, 1).locator("a.no").click();
    await page.locator(".following").waitFor();
    assert.equal(await page.locator("#body").inputValue(), `>>${numbers[1]}\n>The first reply, which has something to say.\n`);
    const head = page.locator(".follow-head b");
    const before = await page.locator("form.write").boundingBox();
    const at = await head.boundingBox();
    await page.mouse.move(at.x + 20, at.y + 5);
    await page.mouse.down();
    await page.mouse.move(at.x - 180, at.y - 95, { steps: 4 });
    await page.mouse.up();
    const afterwards = await page.locator("form.write").boundingBox();
    assert.deepEqual([Math.round(before.x - afterwards.x), Math.round(before.y - afterwards.y)], [200, 100]);
    await post(page, 2).locator("a.no").click();
    assert.match(await page.locator("#body").inputValue(), new RegExp(`>>${numbers[2]}\\n$`));
    await page.keyboard.type("Agreed.");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/posted=/);
    await visitor.leave();
  });

  test("on a phone the reader goes to the form", async () => {
    const visitor = await open({ size: phone });
    const { page } = visitor;
    await post(page, 2).locator("a.no").click();
    await page.waitForFunction(() => document.activeElement.id === "body");
    assert.equal(await page.locator(".following").count(), 0);
    await inside(page.locator("#body"));
    await fits(page);
    await visitor.leave();
  });

  test("#q and a number open it at once", async () => {
    const visitor = await Visitor.come(browser, site);
    await visitor.go(`${path}#q${numbers[1]}`);
    await visitor.page.waitForFunction((number) => document.querySelector("#body").value === `>>${number}\n`, numbers[1]);
    await visitor.leave();
  });
});

describe("keys", () => {
  const at = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);

  test("j and k go along the posts, q answers the one, w watches, r looks for new ones, ? lists them", async () => {
    const visitor = await Visitor.come(browser, site);
    const { page } = visitor;
    const { keyboard } = page;
    await page.route("**/assets/live.*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" })); // a page that updates itself is live.test's
    await visitor.go(path);
    await keyboard.press("j"); // the first sign: no key is lost while the modules come
    await page.waitForFunction((id) => document.activeElement.id === id, `p${numbers[0]}`);
    for (const i of [1, 2, 3]) {
      await keyboard.press("j");
      assert.equal(await at(page), `p${numbers[i]}`);
    }
    await keyboard.press("k");
    assert.equal(await at(page), `p${numbers[2]}`);
    for (let i = 3; i < 12; i++) await keyboard.press("j");
    const seen = await page.evaluate(() => { const box = document.activeElement.getBoundingClientRect(); return box.top > -1 && box.bottom < innerHeight + 1; });
    assert.ok(seen, "the post that is gone to is in sight");

    await keyboard.press("q");
    assert.equal(await at(page), "body");
    assert.equal(await page.locator("#body").inputValue(), `>>${numbers[11]}\n`);
    await keyboard.type("jkqwre?");
    assert.equal(await page.locator("#body").inputValue(), `>>${numbers[11]}\njkqwre?`, "where one types, a letter is a letter");
    assert.equal(await page.locator("button.watch").getAttribute("aria-pressed"), "false");
    await keyboard.press("Escape");

    await keyboard.press("w");
    await page.locator("button.watch[aria-pressed=true]").waitFor();
    await keyboard.press("w");
    await page.locator("button.watch[aria-pressed=false]").waitFor();

    await keyboard.press("?");
    const list = page.getByRole("dialog", { name: t("reader.keys") });
    await list.waitFor();
    for (const key of ["j", "k", "q", "w", "r", "e", "Esc", "?", "Ctrl+Enter"]) assert.ok((await list.locator("kbd").allInnerTexts()).includes(key), key);
    await keyboard.press("w");
    assert.equal(await page.locator("button.watch").getAttribute("aria-pressed"), "false", "a dialog takes the keys");
    await keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });

    const updated = page.evaluate(() => new Promise((done) => document.addEventListener("moot:update", (event) => { event.preventDefault(); done(true); }, { once: true })));
    await page.waitForTimeout(50);
    await keyboard.press("r");
    assert.equal(await updated, true);
    await Promise.all([page.waitForEvent("load"), keyboard.press("r")]); // nobody updates: the page is asked for anew
    await visitor.leave();
  });

  test("they can be turned off for good, where they are listed", async () => {
    const visitor = await open();
    const { page } = visitor;
    await page.keyboard.press("?");
    const list = page.getByRole("dialog", { name: t("reader.keys") });
    await list.getByLabel(t("reader.setting_keys")).uncheck();
    await list.getByRole("button", { name: t("habit.close") }).click();
    await page.keyboard.press("w");
    await page.keyboard.press("?");
    assert.equal(await list.isVisible(), false);
    assert.equal(await page.locator("button.watch").getAttribute("aria-pressed"), "false");
    await visitor.go("/reading");
    await page.getByLabel(t("reader.setting_keys")).check();
    await visitor.go(path);
    await ready(page);
    await page.keyboard.press("w");
    assert.equal(await page.locator("button.watch").getAttribute("aria-pressed"), "true");
    await visitor.leave();
  });

  test("on a board they go along the threads, and Enter opens one", async () => {
    const { numbers: [older] } = await start(site, "/gr/rethymno", "Older");
    await start(site, "/gr/rethymno", "Newer");
    const visitor = await Visitor.come(browser, site);
    const { page } = visitor;
    for (const view of ["", "/catalog"]) {
      await visitor.go(`/gr/rethymno${view}`);
      await ready(page);
      await page.keyboard.press("j");
      assert.equal(await at(page), "Newer");
      await page.keyboard.press("j");
      assert.equal(await at(page), "Older");
      await page.keyboard.press("k");
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/t/${older}`);
    }
    await visitor.leave();
  });
});

describe("pictures", () => {
  // png is a picture of one colour, large enough to be made small.
  function png(width, height) {
    const chunk = (type, body) => {
      const whole = Buffer.concat([Buffer.from(type), body]);
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(body.length);
      sum.writeUInt32BE(crc32(whole));
      return Buffer.concat([length, whole, sum]);
    };
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 2, 0, 0, 0], 8); // 8 bits of each of three colours
    const rows = Buffer.alloc(height * (1 + 3 * width), 0x60);
    for (let y = 0; y < height; y++) rows[y * (1 + 3 * width)] = 0; // no filter
    return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
  }

  let pictured;
  before(async () => {
    const visitor = await Visitor.come(browser, site);
    const { page } = visitor;
    await visitor.go("/gr/chania/new");
    await page.locator("#subject").fill("With pictures");
    await page.locator("#body").fill("Look.");
    for (let i = 0; i < 2; i++) {
      await page.locator("details.slots > summary").click();
      await page.locator("#picture-1").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: png(1600, 900 + i) });
      await page.locator("#alt-1").fill("A grey wall");
      await page.locator("form.write button[value=post]").click();
      await page.waitForURL(/posted=/);
      if (i === 0) {
        pictured = new URL(page.url()).pathname;
        await page.locator("#body").fill("And another.");
      }
    }
    await visitor.leave();
  });

  test("one opens where it stands, within the window, and closes by a press, Esc or e", async () => {
    const visitor = await Visitor.come(browser, site, { size: phone });
    const { page } = visitor;
    await visitor.go(pictured);
    await ready(page);
    const file = page.locator("a.file").first();
    const full = page.locator("img.full");
    await file.click();
    await page.locator("figure.open").waitFor();
    assert.equal(await file.getAttribute("aria-expanded"), "true");
    assert.equal(await full.getAttribute("alt"), "A grey wall");
    assert.deepEqual(await full.evaluate((img) => [img.naturalWidth, img.complete]), [1600, true]);
    await fits(page);
    await full.click();
    assert.equal(await full.count(), 0);
    assert.equal(await file.locator("img").isVisible(), true);

    await file.focus();
    await page.keyboard.press("Enter");
    await page.locator("figure.open").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await full.count(), 0);
    assert.equal(await file.getAttribute("aria-expanded"), "false");

    await page.keyboard.press("e");
    await page.waitForFunction(() => document.querySelectorAll("figure.open").length > 0);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForFunction(() => document.querySelectorAll("figure.open").length === 2);
    await fits(page);
    await page.keyboard.press("e");
    assert.equal(await full.count(), 0);
    await visitor.leave();
  });

  test("a press with Ctrl opens the file, and one that doesn't come leaves its link a link", async () => {
    const visitor = await Visitor.come(browser, site);
    const { page } = visitor;
    await visitor.go(pictured);
    await ready(page);
    const file = page.locator("a.file").first();
    const href = await file.getAttribute("href");
    const [opened] = await Promise.all([visitor.context.waitForEvent("page"), file.click({ modifiers: ["Control"] })]);
    await opened.waitForURL(`**${href}`);
    await opened.close();
    // Chromium puts a page of its own around a bare picture, whose style the picture's policy refuses.
    visitor.faults = visitor.faults.filter((fault) => !fault.includes(`${href}: Applying inline style`));
    assert.equal(await page.locator("img.full").count(), 0);
    await page.evaluate((href) => { document.querySelector("a.file").href = `${href}?anew`; }, href); // past what the browser has of it
    await page.route(/\?anew$/, (route) => route.fulfill({ status: 404, contentType: "text/plain", body: "gone" }));
    await file.click();
    await page.locator('a.file[data-picture="none"]').waitFor();
    await file.click();
    await page.waitForURL(/\?anew$/);
    await visitor.leave();
  });
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
  }));
  return violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.any[0]?.message ?? n.none[0]?.message ?? v.help}`).join("; ")}`);
}

describe("axe finds nothing, with everything open that can be", () => {
  for (const theme of ["light", "dark", "classic"]) {
    test(`in the look "${theme}"`, async () => {
      const visitor = await Visitor.come(browser, site, { scheme: theme === "dark" ? "dark" : "light", bypassCSP: true });
      const { page } = visitor;
      const wrong = [];
      const look = async (name) => { for (const finding of await findings(page)) wrong.push(`${name}: ${finding}`); };
      await visitor.go(`${path}?theme=${theme}`);
      await ready(page);
      await page.getByRole("button", { name: t("habit.watch") }).click();
      await post(page, 4).locator("button.fold").click();
      await post(page, 1).locator("a.no").click();
      await page.locator(".following").waitFor();
      await post(page, 3).locator(".body a.ref").first().hover();
      await page.locator(".glimpse").waitFor();
      await look("thread with box, preview, fold");
      await away(page);
      await page.locator("#body").fill("A draft.");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.locator("dialog").waitFor();
      await look("list of keys");
      await page.keyboard.press("Escape");
      await page.evaluate(() => {
        const watched = JSON.parse(localStorage.getItem("moot.watched"));
        for (const t of Object.values(watched)) t.seen = 0, t.had = 0;
        localStorage.setItem("moot.watched", JSON.stringify(watched));
      });
      await visitor.go("/gr/chania");
      await page.locator("a.news").waitFor();
      await page.locator("button.fold").first().click();
      await look("wall with a hidden thread and unread posts");
      await visitor.go("/reading");
      await page.locator("#watched ~ ul li").waitFor();
      await look("reading");
      await page.getByRole("button", { name: t("reader.forget_all") }).first().click();
      await page.getByRole("dialog").waitFor();
      await look("reading, asked whether to forget");
      await visitor.go(`/p/${far.numbers[1]}/view`);
      await look("a post by itself");
      assert.deepEqual(wrong, []);
      await visitor.leave();
    });
  }
});
