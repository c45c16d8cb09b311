// Notices: a reader asks to be told of new posts in a thread, and stops it. No
// push service is asked here: the browser's own subscribing is stood in for,
// and what the site would send is handed to the real worker.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { start } from "../poster.mjs";
import { Site } from "../site.mjs";
import { Visitor, fits, launch, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

const key = Buffer.from("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "base64url"); // of RFC 8291, appendix A
const secret = Buffer.from("BTBZMqHH6r4Tts7J_aSIgg", "base64url");

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

describe("notices", () => {
  let site, visitor, page, thread;
  before(async () => {
    site = await Site.start("serve", { "base-url": "https://moot.example", push: "true" });
    thread = (await start(site, "/gr/kilkis", "The last bus", "It leaves at 20:15.")).path;
    visitor = await Visitor.come(browser, site, { size: narrow, permissions: ["notifications"] });
    page = visitor.page;
    await page.addInitScript(([endpoint, key, secret]) => {
      const made = { endpoint, getKey: (name) => new Uint8Array(name === "auth" ? secret : key).buffer };
      let subscribed = null;
      PushManager.prototype.subscribe = async (options) => {
        if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("wrong options");
        return (subscribed = made);
      };
      PushManager.prototype.getSubscription = async () => subscribed ?? (localStorage.getItem("moot.told") ? made : null);
    }, ["https://updates.push.services.mozilla.com/wpush/v2/x", [...key], [...secret]]);
  });
  after(async () => {
    await visitor?.leave();
    await site?.stop();
  });

  test("are asked for with a button, and ended with it", async () => {
    await visitor.go(thread);
    const button = page.locator(".telling button");
    await button.filter({ hasText: t("notify.on") }).waitFor();
    assert.equal(await button.textContent(), t("notify.on"));
    await button.click();
    await page.locator('.telling button[aria-pressed="true"]').waitFor();
    assert.equal(await button.textContent(), t("notify.off"));
    await fits(page);
    await page.reload();
    assert.equal(await button.getAttribute("aria-pressed"), "true");
    await button.click();
    await page.locator('.telling button[aria-pressed="false"]').waitFor();
    assert.equal(await page.locator(".telling [role=status]").textContent(), "");
  });

  test("are shown by the worker, and lead to the post", async () => {
    await visitor.go(thread);
    await page.locator(".telling button").click();
    await page.locator('.telling button[aria-pressed="true"]').waitFor();
    const devtools = await visitor.context.newCDPSession(page);
    const registered = new Promise((done) => devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations[0] && done(registrations[0])));
    await devtools.send("ServiceWorker.enable");
    const { registrationId } = await registered;
    const data = JSON.stringify({ title: "The last bus", body: "New posts", url: `${thread}#p2`, tag: "t1" });
    await devtools.send("ServiceWorker.deliverPushMessage", { origin: site.address, registrationId, data });
    await page.waitForFunction(async () => (await (await navigator.serviceWorker.ready).getNotifications()).length === 1);
    const shown = await page.evaluate(async () => {
      const [n] = await (await navigator.serviceWorker.ready).getNotifications();
      return { title: n.title, body: n.body, url: n.data };
    });
    assert.deepEqual(shown, { title: "The last bus", body: "New posts", url: `${thread}#p2` });
  });
});

describe("without notices", () => {
  test("there is no button, no worker, and a stricter policy", async () => {
    const site = await Site.start();
    const { path } = await start(site, "/gr/kilkis", "The last bus");
    const visitor = await Visitor.come(browser, site);
    const answer = await visitor.go(path);
    assert.doesNotMatch(answer.headers()["content-security-policy"], /moot-push/);
    assert.equal(await visitor.page.locator(".telling, #push").count(), 0);
    assert.equal((await fetch(`${site.address}/push-worker.js`)).status, 404);
    await visitor.leave();
    await site.stop();
  });
});
