// Pictures, as a person posts and sees them, with script and without; what
// somebody who means harm sends in their place; and what a steward decides.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { after, before, describe, test } from "node:test";
import ICAL from "ical.js";
import { Site, root } from "../site.mjs";
import { Visitor, desk, fits, launch, lent, narrow } from "../visitor.mjs";
import { t } from "../words.mjs";

const photo = join(root, "internal/demo/pictures/library.jpg");
const chart = join(root, "internal/demo/pictures/rents.png");

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "moot-pictures-"));
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

// file writes bytes to be chosen in a form.
function file(name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

// open unfolds the form's places for pictures.
const open = (page) => page.locator("form.write details.slots").evaluate((box) => { box.open = true; for (const inner of box.querySelectorAll("details")) inner.open = true; });

const sent = (page) => page.waitForURL(/[?&]posted=\d+/);

for (const way of [{ name: "with script", script: true, size: desk }, { name: "without script in 320 px", script: false, size: narrow }]) {
  describe(`pictures ${way.name}`, () => {
    let site, visitor, page;
    before(async () => {
      site = await Site.start("serve", { images: "on" });
      visitor = await Visitor.come(browser, site, way);
      page = visitor.page;
    });
    after(async () => {
      await visitor?.leave();
      await site?.stop();
    });

    test("are posted, kept in a form that comes back, and shown with what they show", async () => {
      await visitor.go("/gr/kilkis/new");
      await page.locator("#subject").fill("The library");
      if (way.script) await open(page);
      else {
        await page.getByText(t("board.pictures"), { exact: true }).click();
        await page.getByText(/\(.*4\)/).click();
      }
      await page.locator("#picture-1").setInputFiles(photo);
      await page.locator("#alt-1").fill("A chained door");
      await page.locator("#picture-2").setInputFiles(chart);
      await page.locator("#alt-2").fill("Bars");
      await page.locator('[name="spoiler-2"]').check();
      await page.locator("#picture-3").setInputFiles(file("none.png", "no picture at all"));
      await page.locator("form.write button[value=post]").click();
      await page.locator("#picture-3-error").waitFor();
      assert.equal(await page.locator("#subject").inputValue(), "The library");
      assert.equal(await page.locator("#alt-1").inputValue(), "A chained door");
      assert.equal(await page.locator(".kept").count(), 2);
      await fits(page);
      await page.locator("form.write button[value=preview]").click();
      await page.locator(".unposted li").nth(1).waitFor();
      await page.locator("form.write button[value=post]").click();
      await sent(page);

      const shown = page.locator(".post.op figure.picture img");
      assert.equal(await shown.first().getAttribute("alt"), "A chained door");
      assert.ok(await shown.first().evaluate((img) => img.decode().then(() => img.naturalWidth > 100)));
      const veil = page.locator("details.veiled");
      assert.equal(await veil.evaluate((box) => box.open), false);
      assert.match(await veil.textContent(), /Bars/);
      await veil.locator("summary").click();
      assert.equal(await veil.locator("img").getAttribute("alt"), "Bars");
      await fits(page);
      if (!way.script) {
        await shown.first().click();
        await page.waitForURL(/\/f\/\d+\.jpg$/);
      }
    });

    test("a post may be a picture and no word", async () => {
      await visitor.go("/gr/kilkis");
      await page.locator(".notice h3 a").first().click();
      await lent(page);
      await open(page);
      await page.locator("#picture-1").setInputFiles(chart);
      await page.locator("form.write button[value=post]").click();
      await sent(page);
      assert.equal(await page.locator(".post:not(.op) figure.picture").count(), 1);
      await visitor.go("/gr/kilkis/catalog");
      assert.ok(await page.locator(".tile img").first().evaluate((img) => img.decode().then(() => true)));
    });
  });
}

describe("what is no harmless picture", () => {
  let site, visitor, page;
  before(async () => {
    site = await Site.start("serve", { images: "on" });
    visitor = await Visitor.come(browser, site, { script: false });
    page = visitor.page;
  });
  after(async () => {
    await visitor?.leave();
    await site?.stop();
  });

  // chunk is one of a PNG's (PNG, third edition, 5.3).
  const chunk = (type, bytes) => {
    const body = Buffer.concat([Buffer.from(type), bytes]);
    let crc = ~0;
    for (const b of body) for (let k = 0, c = (crc ^= b) & 255; k < 8; k++) crc = k === 0 ? (c & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1) : crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    const head = Buffer.alloc(4), foot = Buffer.alloc(4);
    head.writeUInt32BE(bytes.length);
    foot.writeUInt32BE(~crc >>> 0);
    return Buffer.concat([head, body, foot]);
  };
  const png = (width, height, bits, type, rows) => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header[8] = bits;
    header[9] = type;
    return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
  };
  const gif = Buffer.from("474946383961ffffffff800000ffffff00000021f90401000000002c00000000ffffffff0000024401003b", "hex");
  const frames = Buffer.concat([Buffer.from("474946383961e803e803800000ffffff000000", "hex"),
    ...Array(1000).fill(Buffer.from("21f904000100000000" + "2c00000000e803e80300" + "02024401" + "00", "hex")), Buffer.from("3b", "hex")]);
  const jpeg = () => readFileSync(photo);
  const harmful = {
    "an SVG": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'),
    "HTML as a JPEG": Buffer.from("<!doctype html><script>alert(1)</script>"),
    "a truncated JPEG's head": jpeg().subarray(0, 300),
    "a 1-bit PNG of 30,000²": png(30000, 30000, 1, 0, Buffer.alloc(1000)),
    "a GIF of 44 bytes that claims 65,535²": gif,
    "a GIF whose frames hold nothing": frames,
    "a PDF": Buffer.from("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"),
    "a ZIP": Buffer.from("PK\x03\x04 nothing", "latin1"),
    "an empty line": Buffer.from("\n"),
  };
  for (const [name, bytes] of Object.entries(harmful)) {
    test(`${name} is refused in plain words, or becomes harmless`, async () => {
      await visitor.go("/gr/kilkis/new");
      await page.locator("#body").fill(`About ${name}`);
      await page.getByText(t("board.pictures"), { exact: true }).click();
      await page.locator("#picture-1").setInputFiles(file("../x.jpg".replace("../", ""), bytes));
      await page.locator("form.write button[value=post]").click();
      if (name.startsWith("a GIF whose")) { // decoders differ on what is left of it
        await page.waitForLoadState("load");
        return;
      }
      const words = await page.locator("#picture-1-error").textContent();
      assert.match(words, /^\p{Lu}.*\.$/u, words);
      assert.equal(await page.locator("#body").inputValue(), `About ${name}`);
    });
  }

  test("a picture with a script, a place and a name in it keeps its pixels alone", async () => {
    // EXIF with a GPS place and a script, a comment, an XMP packet, and a page after the end.
    const marker = "MARKER<script>alert(document.domain)</script>";
    const segment = (kind, bytes) => {
      const head = Buffer.from([0xff, kind, 0, 0]);
      head.writeUInt16BE(bytes.length + 2, 2);
      return Buffer.concat([head, bytes]);
    };
    const entry = (tag, type, count, value) => {
      const e = Buffer.alloc(12);
      e.writeUInt16BE(tag, 0); e.writeUInt16BE(type, 2); e.writeUInt32BE(count, 4); e.writeUInt32BE(value, 8);
      return e;
    };
    const text = Buffer.from(`${marker}\0`);
    const ifd = Buffer.concat([Buffer.from([0, 2]), entry(0x010e, 2, text.length, 38), entry(0x8825, 4, 1, 8), Buffer.alloc(4)]);
    const tiff = Buffer.concat([Buffer.from("MM\0*\0\0\0\x08", "latin1"), ifd, text]);
    const original = jpeg();
    const loaded = Buffer.concat([original.subarray(0, 2), segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), tiff])),
      segment(0xfe, Buffer.from(marker)), segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${marker}</x:xmpmeta>`)),
      original.subarray(2), Buffer.from(`<html>${marker}`)]);
    await visitor.go("/gr/kilkis/new");
    await page.getByText(t("board.pictures"), { exact: true }).click();
    await page.locator("#picture-1").setInputFiles({ name: '"><img src=x onerror=alert(1)>.jpg', mimeType: "image/jpeg", buffer: loaded });
    await page.locator("form.write button[value=post]").click();
    await sent(page);
    const address = await page.locator("figure.picture a.file").getAttribute("href");
    assert.doesNotMatch(await page.content(), /onerror/);
    const answer = await fetch(site.address + address);
    assert.equal(answer.headers.get("content-type"), "image/jpeg");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.match(answer.headers.get("content-security-policy"), /default-src 'none'; .*sandbox/);
    const kept = Buffer.from(await answer.arrayBuffer());
    assert.ok(!kept.includes("MARKER") && !kept.includes("Exif") && !kept.includes("script"));
    const seen = spawnSync("exiftool", ["-G1", "-a", "-s", file("kept.jpg", kept)], { encoding: "utf8" });
    assert.equal(seen.status, 0, "exiftool is needed: make tools installs it");
    const foreign = seen.stdout.split("\n").filter((line) => line && !/^\[(File|System|ExifTool|Composite|JFIF)\]/.test(line));
    assert.deepEqual(foreign, []);
    const part = await fetch(site.address + address, { headers: { Range: "bytes=0-99" } });
    assert.equal(part.status, 206);
    assert.equal((await part.arrayBuffer()).byteLength, 100);
    // Opened by itself it is a picture and nothing else.
    await visitor.go(address);
  });

  test("a file of more than 8 MiB leaves the words in the form", async () => {
    await visitor.go("/gr/kilkis/new");
    await page.locator("#body").fill("Words that were long in coming.");
    await page.getByText(t("board.pictures"), { exact: true }).click();
    await page.locator("#picture-1").setInputFiles(file("big.jpg", Buffer.concat([jpeg(), Buffer.alloc(9 << 20)])));
    await page.locator("form.write button[value=post]").click();
    assert.match(await page.locator("#picture-1-error").textContent(), /8 MB/);
    assert.equal(await page.locator("#body").inputValue(), "Words that were long in coming.");
  });
});

describe("a queue", () => {
  let site, writer, steward;
  before(async () => {
    site = await Site.start();
    writer = await Visitor.come(browser, site, { script: false });
    steward = await Visitor.come(browser, site, { script: false, size: narrow });
  });
  after(async () => {
    await writer?.leave();
    await steward?.leave();
    await site?.stop();
  });

  test("holds a picture until a steward, who came by a link, lets it through", async () => {
    await writer.go("/gr/kilkis/new");
    await writer.page.locator("#body").fill("See for yourselves.");
    await writer.page.getByText(t("board.pictures"), { exact: true }).click();
    await writer.page.locator("#picture-1").setInputFiles(photo);
    await writer.page.locator("#alt-1").fill("A chained door");
    await writer.page.locator("form.write button[value=post]").click();
    await sent(writer.page);
    const thread = new URL(writer.page.url()).pathname;
    assert.equal(await writer.page.locator(".picture.waits").count(), 1);
    assert.equal(await writer.page.locator("figure.picture").count(), 0);

    const made = spawnSync(site.process.spawnfile, ["queue", "link", "--data", site.folder, "--base-url", site.address], { encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    await steward.go(made.stdout.split("\n")[0]);
    await steward.page.getByRole("button", { name: t("queue.come_in") }).click();
    const picture = steward.page.locator(".look img");
    await picture.waitFor();
    assert.match(await picture.evaluate((img) => getComputedStyle(img).filter), /blur/);
    await picture.click();
    assert.equal(await picture.evaluate((img) => getComputedStyle(img).filter), "none");
    await fits(steward.page);
    await steward.page.getByRole("button", { name: t("queue.let_through") }).click();
    await steward.page.getByText(t("queue.none")).waitFor();

    await writer.go(thread);
    assert.equal(await writer.page.locator("figure.picture img").getAttribute("alt"), "A chained door");
    await steward.page.getByRole("button", { name: t("queue.leave") }).click();
    await steward.go("/queue");
    assert.equal(await steward.page.locator(".look").count(), 0);
  });
});

// A meetup's picture, from its form to its page, lists and calendars, and out of all of
// them once a steward takes it down.
for (const way of [{ name: "with script", script: true, size: desk }, { name: "without script in 320 px", script: false, size: narrow }]) {
  describe(`the picture of a meetup ${way.name}`, () => {
    const alt = "A chained door";
    let site, visitor, page, thread;
    before(async () => {
      site = await Site.start("serve", { images: "on" });
      visitor = await Visitor.come(browser, site, way);
      ({ page } = visitor);
    });
    after(async () => {
      await visitor?.leave();
      await site?.stop();
    });

    // images are the pictures that ical.js finds in a calendar of the site.
    const images = async (path) => {
      const calendar = new ICAL.Component(ICAL.parse(await (await fetch(site.address + path)).text()));
      return calendar.getAllSubcomponents("vevent").flatMap((event) => event.getAllProperties("image"));
    };

    test("is kept through a preview and a refusal, and announced", async () => {
      await visitor.go("/gr/kilkis/meetups/new");
      await page.locator("#title").fill("Tea and rents");
      await page.locator("#day").fill(new Date(Date.now() + 5 * 864e5).toISOString().slice(0, 10));
      await page.locator("#time").fill("19:00");
      await page.locator("#body").fill("Who comes?");
      await page.getByText(t("board.pictures"), { exact: true }).click();
      await page.locator("#picture-1").setInputFiles(photo);
      await page.locator("#alt-1").fill(alt);
      await page.locator("form.write button[value=preview]").click(); // there is no place yet
      await page.locator("#venue-error").waitFor();
      assert.equal(await page.locator(".kept").count(), 1);
      await fits(page);
      await page.locator("#venue").fill("Municipal Library café");
      await page.locator("form.write button[value=preview]").click();
      assert.match(await page.locator(".preview .unposted").innerText(), new RegExp(`JPEG[\\s\\S]*${alt}`));
      assert.equal(await page.locator("#alt-1").inputValue(), alt);
      await fits(page);
      await page.locator("form.write button[value=announce]").click();
      await page.waitForURL("**/host/**");
      thread = new URL(await page.locator("h1 a").evaluate((a) => a.href)).pathname;
    });

    test("stands on its page, in its post, in lists and on boards", async () => {
      const shows = async (path, selector) => {
        await visitor.go(path);
        const img = page.locator(selector);
        assert.equal(await img.count(), 1, `${path} ${selector}`);
        assert.equal(await img.getAttribute("alt"), alt, path);
        assert.equal(await img.getAttribute("loading"), "lazy", path);
        await img.scrollIntoViewIfNeeded();
        const box = await img.evaluate(async (one) => { await one.decode(); return one.getBoundingClientRect().toJSON(); });
        assert.ok(box.width >= 40 && box.height >= 40 && box.width <= 330, `${path}: ${box.width} × ${box.height}`);
        await fits(page);
      };
      await shows("/gr/kilkis/meetups", ".card img.photo");
      await shows("/world/meetups", ".card img.photo");
      await shows("/gr", ".leaf-of img.photo");
      await shows(thread, ".post.op figure.picture img");
      assert.equal(await page.locator(".card img").count(), 0, "twice on one page");
      await shows(`${thread}/meetup`, ".card a.photo img");
      await page.locator(".card a.photo").click();
      await page.waitForURL(/\/f\/\d+\.jpg$/);
    });

    test("is in calendars, small, for whoever reads them", async () => {
      for (const path of [`${thread}/meetup.ics`, "/gr/kilkis/meetups.ics", "/world/meetups.ics"]) {
        const [image, ...more] = await images(path);
        assert.equal(more.length, 0, path);
        assert.equal(image.type, "uri");
        assert.equal(image.getFirstParameter("display"), "BADGE");
        const answer = await fetch(image.getFirstValue());
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get("content-type"), image.getFirstParameter("fmttype"));
      }
      const read = spawnSync("/usr/bin/python3", ["-c", "import sys, icalendar; print(*[e['IMAGE'] for e in icalendar.Calendar.from_ical(sys.stdin.read()).walk('VEVENT')])"],
        { encoding: "utf8", input: await (await fetch(`${site.address}${thread}/meetup.ics`)).text() });
      assert.equal(read.stdout.trim(), (await images(`${thread}/meetup.ics`))[0].getFirstValue(), read.stderr);
    });

    test("is gone from all of them once a steward has removed it", async () => {
      const small = (await images(`${thread}/meetup.ics`))[0].getFirstValue();
      const made = spawnSync(site.process.spawnfile, ["queue", "link", "--data", site.folder, "--base-url", site.address], { encoding: "utf8" });
      assert.equal(made.status, 0, made.stderr);
      await visitor.go(made.stdout.split("\n")[0]);
      await page.getByRole("button", { name: t("queue.come_in") }).click();
      await page.getByRole("button", { name: t("queue.remove"), exact: true }).click();
      await page.getByText(t("queue.none")).waitFor();
      for (const path of ["/gr/kilkis/meetups", "/world/meetups", "/gr", thread, `${thread}/meetup`]) {
        await visitor.go(path);
        assert.equal(await page.locator(".photo, .card img, .leaf-of img, .post img, .u-photo, [itemprop=image]").count(), 0, path);
      }
      for (const path of [`${thread}/meetup.ics`, "/world/meetups.ics"]) assert.deepEqual(await images(path), []);
      for (const path of [`${thread}/meetup.atom`, "/world/meetups.atom"]) assert.doesNotMatch(await (await fetch(site.address + path)).text(), /\/f\/\d/);
      assert.equal((await fetch(small)).status, 404);
    });
  });
}
