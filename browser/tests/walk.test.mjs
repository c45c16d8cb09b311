// What people do on the way who look for it, mistype, press twice and go back: each
// answer is a sentence, what was typed stays, and nothing is done twice. With script on
// a desk and without in the narrowest window.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { Site } from "../site.mjs";
import { announce, day, raise, send } from "../steps.mjs";
import { Visitor, desk, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const ways = [
  { name: "with script on a desk", script: true, size: desk },
  { name: "without script in 320 px", script: false, size: narrow },
];

for (const way of ways) {
  describe(`on the way ${way.name}`, () => {
    let site, ana, page;
    before(async () => {
      site = await Site.start();
      ana = await Visitor.come(browser, site, way);
      page = ana.page;
    });
    after(async () => {
      await ana?.leave();
      await site?.stop();
    });

    // said waits for what the page says was done, or is wrong.
    const said = async (where, words) => {
      await where.locator("main .ask, main .error, main .refusal").filter({ hasText: words }).first().waitFor();
      await fits(where);
    };

    test("a hand whose link is lost is found by its browser, and goes where it is meant to", async () => {
      await page.goto("/gr/kavala/hand");
      await page.locator("button[value=raise]").dblclick();
      await said(page, t("ladder.hand_up_now"));
      const link = new URL(await page.locator("#link").inputValue()).pathname;
      await page.reload();
      assert.equal(new URL(await page.locator("#link").inputValue()).pathname, link);

      // From the page of any other city, since nobody remembers which it was.
      await page.goto("/gr/xanthi/hand");
      await page.locator("#others + ul a").click();
      await page.waitForURL("**/gr/kavala/hand");
      assert.equal(new URL(await page.locator("#link").inputValue()).pathname, link);

      await page.locator(".hand details summary").click();
      await page.locator("#reach").selectOption("25");
      await page.locator("#to").fill("Zzqxville");
      await page.locator("button[value=move]").click();
      await said(page, t("ladder.unknown_city"));
      assert.deepEqual([await page.locator("#to").inputValue(), await page.locator("#reach").inputValue()], ["Zzqxville", "25"]);
      await page.locator("#to").fill("Greece"); // there is one in the state of New York
      await page.locator("button[value=move]").click();
      await said(page, t("ladder.which_city"));
      await page.locator("#to").fill("Drama");
      await page.locator("button[value=move]").click();
      await said(page, t("ladder.hand_moved", { place: "Drama" }));
      await page.locator("#to").fill("Athens");
      await page.locator("button[value=move]").click();
      await said(page, t("ladder.which_city"));
      await page.locator("input[name=city][value='gr/athens']").check();
      await page.locator("button[value=move]").click();
      await said(page, t("ladder.hand_moved", { place: "Athens" }));

      await page.locator("button[value=lower]").dblclick();
      await said(page, t("ladder.hand_down_now"));
      assert.equal((await page.goto(link)).status(), 404);
      assert.match(await page.locator("main").innerText(), new RegExp(t("convene.no_hand").slice(0, 20)));
    });

    test("marks of two tabs stand beside each other", async () => {
      await page.goto("/gr/larisa/hand");
      await page.locator("button[value=raise]").click();
      await said(page, t("ladder.hand_up_now"));
      for (let n = 0; n < 4; n++) await raise(site, "/gr/larisa");
      await page.reload();
      await page.locator(".states a.button").click();
      await page.locator(".marks").waitFor();
      const other = await ana.context.newPage();
      await other.goto(page.url());
      await other.locator("input[name=mark-2][value='1']").check();
      await other.locator(".marks button").click();
      await said(other, t("ladder.marked_now"));
      await page.locator("input[name=mark-3][value='2']").check();
      await page.locator(".marks button").dblclick();
      await said(page, t("ladder.marked_now"));
      for (const at of ["input[name=mark-2][value='1']", "input[name=mark-3][value='2']"]) assert.ok(await page.locator(at).isChecked(), at);
      await other.reload();
      await other.close();

      // Who has no hand sees how it stands, and how to have a say.
      const stranger = await Visitor.come(browser, site, way);
      await stranger.page.goto(new URL(page.url()).pathname);
      await said(stranger.page, t("ladder.mark_needs_hand"));
      assert.equal(await stranger.page.locator(".tallies tbody tr").nth(1).locator(".suits").innerText(), "1");
      assert.equal(await stranger.page.locator("main input[type=radio]").count(), 0);
      await stranger.leave();
    });

    test("a meetup is announced once, however often it is pressed, and its form is there to go back to", async () => {
      const form = { title: "Tea & rents", day: day(9), time: "18:30", minutes: "90", venue: "Library café", directions: "Behind the museum", body: "Who comes?" };
      await page.goto("/gr/volos/meetups/new");
      for (const [name, value] of Object.entries(form)) await page.locator(`#${name}`).fill(value);
      await page.locator("button[value=announce]").dblclick();
      await said(page, t("meetup.made"));
      const made = page.url();
      await page.goto("/gr/volos/meetups");
      assert.equal(await page.locator(".card.meetup").count(), 1);
      await page.goto(made);
      await page.goBack();
      await page.goto("/gr/volos/meetups/new");
      await page.locator("#title").fill("Soup");
      await page.locator("#day").fill("2020-01-01");
      await page.locator("#time").fill("18:30");
      await page.locator("#venue").fill("Library café");
      await page.locator("#times").fill("5");
      await page.locator("button[value=announce]").click();
      await said(page, t("meetup.start_past"));
      await page.locator("#day").fill(day(9));
      await page.locator("button[value=announce]").click();
      await said(page, t("meetup.once_ends"));
      assert.equal(await page.locator("main .error").count(), 1, "words of its own aren't asked for");
      await page.reload(); // it is sent again, and says the same
      await said(page, t("meetup.once_ends"));
      assert.equal(await page.locator("#times").inputValue(), "5");
    });

    test("a note goes with an answer, and who answered is told the right thing of the end", async () => {
      const made = await announce(site, "/gr/patra", { title: "Reading", spot: "Room 4", held: "1" });
      await page.goto(made.page);
      await page.locator("#note").fill("I need a ramp");
      await page.locator("#answer button").click();
      await said(page, t("meetup.note_alone"));
      assert.equal(await page.locator("#note").inputValue(), "I need a ramp");
      await page.locator("input[name=answer][value='1']").check();
      await page.locator("#answer button").dblclick();
      await said(page, t("meetup.answered"));
      await page.waitForLoadState("networkidle"); // the second press goes on yet
      await page.goto(made.page);
      assert.match(await page.locator(".answers-so-far").innerText(), /^1 /);
      assert.match(await page.locator("main").innerText(), /Room 4/);
      await page.locator("input[name=answer][value='0']").check();
      await page.locator("#answer button").click();
      await said(page, t("meetup.unanswered"));
      await page.locator("input[name=answer][value='2']").check();
      await page.locator("#answer button").click();
      await said(page, t("meetup.answered"));

      // The host presses cancel too soon: their form keeps all it had.
      const host = await Visitor.come(browser, site, way);
      await host.page.goto(made.link);
      await host.page.locator("button[value=cancel]").click();
      await said(host.page, t("meetup.needs_reason"));
      assert.equal(await host.page.locator("#spot").inputValue(), "Room 4");
      await host.page.locator("#reason").fill("The roof came down");
      await host.page.locator("button[value=cancel]").dblclick();
      await said(host.page, t("meetup.cancelled_now"));
      await host.leave();

      await page.goto(made.page);
      assert.match(await page.locator(".since").innerText(), /The roof came down/);
      assert.equal(await page.getByText(t("meetup.since_hint")).count(), 0);
      assert.equal((await send(site, made.page, { answer: "1" })).status, 409);
    });
  });
}
