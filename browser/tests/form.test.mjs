// The form: what is refused comes back as it was typed with the reason beside
// its field; going back loses nothing; waiting and working both lead to a post.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { Visitor, back, desk, fits, launch, lent, phone } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser, site;
before(async () => { browser = await launch(); site = await Site.start("serve", { "thread-posts": "3" }); });
after(async () => {
  await browser?.close();
  await site?.stop();
});

const post = (page) => page.locator("form.write button[value=post]");

// start opens a thread on a board and returns its address.
async function start(visitor, board, subject) {
  await visitor.go(`${board}/new`);
  await visitor.page.locator("#subject").fill(subject);
  await visitor.page.locator("#body").fill("An opening post.");
  await post(visitor.page).click();
  await visitor.page.waitForURL(/posted=/);
  return new URL(visitor.page.url()).pathname;
}

// beside asserts that a field has its reason beside it, and says so to who
// can't see that.
async function beside(page, field) {
  const input = page.locator(`#${field}`);
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  assert.ok((await input.getAttribute("aria-describedby")).split(" ").includes(`${field}-error`));
  assert.ok((await page.locator(`.field:has(#${field}) #${field}-error`).innerText()).length > 10);
}

for (const script of [true, false]) {
  describe(script ? "with script" : "without script", () => {
    const come = (more) => Visitor.come(browser, site, { script, size: phone, ...more });

    test("a refused form comes back as it was, with each reason beside its field", async () => {
      const visitor = await come();
      const { page } = visitor;
      const subject = "Ένα πολύ μακρύ θέμα ".repeat(10).trim();
      const body = `  indented\n>quoted\n${"long ".repeat(2000)}\n<script>alert(1)</script> & "quotes" 'too'`;
      await visitor.go("/gr/athens/new");
      await page.locator("#subject").fill(subject);
      await page.locator("#body").fill(body);
      await page.locator("details.more summary").click();
      await page.locator("#options").fill("noko");
      await post(page).click();
      await page.locator("#body-error").waitFor();
      await beside(page, "subject");
      await beside(page, "body");
      assert.equal(await page.locator("#subject").inputValue(), subject);
      assert.equal(await page.locator("#body").inputValue(), body);
      assert.equal(await page.locator("#options").inputValue(), "noko");
      assert.equal(await page.evaluate(() => document.activeElement.id), "subject", "the reader starts at the first field that is wrong");
      await fits(page);

      await page.locator("#subject").fill("Short");
      await page.locator("#body").fill("Short too.");
      await post(page).click();
      await page.waitForURL(/posted=/);
      await visitor.leave();
    });

    test("a preview shows the post, posts nothing, and goes on to be posted", async () => {
      const visitor = await come();
      const { page } = visitor;
      const board = script ? "/is/selfoss" : "/is/husavik";
      await visitor.go(`${board}/new`);
      await page.locator("#subject").fill("Seen before");
      await page.locator("#body").fill("'''Strong''' words.");
      await page.getByRole("button", { name: t("board.preview") }).click();
      assert.equal(await page.locator(".preview .body strong, .preview .body b").innerText(), "Strong");
      assert.match(await page.locator(".preview h2").innerText(), /Seen before/);
      assert.equal(await page.locator("#body").inputValue(), "'''Strong''' words.");
      const board2 = await fetch(site.address + board);
      assert.doesNotMatch(await board2.text(), /Seen before/);
      await post(page).click();
      await page.waitForURL(/posted=/);
      await page.getByRole("heading", { name: "Seen before" }).waitFor();
      await visitor.leave();
    });

    for (const remembers of [true, false]) {
      describe(`going back, in a browser that ${remembers ? "keeps" : "drops"} the pages it left`, () => {
        let own;
        before(async () => { own = await launch({ remembers }); });
        after(() => own?.close());
        const come = () => Visitor.come(own, site, { script, size: phone });

        // A browser that drops them fills in again what is no secret of the
        // form's: of a field with autocomplete="off" it keeps nothing.
        const kept = async (page, subject, body) => {
          await page.locator("#body").waitFor();
          assert.equal(await page.locator("#body").inputValue(), body);
          if (subject) assert.equal(await page.locator("#subject").inputValue(), subject);
        };

        test("what was typed is there after posting", async () => {
          const visitor = await come();
          const { page } = visitor;
          await start(visitor, "/gr/patra", "Kept in the form");
          await back(page);
          await page.waitForURL("**/new", { waitUntil: "commit" });
          await kept(page, remembers && "Kept in the form", "An opening post.");
          await visitor.leave();
        });

        test("and after a refusal", async () => {
          const visitor = await come();
          const { page } = visitor;
          const body = "x".repeat(9000);
          await visitor.go("/gr/patra/new");
          await page.locator("#subject").fill("Too long a story");
          await page.locator("#body").fill(body);
          await post(page).click();
          await page.locator("#body-error").waitFor();
          await back(page);
          await page.locator("#body-error").waitFor({ state: "detached" });
          await kept(page, "", body); // Chromium drops a page whose address the next one has too
          await visitor.leave();
        });
      });
    }

    test("going back and sending the same again leads to the post that is there", async () => {
      const own = await launch({ remembers: true });
      const visitor = await Visitor.come(own, site, { script, size: phone });
      const { page } = visitor;
      const thread = await start(visitor, script ? "/gr/larisa" : "/gr/volos", "Only one");
      await back(page);
      await page.waitForURL("**/new", { waitUntil: "commit" });
      await post(page).click();
      await page.waitForURL(/posted=/);
      assert.equal(new URL(page.url()).pathname, thread);
      await visitor.leave();
      await own.close();
    });

    test("a reply to a thread that is full or gone by now keeps its text", async () => {
      const [ana, ben] = [await come(), await come()];
      const thread = await start(ana, "/gr/irakleion", "Nearly full");
      await ben.go(`${thread}/reply`);
      await ben.page.locator("#body").fill("The one too many.");
      for (const body of ["second", "third"]) {
        await ana.go(thread);
        await lent(ana.page);
        await ana.page.locator("#body").fill(body);
        await post(ana.page).click();
        await ana.page.waitForURL(/posted=/);
      }
      await post(ben.page).click();
      await ben.page.locator(".error, .refusal").first().waitFor();
      assert.equal(await ben.page.locator("#body").inputValue(), "The one too many.");

      const other = await start(ana, "/gr/irakleion", "Gone in a moment");
      await ben.go(`${other}/reply`);
      await ben.page.locator("#body").fill("To nobody.");
      await ana.go(`/p/${other.match(/\d+$/)[0]}/take-back`);
      await ana.page.getByRole("button", { name: t("board.take_back") }).click();
      await ana.page.waitForURL("**/gr/irakleion");
      await post(ben.page).click();
      await ben.page.locator(".error, .refusal").first().waitFor();
      assert.equal(await ben.page.locator("#body").inputValue(), "To nobody.");
      await ana.leave();
      await ben.leave();
    });
  });
}

test("a name with its tripcode, and the old words of the options field", async () => {
  const visitor = await Visitor.come(browser, site);
  const { page } = visitor;
  await visitor.go("/is/keflavik/new");
  await page.locator("#subject").fill("By name");
  await page.locator("#body").fill("It is me.");
  await page.locator("details.more summary").click();
  await page.locator("#name").fill("Ana#tripcode");
  await page.locator("#options").fill("nonoko");
  await post(page).click();
  await page.waitForURL("**/is/keflavik");
  await page.getByRole("link", { name: "By name" }).click();
  assert.equal(await page.locator(".post .who").innerText(), "Ana");
  assert.equal(await page.locator(".post .trip").innerText(), "!3GqYIJ3Obs");
  await visitor.leave();
});

test("Ctrl+Enter sends", async () => {
  const visitor = await Visitor.come(browser, site, { size: desk });
  await visitor.go("/is/vik/new");
  await visitor.page.locator("#subject").fill("By hand");
  await visitor.page.locator("#body").fill("Without the mouse.");
  await visitor.page.keyboard.press("Control+Enter");
  await visitor.page.waitForURL(/posted=/);
  await visitor.leave();
});

describe("with the patience that a site asks for", () => {
  let patient;
  before(async () => { patient = await Site.start("serve", { patience: "5s" }); });
  after(() => patient?.stop());

  test("without script, who sends at once is asked to wait and loses nothing", async () => {
    const visitor = await Visitor.come(browser, patient, { script: false });
    const { page } = visitor;
    await visitor.go("/gr/athens/new");
    assert.match(await page.locator("form.write .wait").innerText(), /\d/);
    await page.locator("#subject").fill("In a hurry");
    await page.locator("#body").fill("Sent at once.");
    await post(page).click();
    assert.match(await page.locator("main").innerText(), /second/);
    assert.equal(await page.locator("#body").inputValue(), "Sent at once.");
    await page.waitForTimeout(5500);
    await post(page).click();
    await page.waitForURL(/posted=/);
    await visitor.leave();
  });

  test("with script, the device's work stands in for the wait", async () => {
    const visitor = await Visitor.come(browser, patient);
    const { page } = visitor;
    await visitor.go("/gr/athens/new");
    await page.locator("#subject").fill("Also in a hurry");
    await page.locator("#body").fill("Sent at once.");
    await post(page).click();
    await page.waitForURL(/posted=/);
    await visitor.leave();
  });
});
