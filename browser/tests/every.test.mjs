// What is asked of every kind of page, in a browser: nothing that axe finds
// serious, in any look; no sideways scroll in a narrow window, in either
// direction and in the language with the longer words; nothing asked of
// another host; nothing said on the console; nothing to press on paper.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { kinds, refused } from "../pages.mjs";
import { Site, nightly } from "../site.mjs";
import { Visitor, desk, fits, launch, narrow, phone } from "../visitor.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site, browser, all;
before(async () => {
  site = await Site.start("demo");
  browser = await launch();
  all = await kinds(site);
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

// each opens every kind of page, those too that only a refused form leads to.
async function each(visitor, query, look) {
  for (const kind of all) {
    const response = await visitor.go(kind.path + (query && (kind.path.includes("?") ? "&" : "?") + query));
    assert.equal(response.status(), kind.status, kind.path);
    await look(kind.name);
  }
  for (const [name, reach] of Object.entries(refused)) {
    await reach(visitor);
    await look(name);
  }
}

// The rules of axe: all of them, and those that another theme or width may break. The
// markup is the same in all of them.
const every = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true } },
};
const seen = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"] } };

async function findings(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { ...rules, resultTypes: ["violations"] }), rules);
  return violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} (${n.any[0]?.message ?? n.none[0]?.message ?? v.help})`).join("; ")}`);
}

const light = { theme: "light", scheme: "light", size: desk };
const dark = { theme: "dark", scheme: "dark", size: phone };
const classic = { theme: "classic", scheme: "light", size: desk };
const auto = { theme: "auto", scheme: "dark", size: desk };

// Each page is opened as rarely as can be, since that takes longer than to look at it:
// once for every look that has the same words. By night it is opened for each, and axe
// goes by every rule in all of them.
const visits = nightly
  ? [
    { lang: "en", first: light, looks: [light], rules: every, sizes: [phone, narrow] },
    { lang: "en", first: dark, looks: [dark], rules: every, sizes: [] },
    { lang: "en", first: classic, looks: [classic], rules: every, sizes: [] },
    { lang: "en", first: auto, looks: [auto], rules: every, sizes: [] },
    { lang: "el", first: classic, looks: [classic], rules: every, sizes: [phone, narrow] },
  ]
  : [
    { lang: "en", first: light, looks: [light, classic, auto, dark], rules: seen, sizes: [phone, narrow] },
    { lang: "el", first: classic, looks: [], rules: seen, sizes: [phone, narrow] },
  ];

// wear gives the open page a look, as if it had been opened in it.
async function wear(page, { theme, scheme, size }) {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: scheme });
  await page.evaluate((theme) => {
    const { classList } = document.documentElement;
    classList.replace([...classList].find((name) => name.startsWith("theme-")), `theme-${theme}`);
  }, theme);
}

const called = ({ theme, scheme, size }) => `in the look "${theme}" on a ${scheme} device, ${size.width} px wide`;

for (const { lang, first, looks, rules, sizes } of visits) {
  const query = `theme=${first.theme}&lang=${lang}`;
  describe(`every page, opened with ${query}`, () => {
    const wrong = new Map([...looks, ...sizes, "policy"].map((asked) => [asked, []]));
    let visitor;
    before(async () => {
      visitor = await Visitor.come(browser, site, { ...first, reducedMotion: "reduce" }); // colours change at once
      const { page } = visitor;
      await each(visitor, query, async (name) => {
        for (const breach of await breaches(page)) wrong.get("policy").push(`${name}: ${breach}`);
        for (const look of looks) {
          if (look !== first) await wear(page, look);
          for (const finding of await findings(page, look === light ? every : rules)) wrong.get(look).push(`${name}: ${finding}`);
        }
        for (const size of sizes) {
          await wear(page, { ...first, size });
          for (const dir of ["rtl", "ltr"]) {
            await page.evaluate((dir) => { document.documentElement.dir = dir; }, dir);
            await fits(page).catch((error) => wrong.get(size).push(`${name} ${dir}: ${error.message}`));
          }
        }
        await wear(page, first);
      });
    });
    for (const look of looks) test(`axe finds nothing serious ${called(look)}`, () => assert.deepEqual(wrong.get(look), []));
    for (const size of sizes) test(`no page scrolls sideways, ${size.width} px, ${query}`, () => assert.deepEqual(wrong.get(size), []));
    test("no page asks another host, breaks its policy, or fails in script", async () => {
      assert.deepEqual(wrong.get("policy"), []);
      await visitor.leave();
    });
  });
}

// breaches are what stands on a page that its policy forbids, or that isn't the site's own.
function breaches(page) {
  return page.evaluate(() => [
    ...document.querySelectorAll("script:not([src]), style, [style], [onclick], [onload]"),
    ...[...document.querySelectorAll("img, script, link[rel=stylesheet], iframe")].filter((e) => !(e.src ?? e.href).startsWith(location.origin)),
  ].map((e) => e.outerHTML.slice(0, 200)));
}

test("with script off every page is whole, and says nothing of script", async () => {
  const visitor = await Visitor.come(browser, site, { script: false });
  await each(visitor, "", async (name) => {
    const { heading, noscript } = await visitor.page.evaluate(() => ({
      heading: document.querySelectorAll("h1").length,
      noscript: document.querySelectorAll("noscript").length,
    }));
    assert.equal(heading, 1, `${name} has one heading of the first order`);
    assert.equal(noscript, 0, name);
  });
  await visitor.leave();
});

describe("print", () => {
  for (const name of ["thread", "wall"]) {
    test(`a ${name} comes out with its text and nothing to press`, async () => {
      const visitor = await Visitor.come(browser, site);
      await visitor.go(all.find((kind) => kind.name === name).path);
      const text = await visitor.page.locator(name === "thread" ? ".post .body" : ".notice h3").first().innerText();
      await visitor.page.emulateMedia({ media: "print" });
      const shown = await visitor.page.evaluate(() =>
        [...document.querySelectorAll("#reply, nav:not(.trail), form, button, footer, .button, .skip, input, textarea, aside, details")]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 1)
          .map((e) => `${e.tagName}.${e.className}`));
      assert.deepEqual(shown, []);
      assert.ok((await visitor.page.locator("main").innerText()).includes(text.trim()));
      const paper = await visitor.page.pdf({ format: "A4" });
      assert.ok(paper.length > 5000 && paper.subarray(0, 5).toString() === "%PDF-");
      await visitor.leave();
    });
  }
});
