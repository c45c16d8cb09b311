// The habits of readers, kept in their own browser: watching, "(You)", hiding,
// drafts, previews, the reply box that follows, keys; and all of it as a file.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import * as poster from "../poster.mjs";
import { ready } from "../poster.mjs";
import { Site } from "../site.mjs";
import { Visitor, back, desk, fits, launch, narrow, phone } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser, site;
before(async () => { browser = await launch(); site = await Site.start(); });
after(async () => {
  await browser?.close();
  await site?.stop();
});

const come = (more) => Visitor.come(browser, site, more);
const kept = (page, kind) => page.evaluate((kind) => JSON.parse(localStorage.getItem(`moot.${kind}`)), kind);

const send = (path, fields) => poster.send(site, path, fields);
const start = (board, ...rest) => poster.start(site, board, ...rest);

// post writes in the form on the page and sends it.
async function post(page, body) {
  await page.locator("#body").fill(body);
  await page.locator("form.write button[value=post]").click();
  await page.waitForURL(/posted=/);
  return Number(new URL(page.url()).searchParams.get("posted"));
}

describe("watching", () => {
  test("a watched thread says how many posts are unread, until they are read", async () => {
    const { path, numbers } = await start("/gr/larisa", "The night bus", "First reply.");
    const visitor = await come();
    const { page } = visitor;
    await visitor.go(path);
    const watch = page.getByRole("button", { name: t("habit.watch") });
    assert.equal(await watch.getAttribute("aria-pressed"), "false");
    await watch.click();
    await page.locator("button.watch[aria-pressed=true]").waitFor();

    await visitor.go("/about"); // an open thread would show what comes, and that would be read
    await send(path, { body: "Second reply." });
    await send(path, { body: "Third reply." });
    await visitor.go("/reading");
    const row = page.locator("#watched ~ ul li");
    await row.getByText(t("habit.news", { n: 2 })).waitFor();
    assert.match(await row.innerText(), /The night bus/);
    assert.match(await row.innerText(), /Lar/);
    await fits(page);

    await visitor.go("/gr/larisa");
    const news = page.locator("a.news");
    await news.waitFor();
    assert.equal(await news.innerText(), t("habit.news", { n: 2 }), "the last that was heard is told on boards, too");
    await news.click();
    await row.getByRole("link").click();
    await page.waitForURL(`**${path}#p${numbers[1]}`);
    await page.waitForFunction((n) => Object.values(JSON.parse(localStorage.getItem("moot.watched")))[0].had === n, 4);
    await visitor.go("/reading");
    await row.getByText(t("reader.none_new")).waitFor();
    await row.getByRole("button", { name: t("reader.remove") }).click();
    await page.getByText(t("reader.watched_none")).waitFor();
    await visitor.go(path);
    assert.equal(await watch.getAttribute("aria-pressed"), "false");
    await visitor.leave();
  });

  test("posts that come while the page is open are read when they are seen, and dressed like the others", async () => {
    const { path } = await start("/gr/larisa", "Live", "One.");
    const visitor = await come();
    const { page } = visitor;
    await visitor.go(path);
    await page.getByRole("button", { name: t("habit.watch") }).click();
    await page.locator("button.watch[aria-pressed=true]").waitFor();
    await page.evaluate(() => {
      const old = document.querySelector(".post:not(.op)");
      const fresh = old.cloneNode(true);
      fresh.id = "p999999";
      fresh.querySelector(".fold")?.remove();
      fresh.classList.remove("foldable");
      old.after(fresh);
      document.dispatchEvent(new CustomEvent("moot:posts", { detail: { posts: [fresh] } }));
    });
    await page.locator("#p999999 > .fold").waitFor();
    const [watched] = Object.values(await kept(page, "watched"));
    assert.equal(watched.seen, 999999);
    assert.equal(watched.had, 3);
    await visitor.leave();
  });

  test("two tabs agree", async () => {
    const { path } = await start("/gr/larisa", "In two tabs");
    const visitor = await come();
    await visitor.go(path);
    const other = await visitor.context.newPage();
    await other.goto(path);
    await ready(other);
    await visitor.page.getByRole("button", { name: t("habit.watch") }).click();
    await other.locator("button.watch[aria-pressed=true]").waitFor();
    await visitor.leave();
  });

  test("a thread that is gone says so", async () => {
    const visitor = await come();
    const { page } = visitor;
    await visitor.go("/gr/larisa/new");
    await page.locator("#subject").fill("Taken back soon");
    const number = await post(page, "Alone.");
    await page.getByRole("button", { name: t("habit.watch") }).click();
    await page.locator("button.watch[aria-pressed=true]").waitFor();
    await visitor.go(`/p/${number}/take-back`);
    await page.getByRole("button", { name: t("board.take_back") }).click();
    await page.waitForURL(/larisa$/);
    await visitor.go("/reading");
    await page.getByText(t("reader.gone")).waitFor();
    await visitor.leave();
  });
});

test("(You) stands at one's own posts and at what answers them, and outlives a reload", async () => {
  const { path } = await start("/gr/volos", "Who are you", "Somebody else.");
  const visitor = await come();
  const { page } = visitor;
  await visitor.go(path);
  const mine = await post(page, "These are my own words.");
  const you = t("habit.you");
  await page.locator(`#p${mine} > header .you`).waitFor();
  assert.equal(await page.locator(".post .you").count(), 1);
  const reply = await send(path, { body: `>>${mine}\nI agree.` });
  assert.equal(await page.locator(".yours code").count(), 1);
  await page.keyboard.press("Shift"); // they do something: the address is one to pass on
  await page.waitForFunction(() => !location.search);
  assert.equal(await page.locator(".yours code").isVisible(), true, "the delete code stays while the page does");
  await page.reload();
  await page.locator(`#p${reply} .body .ref + .you`).waitFor();
  assert.equal(await page.locator(`#p${mine} > header .you`).innerText(), you);
  assert.match(await page.locator(`#p${reply} .body`).innerText(), new RegExp(`>>${mine} ${you.replace(/[()]/g, "\\$&")}`));

  const other = await come();
  await other.go(`${path}?posted=${mine}`);
  await ready(other.page);
  assert.equal(await other.page.locator(".you").count(), 0, "an address makes nothing anybody's");
  await other.leave();
  await visitor.leave();
});

describe("hiding", () => {
  test("a post is folded to a line, stays so, and comes back, by keyboard", async () => {
    const { path, numbers } = await start("/gr/volos", "Hide one", "Unwanted.", "Wanted.");
    const visitor = await come();
    const { page } = visitor;
    await visitor.go(path);
    await ready(page);
    const unwanted = page.locator(`#p${numbers[1]}`);
    await unwanted.getByRole("button", { name: t("habit.hide_post", { number: numbers[1] }) }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.getByText("Unwanted.").isVisible(), false);
    assert.match(await unwanted.innerText(), new RegExp(t("habit.hidden_post", { number: numbers[1] })));
    assert.equal(await page.evaluate(() => document.activeElement.textContent), t("habit.show"), "the focus is on what undoes it");
    await page.reload();
    await page.locator(`#p${numbers[1]}.folded`).waitFor();
    assert.equal(await page.getByText("Wanted.", { exact: true }).isVisible(), true);
    await unwanted.getByRole("button", { name: t("habit.show") }).press("Enter");
    assert.equal(await page.getByText("Unwanted.").isVisible(), true);
    await page.reload();
    await ready(page);
    assert.equal(await page.getByText("Unwanted.").isVisible(), true);
    await visitor.leave();
  });

  test("a thread is hidden on the wall, the index and the catalog, and comes back from /reading", async () => {
    const { numbers: [number] } = await start("/gr/serres", "Not for me");
    await start("/gr/serres", "For me");
    const visitor = await come({ size: phone });
    const { page } = visitor;
    await visitor.go("/gr/serres");
    await ready(page);
    await page.getByRole("button", { name: t("habit.hide_thread", { number }) }).click();
    for (const view of ["", "/catalog", "/index"]) {
      await visitor.go(`/gr/serres${view}`);
      await page.locator(".folded").waitFor();
      assert.equal(await page.getByRole("link", { name: "Not for me" }).count(), 0, view);
      assert.equal(await page.getByRole("link", { name: "For me", exact: true }).isVisible(), true);
      await fits(page);
    }
    await visitor.go("/reading");
    await page.locator("#hidden ~ ul").getByRole("button", { name: t("habit.show") }).click();
    await page.getByText(t("reader.hidden_none")).waitFor();
    await visitor.go("/gr/serres");
    await ready(page);
    assert.equal(await page.getByRole("link", { name: "Not for me" }).isVisible(), true);
    await visitor.leave();
  });
});

describe("drafts", () => {
  const draft = async (page, words) => {
    await page.waitForFunction((words) => localStorage.getItem("moot.drafts")?.includes(words), words);
  };

  test("what was begun is there after a reload, and is gone once it is posted", async () => {
    const { path } = await start("/gr/kavala", "Half written");
    const visitor = await come();
    const { page } = visitor;
    await visitor.go(path);
    await page.locator("#body").fill("I began to say");
    await draft(page, "I began to say");
    await visitor.go("/gr/kavala"); // a link away, and a new page: the browser itself keeps nothing
    await visitor.go(path);
    await page.getByText(t("habit.draft_restored")).waitFor();
    assert.equal(await page.locator("#body").inputValue(), "I began to say");
    await page.reload();
    await ready(page);
    assert.equal(await page.locator("#body").inputValue(), "I began to say");
    await post(page, "I began to say, and said it.");
    await page.waitForFunction(() => localStorage.getItem("moot.drafts") === "{}");
    await visitor.go(path);
    await ready(page);
    assert.equal(await page.locator("#body").inputValue(), "");
    assert.equal(await page.getByText(t("habit.draft_restored")).count(), 0);
    await visitor.leave();
  });

  test("going away at once and coming back loses no word; Clear does", async () => {
    const visitor = await come();
    const { page } = visitor;
    await visitor.go("/gr/kavala/new");
    await page.locator("#subject").fill("A subject");
    await page.locator("#body").fill("A beginning");
    await page.goto("/gr/kavala"); // before any pause
    await back(page);
    await page.waitForURL("**/new");
    await page.locator("#body").waitFor();
    await page.waitForFunction(() => document.querySelector("#body").value === "A beginning");
    const other = await visitor.context.newPage();
    await other.goto("/gr/kavala/new");
    await other.getByText(t("habit.draft_restored")).waitFor();
    assert.equal(await other.locator("#subject").inputValue(), "A subject");
    await other.getByRole("button", { name: t("habit.draft_clear") }).click();
    assert.equal(await other.locator("#body").inputValue(), "");
    assert.equal(await other.locator("#subject").inputValue(), "");
    assert.deepEqual(await kept(other, "drafts"), {});
    await visitor.leave();
  });

  test("a number pressed elsewhere joins the draft", async () => {
    const { path, numbers } = await start("/gr/kavala", "Joined", "Answer me.");
    const visitor = await come({ size: phone });
    const { page } = visitor;
    await visitor.go(path);
    await page.locator("#body").fill("Before.");
    await draft(page, "Before.");
    await visitor.go(`${path}/reply?quote=${numbers[1]}`);
    await page.getByText(t("habit.draft_restored")).waitFor();
    assert.equal(await page.locator("#body").inputValue(), `Before.\n>>${numbers[1]}\n`);
    await visitor.leave();
  });

  test("a name is kept where it is asked for, and a tripcode's word never", async () => {
    const { path } = await start("/gr/kavala", "Named");
    const visitor = await come();
    const { page } = visitor;
    const name = page.locator("#name");
    await visitor.go(path);
    await page.locator("details.more summary").click();
    await name.fill("Ana#opensesame");
    await page.locator("#body").fill("Said under a name.");
    await draft(page, "Said under a name.");
    await visitor.go("/gr/kavala/new");
    await ready(page);
    assert.equal(await name.inputValue(), "");
    await visitor.go(path);
    await page.getByText(t("habit.draft_restored")).waitFor();
    assert.equal(await name.inputValue(), "Ana");
    assert.equal(await name.isVisible(), true, "nobody posts under a name that they don't see");
    await name.fill("Ana#opensesame");
    await page.getByLabel(t("habit.remember_name")).check();
    await visitor.go("/gr/kavala/new");
    await page.waitForFunction(() => document.querySelector("#name").value === "Ana");
    await page.getByLabel(t("habit.remember_name")).uncheck();
    await visitor.go("/gr/kavala/new");
    await page.getByLabel(t("habit.remember_name")).waitFor({ state: "attached" });
    assert.equal(await name.inputValue(), "");
    assert.doesNotMatch(await page.evaluate(() => JSON.stringify({ ...localStorage })), /opensesame/);
    await visitor.leave();
  });

  test("a refused form is kept; one that leads to the board is not", async () => {
    const { path } = await start("/gr/kavala", "Refused");
    const visitor = await come();
    const { page } = visitor;
    await visitor.go(path);
    await page.locator("details.more summary").click();
    await page.locator("#options").fill("nonoko");
    await page.locator("#body").fill("too long ".repeat(1000));
    await page.locator("form.write button[value=post]").click();
    await page.locator("#body-error").waitFor();
    await draft(page, "too long");
    await page.locator("#body").fill("Short.");
    await page.locator("form.write button[value=post]").click();
    await page.waitForURL("**/gr/kavala");
    assert.deepEqual(await kept(page, "drafts"), {});
    await visitor.leave();
  });
});

describe("as a file", () => {
  test("what one browser keeps, another takes in; a changed file changes nothing; all can be forgotten", async () => {
    const { path, numbers } = await start("/gr/drama", "Carried", "Hide me.");
    const visitor = await come();
    const { page } = visitor;
    await visitor.go(path);
    await page.getByRole("button", { name: t("habit.watch") }).click();
    await page.getByRole("button", { name: t("habit.hide_post", { number: numbers[1] }) }).click();
    const mine = await post(page, "Mine.");
    await page.locator("#body").fill("A draft to carry");
    await page.waitForFunction(() => localStorage.getItem("moot.drafts")?.includes("carry"));
    await visitor.go("/reading");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: t("reader.export") }).click()]);
    assert.match(download.suggestedFilename(), /^moot-\d{4}-\d\d-\d\d\.json$/);
    const text = readFileSync(await download.path(), "utf8");
    const file = JSON.parse(text);
    assert.deepEqual(file.yours, [mine]);

    const other = await come();
    const fresh = other.page;
    const told = fresh.locator("#told");
    const take = (body, name = "moot.json") => fresh.locator("#import").setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(body) });
    await other.go("/reading");
    const { path: evil, ...entry } = file.watched[numbers[0]];
    for (const wrong of [
      "not json", "[]", "{}", text.slice(0, -9),
      JSON.stringify({ ...file, moot: 2 }),
      JSON.stringify({ ...file, yours: [mine, "7"] }),
      JSON.stringify({ ...file, hidden: undefined }),
      JSON.stringify({ ...file, watched: { [numbers[0]]: { ...entry, path: "javascript:alert(1)//t/1" } } }),
      JSON.stringify({ ...file, watched: { [numbers[0]]: { ...entry, path: "//other.example/t/1" } } }),
      JSON.stringify({ ...file, drafts: { "/other": { body: "x", subject: "", name: "", at: Date.now() } } }),
    ]) {
      await take(wrong);
      await told.getByText(t("reader.not_ours")).waitFor();
      assert.equal(await fresh.evaluate(() => Object.keys(localStorage).filter((key) => !["moot.drafts"].includes(key)).length), 0, wrong.slice(0, 60));
      await fresh.evaluate(() => { document.querySelector("#told").textContent = ""; });
    }
    assert.ok(evil);

    await take(JSON.stringify({ ...file, site: "elsewhere.example" }));
    const ask = fresh.getByRole("dialog", { name: t("reader.other_site") });
    await ask.waitFor();
    assert.match(await ask.innerText(), /elsewhere\.example/);
    await ask.getByRole("button", { name: t("reader.other_site_no") }).click();
    assert.equal(await fresh.evaluate(() => localStorage.getItem("moot.yours")), null);

    await take(text);
    await told.getByText(t("reader.came_in", { watched: 1, yours: 1, threads: 0, posts: 1, drafts: 1 })).waitFor();
    await fresh.getByRole("link", { name: "Carried" }).waitFor();
    await other.go(path);
    await fresh.locator(`#p${mine} > header .you`).waitFor();
    assert.equal(await fresh.locator(`#p${numbers[1]}.folded`).count(), 1);
    assert.equal(await fresh.locator("#body").inputValue(), "A draft to carry");
    assert.equal(await fresh.locator("button.watch").getAttribute("aria-pressed"), "true");

    await other.go("/reading");
    await fresh.getByRole("button", { name: t("reader.forget_all") }).first().click();
    const sure = fresh.getByRole("dialog", { name: t("reader.sure") });
    await sure.getByRole("button", { name: t("reader.keep") }).click();
    assert.notEqual(await fresh.evaluate(() => localStorage.getItem("moot.yours")), null);
    await fresh.getByRole("button", { name: t("reader.forget_all") }).first().click();
    await sure.getByRole("button", { name: t("reader.forget_all") }).click();
    await fresh.getByText(t("reader.forgotten")).waitFor();
    assert.equal(await fresh.evaluate(() => localStorage.length), 0);
    await fresh.getByText(t("reader.watched_none")).waitFor();
    await other.leave();
    await visitor.leave();
  });

  test("what is kept is bounded, and what is broken is passed over", async () => {
    const { path, numbers } = await start("/gr/drama", "Bounded", "One.");
    const visitor = await come();
    const { page } = visitor;
    await visitor.go("/about");
    await page.evaluate((numbers) => {
      localStorage.setItem("moot.yours", JSON.stringify([...Array.from({ length: 5000 }, (_, i) => i + 1_000_000), "x", -1, null]));
      localStorage.setItem("moot.hidden", "{broken");
      localStorage.setItem("moot.settings", '"yes"');
      localStorage.setItem("moot.watched", JSON.stringify(Object.fromEntries(Array.from({ length: 400 }, (_, i) =>
        [i + 10, { path: `/gr/drama/t/${i + 10}`, title: `Thread ${i}`, place: "Drama", seen: 1, had: 1, last: 1, posts: 1, at: i }]))));
      localStorage.setItem("moot.drafts", JSON.stringify({ "/gr/drama/new": { body: "old", subject: "", name: "", at: Date.now() - 31 * 86_400_000 } }));
      return numbers;
    }, numbers);
    await visitor.go(path);
    await page.locator("a.news").waitFor({ state: "attached" });
    await page.getByRole("button", { name: t("habit.watch") }).click();
    const watched = await kept(page, "watched");
    assert.equal(Object.keys(watched).length, 200);
    assert.ok(watched[numbers[0]] && !watched[10], "what was not read for longest is let go");
    assert.deepEqual(await kept(page, "drafts"), {}, "a draft is kept for 30 days");
    await post(page, "One more.");
    await page.locator(".you").waitFor();
    const yours = await kept(page, "yours");
    assert.equal(yours.length, 2000);
    assert.ok(yours.every(Number.isSafeInteger));
    await visitor.leave();
  });

  test("a browser that keeps nothing shows its pages all the same", async () => {
    const { path, numbers } = await start("/gr/drama", "Kept by nobody", "One.");
    const visitor = await come();
    await visitor.context.addInitScript(() => {
      Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
    });
    const { page } = visitor;
    await visitor.go(path);
    await page.getByRole("button", { name: t("habit.watch") }).click();
    await page.locator("button.watch[aria-pressed=true]").waitFor();
    await page.getByRole("button", { name: t("habit.hide_post", { number: numbers[1] }) }).click();
    assert.equal(await page.locator(".folded").count(), 1);
    await page.locator("#body").fill("Still works.");
    await visitor.go("/reading");
    await page.getByText(t("reader.watched_none")).waitFor();
    await visitor.leave();
  });
});

test("who only reads is sent none of it", async () => {
  const { path } = await start("/gr/drama", "Only read", "One.");
  const visitor = await come();
  const { page } = visitor;
  const asked = [];
  page.on("request", (request) => { if (request.resourceType() === "script") asked.push(request.url()); });
  await page.goto(path, { waitUntil: "networkidle" });
  const names = () => asked.map((url) => url.match(/([a-z0-9]+)\.[0-9a-f]{12}\.js$/)[1]).sort();
  assert.ok(!names().some((name) => ["store", "refs", "keys", "hide"].includes(name)), names().join());
  await page.mouse.move(300, 300);
  await page.locator(".post > .fold").first().waitFor();
  for (const name of ["store", "refs", "keys", "hide", "quote", "watch", "drafts", "pictures"]) assert.ok(names().includes(name), name);
  await visitor.leave();
});

test("what is pressed while the modules are on their way counts once", async () => {
  const { path } = await start("/gr/drama", "Slow", "One.");
  const visitor = await come();
  const { page } = visitor;
  let here; // the last of the modules
  const late = new Promise((done) => { here = done; });
  await page.route("**/assets/pictures.*.js", async (route) => {
    await late;
    await route.continue();
  });
  await visitor.go(path);
  await page.mouse.move(300, 300);
  await page.locator("a.news").waitFor({ state: "attached" }); // the others are there
  await page.getByRole("button", { name: t("habit.watch") }).click();
  await page.keyboard.press("j");
  here();
  await page.locator("button.watch[aria-pressed=true]").waitFor();
  await page.waitForFunction(() => document.activeElement.matches(".post.op"));
  await visitor.leave();
});

test("with script off, the page says what it would do, and shows nothing that does nothing", async () => {
  const visitor = await come({ script: false, size: narrow });
  const { page } = visitor;
  await visitor.go("/reading");
  assert.equal(await page.getByText(t("reader.off")).isVisible(), true);
  assert.equal(await page.locator("main").locator("button:visible, input:visible").count(), 0);
  await fits(page);
  await visitor.go((await start("/gr/drama", "No script", "One.")).path);
  assert.equal(await page.locator(".watch:visible, .fold:visible").count(), 0);
  await visitor.leave();
});
