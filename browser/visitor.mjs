// Somebody with a browser: Debian's Chromium, a profile of their own, and an
// eye on everything that no page may do.
import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";

const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-dev-shm-usage",
];

// launch starts a browser. remembers: whether it keeps a page that is left as it
// was, for going back to, as browsers do while they have the memory.
export function launch({ remembers = false } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: flags,
    ignoreDefaultArgs: remembers ? ["--disable-back-forward-cache"] : [],
  });
}

// back goes back, also to a page that was kept and so is not loaded again.
export const back = (page) => page.goBack({ waitUntil: "commit" });

export const desk = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };
export const narrow = { width: 320, height: 640 };

let visitors = 0;

// Visitor is one profile with one page.
export class Visitor {
  // come opens a profile on a site. script: whether it runs; size: of the
  // window; scheme: "light" or "dark"; locale: the language wished for.
  static async come(browser, site, { script = true, size = desk, scheme = "light", locale = "en-GB", ...more } = {}) {
    const v = new Visitor();
    v.site = site;
    visitors++;
    v.context = await browser.newContext({
      baseURL: site.address,
      javaScriptEnabled: script,
      viewport: size,
      colorScheme: scheme,
      locale,
      isMobile: false,
      extraHTTPHeaders: { "X-Forwarded-For": `10.${process.pid % 256}.${visitors >> 8}.${visitors & 255}` },
      ...more,
    });
    v.context.setDefaultTimeout(45_000); // a machine that is busy with other things is slow
    v.faults = [];
    v.context.on("page", (page) => v.watch(page));
    v.page = await v.context.newPage();
    return v;
  }

  watch(page) {
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== this.site.address) this.faults.push(`asks another host: ${request.url()}`);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText;
      if (why !== "net::ERR_ABORTED") this.faults.push(`${request.url()} failed: ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.faults.push(`${response.url()} answers ${response.status()}`);
    });
    page.on("pageerror", (error) => this.faults.push(`script fails on ${page.url()}: ${error}`));
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      // Chromium says so of every page that isn't a 200, such as a refused form.
      if (/Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) return;
      this.faults.push(`console on ${page.url()}: ${message.text()}`);
    });
  }

  async go(path) {
    const response = await this.page.goto(path, { waitUntil: "load" });
    return response;
  }

  // leave closes the profile; nothing may have gone wrong in it.
  async leave() {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}

// lent has the page's form lend its ticket before anything is sent, as it does for
// people, who take a while to write: without script, by a picture that is asked for
// when the form has the focus. A form that is sent sooner comes back with one.
export async function lent(page) {
  const form = page.locator("form.write[data-lend]");
  const scripted = await page.evaluate(() => matchMedia("(scripting: enabled)").matches); // which sees to it
  if (scripted || await form.count() === 0) return;
  const ticket = page.waitForResponse((response) => response.url().endsWith("/ticket.png"));
  await form.locator("textarea, input:not([type=hidden])").first().focus();
  await ticket;
}

// fits asserts that the page needs no sideways scrolling.
export async function fits(page) {
  const { wide, room, culprits } = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const wide = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
    const culprits = [];
    if (wide > room) {
      for (const e of document.querySelectorAll("body *")) {
        const box = e.getBoundingClientRect();
        if (box.right > room + 1 || box.left < -1) culprits.push(`${e.tagName}.${e.className} ${Math.round(box.left)}–${Math.round(box.right)}`);
      }
    }
    return { wide, room, culprits: culprits.slice(0, 6) };
  });
  assert.ok(wide <= room, `${page.url()} is ${wide} px wide in a window of ${room}: ${culprits.join(", ")}`);
}
