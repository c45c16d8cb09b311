// Flyers: what the server writes as PDFs and what a browser prints of its pages are one
// sheet of the right size, have every word on it, and their codes lead to the meetup. In
// many scripts and lengths; and the page from which one takes them, with script and without.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { oneSheet, print, sheets } from "../paper.mjs";
import { Site } from "../site.mjs";
import { Visitor, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

// What is announced, by what it shows.
const words = {
  greek: ["gr/thessaloniki", "Καφές στη βιβλιοθήκη", "Δημοτική Βιβλιοθήκη", "Ισόγειο, αριστερά πίσω από τις εφημερίδες"],
  german: ["de/leipzig", "Wir lesen das neue Mietrecht, Seite für Seite", "Stadtbibliothek am Leuschnerplatz", "Erdgeschoss, links hinter den Zeitungen"],
  arabic: ["lb/beirut", "نقرأ قانون الإيجار الجديد معًا", "مقهى المكتبة العامة", "الطابق الأرضي، على اليسار"],
  hindi: ["in/lucknow", "हम नया किराया कानून साथ पढ़ते हैं", "केंद्रीय पुस्तकालय", "भूतल पर, बाईं ओर"],
  japanese: ["jp/kyoto", "新しい借地借家法を一緒に読む会", "中央図書館カフェ", "一階の左側です"],
  longest: ["gb/leeds", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft und was uns der Dampfer noch so lehrt!!", "W".repeat(80), "Behind the newspapers and then left. ".repeat(13).trim()],
};

const day = (ahead) => new Date(Date.now() + ahead * 864e5).toISOString().slice(0, 10);

// announce announces a meetup, and is the address of its thread.
async function announce(site, [place, title, venue, directions], more = {}) {
  const form = await (await fetch(`${site.address}/${place}/meetups/new`)).text();
  const ticket = form.match(/name="ticket" value="([^"]+)"/)[1];
  const fields = { ticket, title, day: day(9), time: "19:00", minutes: "120", venue, directions, public: "1", recognise: "A green umbrella on the table", body: title, do: "announce", ...more };
  const answer = await fetch(`${site.address}/${place}/meetups/new`, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
  assert.equal(answer.status, 303, (await answer.text()).slice(0, 3000));
  const host = answer.headers.get("location");
  return { host, number: host.split("/")[2], thread: `/${place}/t/${host.split("/")[2]}` };
}

let browser, site, folder;
before(async () => {
  browser = await launch();
  site = await Site.start("serve", { "base-url": "https://moot.example" });
  folder = mkdtempSync(join(tmpdir(), "moot-flyers-"));
});
after(async () => {
  await browser?.close();
  await site?.stop();
  if (folder && !process.env.KEEP) rmSync(folder, { recursive: true, force: true });
});

// isOneSheet looks at a PDF whose code leads to a link, and is its text.
function isOneSheet(name, pdf, size, link) {
  const { code, text } = oneSheet(folder, name, pdf, size);
  assert.equal(code, link, name);
  return text;
}

// letters are those of a text, in any order: programs that read PDFs turn what runs from
// right to left, and put spaces where there are none.
const letters = (text) => [...text.normalize("NFKC").replace(/[\s\p{Cf}]/gu, "")].sort().join("");

for (const [name, what] of Object.entries(words)) {
  describe(`the flyers of a meetup, ${name}`, () => {
    let made, link;
    before(async () => {
      made = await announce(site, what, name === "german" ? { repeat: "fortnight" } : {});
      link = `https://moot.example/m/${made.number}`;
    });

    test("as PDFs of the server's", async () => {
      for (const [sheet, size] of Object.entries(sheets)) {
        const answer = await fetch(`${site.address}${made.thread}/flyer/${sheet}.pdf`);
        assert.equal(answer.headers.get("content-type"), "application/pdf");
        const pdf = Buffer.from(await answer.arrayBuffer());
        assert.ok(pdf.length < 300 << 10, `${pdf.length} bytes`);
        const text = isOneSheet(`${name}-${sheet}`, pdf, size, link);
        assert.match(text, new RegExp(`moot\\.example/m/${made.number}`));
        const all = letters(text);
        for (const part of what.slice(1)) {
          const had = letters(part);
          let at = -1;
          for (const letter of had) { at = all.indexOf(letter, at + 1); assert.ok(at >= 0, `${sheet}: ${letter} of ${part} is lost`); }
        }
      }
    });

    test("as pages that a browser prints", async () => {
      const visitor = await Visitor.come(browser, site, { script: false, size: desk });
      for (const [sheet, size] of Object.entries(sheets)) {
        await visitor.page.goto(`${made.thread}/flyer/${sheet}?in=en&also=el`);
        const pdf = await print(visitor.page);
        isOneSheet(`${name}-${sheet}-printed`, pdf, size, link);
      }
      for (const size of [desk, narrow]) {
        await visitor.page.setViewportSize(size);
        for (const sheet of Object.keys(sheets)) {
          await visitor.page.goto(`${made.thread}/flyer/${sheet}`);
          await fits(visitor.page);
          // Nothing is outside of what it stands in.
          const out = await visitor.page.locator(".flyer").evaluate((flyer) => {
            const box = flyer.getBoundingClientRect();
            const high = box.width * 841.89 / 595.28;
            const outside = [...flyer.querySelectorAll("*")].filter((e) => { const r = e.getBoundingClientRect(); return r.right > box.right + 1 || r.left < box.left - 1 || r.bottom > box.top + high + 2; });
            return outside.map((e) => `${e.tagName}.${e.className}`);
          });
          assert.deepEqual(out, [], `${sheet} at ${size.width}`);
        }
      }
      await visitor.leave();
    });
  });
}

const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script in 320 px", script: false, size: narrow },
];

for (const way of ways) {
  describe(`spreading it ${way.name}`, () => {
    test("from a meetup's card to its flyers, a picture and a text", async () => {
      const { thread, number } = await announce(site, words.greek, { spot: "Third table from the window", held: "1", repeat: "week" });
      const visitor = await Visitor.come(browser, site, way);
      const { page, context } = visitor;
      if (way.script) await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.address });
      await page.goto(thread);
      await page.getByRole("link", { name: t("flyer.spread") }).click();
      await page.waitForURL(`**${thread}/flyer`);
      await fits(page);
      assert.equal(await page.locator("#in").inputValue(), "el", "the language of the city");
      assert.equal(await page.locator("#also").inputValue(), "en", "and the reader's");
      const sizes = await page.locator("main img").evaluateAll((all) => Promise.all(all.map(async (i) => { await i.decode(); return [i.naturalWidth, i.naturalHeight]; })));
      assert.deepEqual(sizes, [[640, 905], [640, 908], [640, 905], [1080, 1080]]);
      const text = await page.locator("#text").inputValue();
      assert.match(text, /^Καφές στη βιβλιοθήκη\n.*· 19:00 \(κάθε .*\)\nΔημοτική Βιβλιοθήκη\n/);
      assert.ok(text.includes(`https://moot.example/m/${number}`));
      assert.doesNotMatch(text, /Third table/, "what is held back is on no flyer");
      assert.match(await page.locator("#alt").inputValue(), /Καφές στη βιβλιοθήκη · /);
      const copy = page.locator("[data-copy=text]");
      if (way.script) {
        await copy.click();
        await page.getByText(t("flyer.copied")).waitFor();
        assert.equal((await page.evaluate(() => navigator.clipboard.readText())).replaceAll("\r\n", "\n"), text);
      } else {
        assert.ok(await copy.isHidden());
      }

      await page.locator("#in").selectOption("en");
      await page.locator("#also").selectOption("none");
      await page.locator("form.choose button").click();
      await page.waitForURL("**in=en*");
      assert.match(await page.locator("#text").inputValue(), /\(every \w+day\)/);
      await page.getByRole("link", { name: t("flyer.print") }).first().click();
      await page.waitForURL("**/flyer/a4?*");
      await fits(page);
      const sheet = await page.locator(".flyer").innerText();
      assert.match(sheet, /every \w+day/);
      assert.doesNotMatch(sheet, /Third table/);
      assert.equal(await page.locator(".flyer .also").count(), 0);
      await page.goto(`/m/${number}`); // as it is typed off a tab
      await page.waitForURL(`**${thread}/meetup`);
      await visitor.leave();
    });

    test("what is cancelled has no flyer, and the page leads on", async () => {
      const { thread, host } = await announce(site, words.german);
      const visitor = await Visitor.come(browser, site, way);
      const { page } = visitor;
      await page.goto(host);
      await page.locator("#reason").fill("The library is closed");
      await page.locator("button[value=cancel]").click();
      await page.waitForURL("**/host/**?kept=1");
      assert.equal((await page.goto(`${thread}/flyer`)).status(), 404);
      assert.match(await page.locator("main").innerText(), /was cancelled, so it has no flyer/);
      await fits(page);
      for (const file of ["a4", "a4.pdf", "card.png"]) {
        assert.equal((await page.goto(`${thread}/flyer/${file}`)).status(), 404);
      }
      await page.goto(`${thread}/flyer`);
      await page.getByRole("link", { name: t("flyer.next") }).click();
      await page.waitForURL("**/meetups");
      await visitor.leave();
    });

    test("a city without a meetup has flyers that lead to its hands", async () => {
      const visitor = await Visitor.come(browser, site, way);
      const { page } = visitor;
      await page.goto("/gr/drama");
      await page.getByRole("link", { name: t("flyer.for_city") }).click();
      await page.waitForURL("**/gr/drama/flyer");
      await fits(page);
      for (const [sheet, size] of Object.entries(sheets)) {
        const pdf = Buffer.from(await (await fetch(`${site.address}/gr/drama/flyer/${sheet}.pdf`)).arrayBuffer());
        assert.match(isOneSheet(`hand-${sheet}`, pdf, size, "https://moot.example/gr/drama/hand"), /Σηκώστε/);
      }
      for (const path of ["/gr/flyer", "/gr/drama/flyer/a3", "/gr/drama/flyer/a4.exe", "/gr/drama/flyer/card", "/gr/drama/t/999/flyer", "/m/999999", "/m/x"]) {
        assert.equal((await page.goto(path)).status(), 404, path);
      }
      await visitor.leave();
    });
  });
}
