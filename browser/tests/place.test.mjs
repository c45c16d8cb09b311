// Finding a place: by its name in its own script, with suggestions where script
// runs and a result page where it doesn't; by climbing; on a map.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { Visitor, launch, phone } from "../visitor.mjs";
import { t } from "../words.mjs";

let site, browser;
before(async () => { site = await Site.start("demo"); browser = await launch(); });
after(async () => {
  await browser?.close();
  await site?.stop();
});

const towns = [
  ["Θεσσαλονίκη", "/gr/thessaloniki"],
  ["θεσσαλονικη", "/gr/thessaloniki"],
  ["thesaloniki", "/gr/thessaloniki"],
  ["東京", "/jp/tokyo"],
  ["القاهرة", "/eg/cairo"],
  ["Київ", "/ua/kyiv"],
  ["München", "/de/munich"],
];

describe("a town by its name, as its people write it", () => {
  for (const [name, path] of towns) {
    test(`${name}, with suggestions and by keyboard`, async () => {
      const visitor = await Visitor.come(browser, site);
      const { page } = visitor;
      await visitor.go("/");
      const box = page.getByRole("combobox", { name: t("places.your_city") });
      await box.focus();
      await page.keyboard.type(name);
      const option = page.locator(`[role=option][data-path="${path}"]:first-child`);
      await option.waitFor();
      await page.keyboard.press("ArrowDown");
      assert.equal(await option.getAttribute("aria-selected"), "true");
      assert.equal(await box.getAttribute("aria-activedescendant"), await option.getAttribute("id"));
      await page.keyboard.press("Enter");
      await page.waitForURL(`**${path}`);
      await visitor.leave();
    });

    test(`${name}, without script`, async () => {
      const visitor = await Visitor.come(browser, site, { script: false, size: phone });
      const { page } = visitor;
      await visitor.go("/");
      await page.locator("main input[name=q]").fill(name);
      await page.locator("main form.find button").click();
      if (new URL(page.url()).pathname === "/find") await page.locator("main .results a").first().click();
      assert.equal(new URL(page.url()).pathname, path);
      await visitor.leave();
    });
  }
});

test("suggestions are told apart, counted for who can't see them, and go away on Escape", async () => {
  const visitor = await Visitor.come(browser, site);
  const { page } = visitor;
  await visitor.go("/");
  const box = page.getByRole("combobox", { name: t("places.your_city") });
  await box.focus();
  await page.keyboard.type("springfield");
  await page.getByRole("option").nth(1).waitFor();
  const options = await page.getByRole("option").allInnerTexts();
  assert.equal(new Set(options).size, options.length);
  assert.ok(options.every((text) => /\n|,/.test(text) || text.length > "Springfield".length), options.join(" | "));
  assert.match(await page.locator("main [role=status]").innerText(), new RegExp(String(options.length)));
  await page.keyboard.press("Escape");
  await page.getByRole("option").first().waitFor({ state: "hidden" });
  assert.equal(await box.inputValue(), "springfield");
  await visitor.leave();
});

test("climbing: world, country, region, city", async () => {
  const visitor = await Visitor.come(browser, site, { script: false });
  const { page } = visitor;
  await visitor.go("/");
  await page.getByRole("link", { name: t("places.or_climb") }).click();
  await page.locator("main").getByRole("link", { name: "Greece", exact: true }).click();
  await page.locator("main").getByRole("link", { name: "Central Macedonia", exact: true }).click();
  await page.locator("main").getByRole("link", { name: "Kilkis", exact: true }).click();
  assert.equal(new URL(page.url()).pathname, "/gr/kilkis");
  await visitor.leave();
});

test("a board is a dot on the map of its country, and a line in the list beside it", async () => {
  const visitor = await Visitor.come(browser, site);
  const { page } = visitor;
  await visitor.go("/gr/map");
  await page.locator("main ul.list a[href='/gr/thessaloniki']").waitFor();
  await page.locator("svg a[href='/gr/thessaloniki'] .dot").click();
  await page.waitForURL("**/gr/thessaloniki");
  await visitor.leave();
});

test("an address that names no place offers those that are spelt nearly so", async () => {
  const visitor = await Visitor.come(browser, site, { script: false });
  const response = await visitor.go("/gr/thesalonikki");
  assert.equal(response.status(), 404);
  await visitor.page.locator("main a[href='/gr/thessaloniki']").click();
  assert.equal(new URL(visitor.page.url()).pathname, "/gr/thessaloniki");
  await visitor.leave();
});

test("language and look are chosen without script, and kept", async () => {
  const visitor = await Visitor.come(browser, site, { script: false });
  const { page } = visitor;
  await visitor.go("/gr/thessaloniki");
  await page.getByRole("link", { name: "Ελληνικά" }).click();
  assert.equal(await page.locator("html").getAttribute("lang"), "el");
  await page.getByRole("link", { name: t("page.theme_dark", {}, "el") }).click();
  assert.equal(new URL(page.url()).pathname, "/gr/thessaloniki");
  await visitor.go("/about");
  assert.equal(await page.locator("html").getAttribute("lang"), "el");
  assert.match(await page.locator("html").getAttribute("class"), /theme-dark/);
  await visitor.leave();
});

test("the browser's wish decides the language where nobody chose", async () => {
  const visitor = await Visitor.come(browser, site, { script: false, locale: "el-GR" });
  await visitor.go("/");
  assert.equal(await visitor.page.locator("html").getAttribute("lang"), "el");
  await visitor.leave();
});
