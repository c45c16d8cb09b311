// Somebody who means harm: what public lists of hostile strings hold, in every
// field, seen in every view, in a real browser. None of it runs, none of it needs
// the site's policy to be stopped, and no page has an element that isn't the site's.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { Eye, cut, foreign, payloads, postable, searches, together, unpostable } from "../hostile.mjs";
import { answer, ready, send } from "../poster.mjs";
import { Site, nightly, root } from "../site.mjs";
import { Visitor, launch } from "../visitor.mjs";
import { t } from "../words.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const photo = readFileSync(join(root, "internal/demo/pictures/library.jpg"));
const named = (payload) => new File([photo], `${payload.toWellFormed()}.jpg`, { type: "image/jpeg" });
const typed = (payload) => encodeURIComponent(payload.toWellFormed());

// come opens a profile with an eye on all that runs.
async function come(site, more) {
  const visitor = await Visitor.come(browser, site, more);
  visitor.eye = await Eye.open(visitor.context);
  return visitor;
}

// calm asserts that nothing ran on the visitor's pages, and that the one they are
// on holds only what is the site's.
async function calm({ eye, page }, on = page) {
  assert.deepEqual(await foreign(on), [], on.url());
  assert.deepEqual(eye.ran, []);
  assert.deepEqual(eye.stopped, []);
}

// bodies asserts that what was written stands in the elements that text/html.go
// names and no others; words adds what the page's own modules may have put there.
async function bodies(page) {
  const strange = await page.evaluate(() => {
    const may = {
      P: ["dir", "class"], Q: [], PRE: ["dir", "class"], CODE: ["dir"], STRONG: [], EM: [], BDI: ["class"],
      SPAN: ["class", "tabindex", "title"], A: ["class", "dir", "href", "rel", "aria-describedby"],
    };
    const all = [...document.querySelectorAll(".body *")];
    return all.filter((e) => !may[e.tagName] || [...e.attributes].some(({ name }) => !may[e.tagName].includes(name))
      || e.tagName === "A" && !/^(https?:\/\/|\/[a-z]|#p\d)/.test(e.getAttribute("href"))).map((e) => e.outerHTML.slice(0, 120));
  });
  assert.deepEqual(strange, [], page.url());
}

// each runs a function on every item, a few at once.
async function each(items, few, act) {
  const left = [...items.entries()];
  await Promise.all(Array.from({ length: few }, async () => {
    for (let next = left.shift(); next; next = left.shift()) await act(next[1], next[0]);
  }));
}

let asked = 0;
const headers = () => ({ "X-Forwarded-For": `10.${100 + (process.pid % 50)}.${++asked >> 8}.${asked & 255}` });

describe("the eye", () => {
  test("sees most of the list run where nothing is escaped and no policy stands", async () => {
    const context = await browser.newContext();
    const eye = await Eye.open(context);
    await context.route("**", (route) => route.fulfill({ status: 404, contentType: "text/html", body: "" }));
    for (const around of [["", ""], ["<p title=\"", "\">"], ["<textarea>", "</textarea>"]]) {
      const page = await context.newPage();
      await page.setContent("<body></body>");
      await page.evaluate(async ([before, after, payloads]) => {
        await Promise.all(payloads.map((payload, i) => new Promise((done) => {
          const frame = document.createElement("iframe");
          frame.name = `payload ${i}`;
          frame.onload = done;
          frame.srcdoc = before + payload + after;
          setTimeout(done, 3000); // one may never load
          document.body.append(frame);
        })));
      }, [...around, payloads]);
    }
    const ran = () => new Set(eye.ran.map((run) => run.in)).size;
    for (let turns = 0; ran() < 100 && turns < 100; turns++) await delay(100); // word of a run comes after it
    assert.ok(ran() >= 100, `${ran()} of ${payloads.length} ran`);
    await context.close();
  });

  test("sees a payload that came into a page of the site, though the policy stops it", async () => {
    const site = await Site.start();
    const visitor = await come(site);
    const { page, eye } = visitor;
    await page.route("**/about", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace("</main>", "<img src=x onerror=alert(1)><a href=javascript:alert(1) id=press>x</a></main>") });
    });
    await page.goto("/about");
    await page.waitForFunction(() => document.querySelector("img[src=x]")?.complete);
    assert.equal((await foreign(page)).length, 2);
    await assert.rejects(calm(visitor));
    assert.ok(eye.stopped.some(({ what }) => what.startsWith("script-src-attr")), JSON.stringify(eye.stopped));
    assert.deepEqual(eye.ran, []);
    await visitor.context.close();
    assert.ok(visitor.faults.length > 0, "the browser complains of it too");
    await site.stop();
  });
});

describe("hostile posts", () => {
  let site, thread, long, replies, visitor;
  const board = "/gr/volos";
  before(async () => {
    site = await Site.start("serve", { images: "on" });
    thread = `${board}/t/${await send(site, `${board}/new`, { subject: cut(payloads[0], 120), body: postable[0] })}`;
    replies = [];
    await each(postable, 4, async (payload, i) => {
      replies[i] = await send(site, thread, { body: payload, name: `${cut(payload, 50)}#${payload}`, options: payload });
    });
    await each(postable, 4, (payload) =>
      send(site, `${board}/new`, { subject: cut(payload, 110), body: payload, name: cut(payload, 60), options: payload }));
    const texts = together(postable, 7000);
    long = `${board}/t/${await send(site, `${board}/new`, { subject: cut(postable.join(" "), 100), body: texts[0] })}`;
    for (const text of texts) await send(site, long, { body: `>>${replies[0]} >>${long.match(/\d+$/)[0]}\n${cut(text, 7900)}` });
    const alts = together(postable, 480, " ");
    for (let i = 0; i < alts.length; i += 4) {
      const fields = { body: "" };
      alts.slice(i, i + 4).forEach((alt, n) => {
        fields[`picture-${n + 1}`] = named(alt.slice(0, 100));
        fields[`alt-${n + 1}`] = alt;
        if (n % 2) fields[`spoiler-${n + 1}`] = "1";
      });
      await send(site, i === 0 ? `${board}/new` : long, i === 0 ? { ...fields, subject: alts[0].slice(0, 90) } : fields);
    }
  });
  after(() => site?.stop());

  for (const script of [true, false]) {
    test(`every page that shows them, script ${script ? "on" : "off"}`, async () => {
      visitor = await come(site, { script });
      const pages = ["/", board, `${board}/index`, `${board}/catalog`, `${board}/archive`, "/gr", "/gr/everywhere", "/gr/catalog", "/world/everywhere",
        thread, `${thread}/last`, long, `${long}/last`, `${long}/reply?quote=${replies[0]}`, `/p/${replies[0]}/view`, `/p/${replies[20]}/view`,
        `/p/${replies[0]}/take-back`, `/p/${long.match(/\d+$/)[0]}/take-back`, `${thread}/reply?quote=${replies[30]}`,
        "/search?q=alert", "/search?q=script&sort=newest", "/search?q=onerror&opening=1", `/search?q=alert&thread=${thread.match(/\d+$/)[0]}`, "/search?q=img&picture=1"];
      for (const path of pages) {
        const turned = script || nightly ? 4 : 1; // the rest of them is the same HTML
        for (let next = path, turns = 0; next && turns < turned; turns++) {
          await visitor.go(next);
          await calm(visitor);
          await bodies(visitor.page);
          const on = visitor.page.locator("a[rel=next]").first();
          next = await on.count() ? await on.evaluate((a) => a.href) : null;
        }
      }
      await visitor.leave();
    });
  }

  test("what was written is all there, letter by letter", async () => {
    visitor = await come(site);
    await visitor.go(thread);
    const plain = postable.map((payload, i) => [payload, replies[i]]).filter(([payload]) => /^[!-~ ]+$/.test(payload) && !/['`>]{2}|``|^>|`|:\/\/|\[spoiler|\[code|''/.test(payload));
    assert.ok(plain.length > 120, String(plain.length));
    for (const [payload, number] of plain) {
      assert.equal((await visitor.page.locator(`#p${number} .body`).textContent()).trim(), payload.trim());
    }
    await visitor.leave();
  });

  test("what a reference shows, what comes in by itself, and what is hidden and watched", async () => {
    visitor = await come(site);
    const { page } = visitor;
    await visitor.go(long);
    await ready(page);
    for (const selector of ["a.ref.far", "a.ref:not(.far)"]) {
      await page.locator(`.post .body ${selector}`).first().hover();
      await page.locator(".glimpse").first().waitFor();
      await calm(visitor);
      await page.mouse.move(2, 2);
      await page.locator(".glimpse").waitFor({ state: "detached" });
    }
    await page.locator("button.watch").click();
    await page.locator("button.watch[aria-pressed=true]").waitFor();
    const wall = await visitor.context.newPage();
    await wall.goto(board);
    let last = 0;
    for (const text of together(postable, 3000)) last = await send(site, long, { body: text, name: cut(text, 60), options: text });
    await page.locator(`#p${last}`).waitFor({ state: "attached" });
    await bodies(page);
    await calm(visitor);
    for (const way of ["shown at once, as nobody reads", "offered"]) {
      if (way === "offered") await wall.locator(".wall").hover();
      const payload = "\"></a><img src=x onerror=alert(1)><svg onload=alert(1)>";
      const opened = await send(site, `${board}/new`, { subject: payload, body: payload, name: payload });
      if (way === "offered") await wall.locator("#live [role=status] button").click();
      await wall.locator(`.wall a[href="${board}/t/${opened}"]`).first().waitFor({ state: "attached" });
      await calm(visitor, wall);
    }
    await page.bringToFront();
    await page.locator(".post > .fold, .fold").first().click();
    await calm(visitor);
    await visitor.go("/reading");
    await page.locator("section[aria-labelledby=watched] li").first().waitFor();
    await calm(visitor);
    await visitor.leave();
  });

  test("a form that is previewed, refused, and comes back", async () => {
    visitor = await come(site);
    const { page } = visitor;
    for (const text of [...together(postable, 4000), unpostable.join("\n")]) {
      for (const way of ["preview", "post"]) {
        await visitor.go(`${board}/new`);
        await page.locator("#write details").evaluateAll((all) => { for (const box of all) box.open = true; });
        await page.locator("#subject").fill(way === "post" ? text.repeat(9).slice(0, 3000) : cut(text, 100));
        await page.locator("#body").fill(text);
        await page.locator("#name").fill(`${cut(text, 50)}##${cut(text, 80)}`);
        await page.locator("#options").fill(text.slice(0, 300));
        await page.locator("#alt-1").fill(text.slice(0, 400));
        await page.locator("#picture-1").setInputFiles({ name: "\"><img src=x onerror=alert(1)>.jpg", mimeType: "image/jpeg", buffer: photo });
        await Promise.all([page.waitForEvent("load"), page.locator(`#write button[value=${way}]`).click()]);
        await page.locator(".preview, [aria-invalid=true]").first().waitFor();
        await bodies(page);
        await calm(visitor);
      }
    }
    await visitor.leave();
  });

  test("a code that takes nothing back", async () => {
    visitor = await come(site);
    const { page } = visitor;
    for (const payload of payloads.filter((_, i) => i % 40 === 0)) {
      await visitor.go(`/p/${replies[0]}/take-back`);
      await page.locator("#code").fill(cut(payload, 64));
      await Promise.all([page.waitForEvent("load"), page.locator("form[action='/take-back'] button").click()]);
      await calm(visitor);
    }
    await visitor.leave();
  });

  // Every address that says anything of what it was asked.
  const doors = [
    (x) => `/search?q=${x}&place=${x}&from=${x}&to=${x}&sort=${x}&after=${x}&thread=${x}&picture=${x}`,
    (x) => `/search?q=${x}`,
    (x) => `/find?q=${x}`,
    (x) => `${board}/catalog?q=${x}&sort=${x}`,
    (x) => `${board}/index?before=${x}&page=${x}`,
    (x) => `${thread}?posted=${x}&quote=${x}&after=${x}`,
    (x) => `${thread}/reply?quote=${x}`,
    (x) => `/queue?pass=${x}&done=${x}`,
    (x) => `/gr/places?after=${x}`,
    (x) => `/about?lang=${x}&theme=${x}`,
    (x) => `/${x}`,
    (x) => `/gr/${x}?${x}=${x}`,
    (x) => `${board}/t/${x}`,
    (x) => `${board}/res/${x}.html`,
    (x) => `/p/${x}/view`,
    (x) => `/f/${x}`,
    (x) => `/assets/${x}`,
    (x) => `/find.json?q=${x}`,
    (x) => `/search.atom?q=${x}&place=${x}`,
    (x) => `/api/v1/places?q=${x}`,
    (x) => `/api/v1/search?q=${x}&place=${x}`,
    (x) => `/api/v1/places/${x}?${x}`,
    (x) => `/4chan/${x}/catalog.json`,
    (x) => `/vichan/gr.volos/${x}`,
  ];

  test("every door, asked with them, answers as what it is, and never with them as markup", async () => {
    const few = nightly ? 1 : 5; // by day each payload is brought to one door in five, each to others
    const asked = (i) => doors.filter((_, n) => (i + n) % few === 0);
    await each(payloads.flatMap((payload, i) => asked(i).map((door) => [payload, door(typed(payload))])), 8, async ([payload, path]) => {
      const response = await fetch(site.address + path, { headers: headers(), redirect: "manual" });
      const text = await response.text();
      assert.ok(response.status < 500, `${response.status} of ${path}`);
      assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff", path);
      assert.match(response.headers.get("Content-Security-Policy"), /default-src 'none'/, path);
      if (text) assert.match(response.headers.get("Content-Type"), /^(text\/(html|plain); charset=utf-8|application\/(json|problem\+json|atom\+xml))/, path);
      const type = response.headers.get("Content-Type") ?? "";
      if (/html|xml/.test(type) && /<[a-z!/?%]/i.test(payload)) assert.ok(!text.includes(payload), path);
    });
  });

  test("the same addresses, opened in the browser", async () => {
    visitor = await come(site);
    const open = [visitor.page, await visitor.context.newPage()];
    const idle = [...open];
    await each(together(payloads, 120, " "), open.length, async (payload, i) => {
      const page = idle.pop();
      await page.setExtraHTTPHeaders(headers());
      const response = await page.goto(`${doors[i % doors.length](typed(payload))}#${typed(payload)}`, { waitUntil: "load" });
      if (/html/.test(response.headers()["content-type"])) assert.deepEqual(await foreign(page), [], page.url());
      idle.push(page);
    });
    assert.deepEqual(visitor.eye.ran, []);
    assert.deepEqual(visitor.eye.stopped, []);
    await visitor.leave();
  });

  test("feeds and JSON, opened in the browser", async () => {
    const number = long.match(/\d+$/)[0];
    const kinds = {
      [`${board}/threads.atom`]: "application/atom+xml", "/gr/everywhere.atom": "application/atom+xml", [`${long}/posts.atom`]: "application/atom+xml", [`${thread}/posts.atom`]: "application/atom+xml",
      "/search.atom?q=alert": "application/atom+xml",
      [`/api/v1/threads/${number}`]: "application/json", [`/api/v1/posts/${replies[0]}`]: "application/json", "/api/v1/places/gr.volos/threads": "application/json", "/api/v1/search?q=alert": "application/json",
      [`/4chan/gr.volos/thread/${number}.json`]: "application/json", "/4chan/gr.volos/catalog.json": "application/json", [`/vichan/gr.volos/res/${number}.json`]: "application/json", "/vichan/gr.volos/catalog.json": "application/json",
      "/find.json?q=%3Cscript%3E": "application/json", [`${long}/count.json`]: "application/json",
    };
    visitor = await come(site);
    for (const [path, type] of Object.entries(kinds)) {
      const response = await visitor.go(path);
      assert.equal(response.status(), 200, path);
      assert.equal(response.headers()["content-type"].split(";")[0], type, path);
      assert.equal(response.headers()["x-content-type-options"], "nosniff", path);
      assert.deepEqual(visitor.eye.ran, [], path);
      if (type === "application/atom+xml") {
        // A reader of feeds puts what is in an entry into a page of its own.
        const html = [...(await response.text()).matchAll(/<content type="html"[^>]*>([\s\S]*?)<\/content>/g)].map((found) => found[1]);
        assert.ok(html.length > 0, path);
        const reader = await visitor.context.newPage();
        const unsafe = await reader.evaluate((all) => all.flatMap((escaped) => {
          const text = new DOMParser().parseFromString(escaped, "text/html").documentElement.textContent;
          const entry = new DOMParser().parseFromString(text, "text/html");
          return [...entry.querySelectorAll("script, iframe, svg, math, style, base, form, object, embed, meta, link, [style]")].map((e) => e.outerHTML)
            .concat([...entry.querySelectorAll("*")].filter((e) => [...e.attributes].some(({ name, value }) => name.startsWith("on") || /^\s*(javascript|data|vbscript):/i.test(value) && name === "href")).map((e) => e.outerHTML));
        }), html);
        assert.deepEqual(unsafe, [], path);
        await reader.close();
      }
    }
    assert.deepEqual(visitor.eye.stopped, []);
    await visitor.leave();
    for (const path of [long, thread, board]) { // pictures of links have such words in them, as pixels
      const response = await fetch(`${site.address}${path}/sign.png`, { headers: headers() });
      assert.equal(response.headers.get("Content-Type"), "image/png");
      assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff");
      assert.equal(Buffer.from(await response.arrayBuffer()).subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
    }
  });

  test("the API takes them in every field, and gives safe HTML back", async () => {
    const ask = async (path, body) => {
      const response = await fetch(`${site.address}/api/v1${path}`, { method: "POST", headers: { ...headers(), "content-type": "application/json" }, body: JSON.stringify(body) });
      assert.match(response.headers.get("Content-Type"), /^application\/(problem\+)?json/);
      assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff");
      assert.ok(response.status < 500, `${response.status} ${path} ${JSON.stringify(body).slice(0, 200)}`);
      return { status: response.status, ...(await response.json()) };
    };
    const numbers = [];
    await each(payloads, 4, async (payload) => {
      const fine = postable.includes(payload);
      const { ticket } = await ask("/tickets", {});
      const made = await ask("/places/gr.kavala/threads", { subject: cut(payload, 110), text: payload, name: cut(payload, 60), ticket });
      assert.equal(made.status === 201, fine, `${JSON.stringify(payload)}: ${JSON.stringify(made)}`);
      if (fine) numbers.push(made.number);
      assert.ok((await ask("/places/gr.kavala/threads", { text: "x", ticket: payload, proof: payload })).status >= 400);
      assert.ok((await ask(`/posts/${replies[0]}/take-back`, { delete_code: payload })).status >= 400);
      assert.ok((await ask(`/places/${typed(payload)}/threads`, { [payload]: payload })).status >= 400);
    });
    visitor = await come(site);
    for (const path of ["/gr/kavala", "/gr/kavala/index", "/gr/kavala/catalog", ...numbers.filter((_, i) => i % 12 === 0).map((number) => `/gr/kavala/t/${number}`)]) {
      await visitor.go(path);
      await bodies(visitor.page);
      await calm(visitor);
    }
    await visitor.leave();
  });

  test("a form with control characters is refused, never an error of the site", async () => {
    for (const payload of unpostable) {
      for (const field of ["subject", "body", "name", "options"]) {
        const response = await answer(site, `${board}/new`, { subject: "x", body: "x", [field]: payload });
        assert.equal(response.status, field === "options" ? 303 : 422, `${field} ${JSON.stringify(payload)}`);
      }
    }
  });
});

test("a queue shows a steward what strangers said of their pictures", async () => {
  const site = await Site.start();
  const alts = together(postable, 480, " ");
  for (let i = 0; i < alts.length; i += 4) {
    const fields = { subject: cut(alts[i], 100), body: alts[i] };
    alts.slice(i, i + 4).forEach((alt, n) => Object.assign(fields, { [`picture-${n + 1}`]: named(alt.slice(0, 80)), [`alt-${n + 1}`]: alt }));
    await send(site, "/gr/kilkis/new", fields);
  }
  const steward = await come(site);
  const { page } = steward;
  const made = spawnSync(site.process.spawnfile, ["queue", "link", "--data", site.folder, "--base-url", site.address], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  await steward.go(made.stdout.split("\n")[0]);
  await page.getByRole("button", { name: t("queue.come_in") }).click();
  await page.locator(".look img").first().waitFor();
  await calm(steward);
  await page.getByRole("button", { name: t("queue.let_through") }).first().click();
  await page.locator(".done").waitFor();
  await calm(steward);
  for (const path of ["/gr/kilkis", "/gr/kilkis/index", "/gr/kilkis/catalog", "/gr/everywhere"]) {
    await steward.go(path);
    await calm(steward);
  }
  await steward.leave();
  await site.stop();
});

test("a file of what a browser kept, from somebody else, and a storage that was tampered with", async () => {
  const site = await Site.start();
  const visitor = await come(site);
  const { page } = visitor;
  const number = await send(site, "/gr/drama/new", { subject: "Kept", body: "x" });
  await visitor.go("/reading");
  await page.locator("#kept").waitFor();
  const at = Date.now();
  const some = (n) => postable.slice(n * 40, n * 40 + 40);
  for (let n = 0; n * 40 < postable.length; n++) {
    const file = {
      moot: 1, site: some(n).join(" "),
      watched: Object.fromEntries(some(n).map((payload, i) => [900 + i, { path: `/gr/drama/t/${900 + i}`, title: payload.slice(0, 200), place: payload.slice(0, 200), seen: 1, had: 1, last: 2, posts: 2, at }])),
      yours: [number],
      hidden: { threads: Object.fromEntries(some(n).map((payload, i) => [500 + i, { path: `/gr/drama/t/${500 + i}`, title: payload.slice(0, 200) }])), posts: [] },
      drafts: Object.fromEntries(some(n).map((payload, i) => [i ? `/gr/drama/t/${i}` : "/gr/drama/new", { body: payload, subject: payload, name: cut(payload, 60), at }])),
      settings: { previews: true, keys: true, follow: true, name: cut(some(n)[0], 50) },
    };
    await page.locator("#import").setInputFiles({ name: "\"><img src=x onerror=alert(1)>.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(file)) });
    const sure = page.getByRole("dialog", { name: t("reader.other_site") });
    await sure.waitFor();
    await calm(visitor);
    await sure.getByRole("button", { name: t("reader.other_site_yes") }).click();
    await page.locator("#told", { hasText: /\d/ }).waitFor();
    assert.ok(await page.locator("section[aria-labelledby=drafts] li").count() > 0);
    await calm(visitor);
    await visitor.go("/gr/drama/new");
    await page.locator(".restored").first().waitFor();
    await calm(visitor);
    await visitor.go("/reading");
    await page.locator("section[aria-labelledby=watched] li").first().waitFor();
    await calm(visitor);
    await page.evaluate(() => localStorage.clear());
    await visitor.go("/reading");
  }
  for (const payload of postable.filter((_, i) => i % 30 === 0)) {
    await page.evaluate((text) => { for (const kind of ["watched", "yours", "hidden", "drafts", "settings"]) localStorage.setItem(`moot.${kind}`, Math.random() < 0.5 ? text : JSON.stringify({ [text]: text, name: text })); }, payload);
    await visitor.go(`/gr/drama/t/${number}`);
    await ready(page);
    await calm(visitor);
    await visitor.go("/reading");
    await calm(visitor);
  }
  await visitor.leave();
  await site.stop();
});

test("whatever is searched for, a search answers", async () => {
  const site = await Site.start();
  for (const body of ["a b c the who alert", "中文 日本語の文 มานี", "ΣΑΣ ß İ don't stop"]) await send(site, "/gr/volos/new", { subject: body, body });
  assert.ok(searches.length >= 300, String(searches.length));
  // The API says how long a text it takes; beyond that, and only there, it says no.
  const { paths } = await (await fetch(`${site.address}/api/v1/openapi.json`)).json();
  const { maxLength } = paths["/api/v1/search"].get.parameters.find(({ name }) => name === "q").schema;
  await each(searches.flatMap((q) => ["/search?q=", "/search.atom?q=", "/api/v1/search?q="].map((door) => [door, q])), 6, async ([door, q]) => {
    const response = await fetch(site.address + door + q, { headers: headers() });
    await response.arrayBuffer();
    const long = door.startsWith("/api/") && response.status === 422 && q.split(/%[0-9A-F]{2}/i).join("x").length > maxLength;
    assert.ok(response.status < 400 || response.status === 429 || long, `${response.status} of ${door}${q.slice(0, 200)}`);
  });
  await site.stop();
});
