// From the front page to a posted thread by keyboard alone, seeing at every
// step where one is.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { Visitor, desk, launch, phone } from "../visitor.mjs";

let browser, site;
before(async () => { browser = await launch(); site = await Site.start(); });
after(async () => {
  await browser?.close();
  await site?.stop();
});

// tab presses Tab until the focus is on what is looked for. Every stop on the
// way must be seen: an outline, and within the window.
async function tab(page, selector, most = 40) {
  for (let steps = 0; steps < most; steps++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((selector) => {
      const e = document.activeElement;
      if (!e || e === document.body) return { none: true };
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      return {
        there: e.matches(selector),
        what: `${e.tagName.toLowerCase()}#${e.id}.${e.className} “${(e.textContent ?? "").trim().slice(0, 30)}”`,
        outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inside: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      };
    }, selector);
    if (at.none) continue;
    assert.ok(at.outline, `no outline shows the focus on ${at.what} of ${page.url()}`);
    assert.ok(at.inside, `the focus is out of sight on ${at.what} of ${page.url()}`);
    if (at.there) return steps + 1;
  }
  assert.fail(`${most} tabs do not lead to ${selector} on ${page.url()}`);
}

for (const script of [true, false]) {
  for (const [name, size] of [["a desk", desk], ["a phone", phone]]) {
    describe(`${script ? "with" : "without"} script on ${name}`, () => {
      test("from the front page to a thread of one's own, and a reply to it", async () => {
        const visitor = await Visitor.come(browser, site, { script, size });
        const { page } = visitor;
        const keys = page.keyboard;
        await visitor.go("/");

        await tab(page, "a.skip", 1);
        await keys.press("Enter");
        await tab(page, "main input[name=q]", 3);
        await keys.type("Καβάλα");
        if (script) {
          await page.getByRole("option").first().waitFor();
          await keys.press("ArrowDown");
          await keys.press("Enter");
        } else {
          await keys.press("Enter");
          await page.waitForLoadState();
          if (new URL(page.url()).pathname === "/find") {
            await tab(page, "a.skip", 1);
            await keys.press("Enter");
            await tab(page, ".results a");
            await keys.press("Enter");
          }
        }
        await page.waitForURL("**/gr/kavala");

        await tab(page, "a.skip", 1);
        await keys.press("Enter");
        await tab(page, "#subject, main a.button[href$='/new']");
        if (await page.evaluate(() => document.activeElement.matches("a.button"))) { // no longer quiet: an earlier run wrote here
          await keys.press("Enter");
          await page.waitForURL("**/new");
          await tab(page, "#subject");
        }
        await keys.type("By keyboard");
        await tab(page, "#body", 1);
        await keys.type(`Written without a mouse, ${name}, ${script}.`);
        await tab(page, "button[value=post]", 8);
        await keys.press("Enter");
        await page.waitForURL(/posted=/);

        await tab(page, ".post a.no", 12);
        await keys.press("Enter");
        if (script) { // whose module is fetched now: until then keys go nowhere
          await page.waitForFunction(() => document.activeElement.id === "body" && document.activeElement.value.includes(">>"));
        } else {
          await page.waitForURL(/quote=/);
          await tab(page, "#body");
          await keys.press("Control+End");
        }
        await keys.type("And answered so.");
        await tab(page, "button[value=post]", 8);
        await keys.press("Enter");
        await page.getByText("And answered so.").first().waitFor();
        await page.waitForURL(/posted=/);
        await visitor.leave();
      });
    });
  }
}

test("suggestions can be left and taken up again by keyboard", async () => {
  const visitor = await Visitor.come(browser, site);
  const { page } = visitor;
  await visitor.go("/");
  await page.locator("main input[name=q]").focus();
  const answer = page.waitForResponse((response) => response.url().endsWith("q=san%20jose"));
  await page.keyboard.type("san jose");
  await answer;
  await page.getByRole("option").nth(2).waitFor();
  const selected = () => page.locator("main [role=option][aria-selected=true]").count();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getByRole("option").nth(1).getAttribute("aria-selected"), "true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await selected(), 0, "above the first stands what was typed");
  await page.keyboard.press("ArrowUp");
  assert.equal(await selected(), 1);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("option").count(), 0);
  await page.keyboard.press("ArrowDown");
  await page.getByRole("option").first().waitFor();
  await visitor.leave();
});
