// What is asked of every kind of page, in a browser: nothing that axe finds
// serious, in any look; no sideways scroll in a narrow window, in either
// direction and in the language with the longer words; nothing asked of
// another host; nothing said on the console; nothing to press on paper.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { kinds, refused } from "../pages.mjs";
import { Site } from "../site.mjs";
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

async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
  }));
  return violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} (${n.any[0]?.message ?? n.none[0]?.message ?? v.help})`).join("; ")}`);
}

describe("axe finds nothing serious", () => {
  for (const [theme, scheme, size] of [["light", "light", desk], ["dark", "dark", phone], ["classic", "light", desk], ["auto", "dark", desk]]) {
    test(`in the look "${theme}" on a ${scheme} device, ${size.width} px wide`, async () => {
      // axe is not one of the site's own scripts, which is all that the pages' policy allows.
      const visitor = await Visitor.come(browser, site, { scheme, size, bypassCSP: true });
      const wrong = [];
      await each(visitor, `theme=${theme}`, async (name) => {
        for (const finding of await findings(visitor.page)) wrong.push(`${name}: ${finding}`);
      });
      assert.deepEqual(wrong, []);
      await visitor.leave();
    });
  }
});

describe("no page scrolls sideways", () => {
  for (const size of [narrow, phone]) {
    for (const query of ["theme=light&lang=en", "theme=classic&lang=el"]) {
      test(`${size.width} px, ${query}`, async () => {
        const visitor = await Visitor.come(browser, site, { size });
        const wrong = [];
        await each(visitor, query, async (name) => {
          for (const dir of ["ltr", "rtl"]) {
            await visitor.page.evaluate((dir) => { document.documentElement.dir = dir; }, dir);
            await fits(visitor.page).catch((error) => wrong.push(`${name} ${dir}: ${error.message}`));
          }
        });
        assert.deepEqual(wrong, []);
        await visitor.leave();
      });
    }
  }
});

test("no page asks another host, breaks its policy, or fails in script", async () => {
  const visitor = await Visitor.come(browser, site);
  await each(visitor, "", async () => {
    const policy = await visitor.page.evaluate(() => [
      document.querySelectorAll("script:not([src]), style, [style], [onclick], [onload]").length,
      [...document.querySelectorAll("img, script, link[rel=stylesheet], iframe")].filter((e) => !(e.src ?? e.href).startsWith(location.origin)).length,
    ]);
    assert.deepEqual(policy, [0, 0], visitor.page.url());
  });
  await visitor.leave();
});

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
