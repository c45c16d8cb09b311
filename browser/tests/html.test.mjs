// The pages as text: valid HTML by the Nu checker, and no link that leads
// nowhere.
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { answered, kinds } from "../pages.mjs";
import { Site, nightly } from "../site.mjs";

const checker = createRequire(import.meta.url).resolve("vnu-jar/build/dist/vnu.jar");

let site;
before(async () => { site = await Site.start("demo"); });
after(() => site?.stop());

// get reads an address as one of many visitors.
let asked = 0;
function get(path, more = {}) {
  asked++;
  return fetch(new URL(path, site.address), {
    redirect: "manual",
    headers: { "X-Forwarded-For": `10.250.${(asked >> 6) & 255}.1`, "Accept-Language": "en" },
    ...more,
  });
}

test("the Nu HTML checker finds no error on any kind of page", async () => {
  const folder = await mkdtemp(join(tmpdir(), "moot-html-"));
  try {
    for (const { name, path, status } of await kinds(site)) {
      for (const language of ["en", "el"]) {
        const answer = await get(path + (path.includes("?") ? "&" : "?") + `lang=${language}`);
        assert.equal(answer.status, status, path);
        await writeFile(join(folder, `${name}.${language}.html`), await answer.text());
      }
    }
    for (const [name, html] of await answered(site, get)) await writeFile(join(folder, `${name}.html`), html);
    const { stderr } = await promisify(execFile)("java", ["-jar", checker, "--format", "json", "--exit-zero-always", "--skip-non-html", folder], { maxBuffer: 64 << 20 });
    const wrong = JSON.parse(stderr).messages
      .filter((m) => m.type === "error" || m.subType === "fatal" || m.type === "non-document-error")
      .map((m) => `${m.url.split("/").pop()}:${m.lastLine}: ${m.message} ${m.extract ?? ""}`);
    assert.deepEqual(wrong, []);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const decoded = (text) => text.replaceAll("&amp;", "&").replaceAll("&#43;", "+").replaceAll("&#39;", "'").replaceAll("&#34;", '"');

// shape is an address with what varies taken out, so that a crawl looks at
// some of each and not at every one of two hundred thousand quiet boards.
function shape({ pathname, searchParams }) {
  const segments = pathname.split("/").slice(1).map((s) => (/^\d+$/.test(s) ? "N" : s));
  if (/^[a-z]{2}$/.test(segments[0]) || segments[0] === "world") {
    segments[0] = segments[0] === "world" ? "world" : "cc";
    if (segments.length > 1 && !/^(places|map|index|catalog|everywhere|new|t)$/.test(segments[1])) segments[1] = "place";
  }
  if (segments[0] === "assets") segments[1] = "file";
  return `/${segments.join("/")}?${[...searchParams.keys()].sort().join("&")}`;
}

test("every link within the site leads somewhere", async () => {
  const most = nightly ? 12 : 5; // of each shape
  const seen = new Map([["/", "the start"]]);
  const shapes = new Map();
  const queue = ["/"];
  const pages = new Map(); // path → the ids on its page
  const jumps = [];
  const wrong = [];
  while (queue.length > 0) {
    const path = queue.shift();
    let at = path;
    let answer = await get(at);
    for (let hops = 0; hops < 4 && answer.status >= 300 && answer.status < 400; hops++) {
      at = answer.headers.get("Location");
      answer = await get(at);
    }
    if (answer.status !== 200) {
      wrong.push(`${path}, linked from ${seen.get(path)}, answers ${answer.status}`);
      continue;
    }
    if (!answer.headers.get("Content-Type").startsWith("text/html")) continue;
    const html = await answer.text();
    pages.set(path, new Set([...html.matchAll(/ id="([^"]+)"/g)].map((found) => decoded(found[1]))));
    for (const [, tag, attributes] of html.matchAll(/<(a|link|script|img|form)\b([^>]*)>/g)) {
      const found = attributes.match(/ (?:href|src|action)="([^"]*)"/);
      if (!found || tag === "form" && /method="post"/i.test(attributes)) continue;
      const url = new URL(decoded(found[1]), new URL(at, site.address));
      if (url.origin !== site.address) {
        if (!/rel="[^"]*noreferrer/.test(attributes)) wrong.push(`${path} links to ${url} and would tell it so`);
        continue;
      }
      const to = url.pathname + url.search;
      if (url.hash && tag === "a") jumps.push({ path, to, id: decodeURIComponent(url.hash.slice(1)) });
      if (seen.has(to)) continue;
      seen.set(to, path);
      const count = (shapes.get(shape(url)) ?? 0) + 1;
      shapes.set(shape(url), count);
      if (count <= most) queue.push(to);
    }
  }
  for (const { path, to, id } of jumps) {
    if (pages.has(to) && !pages.get(to).has(id)) wrong.push(`${path} jumps to #${id}, which is not on ${to}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(pages.size > 100, `the crawl saw only ${pages.size} pages`);
});

test("an imageboard reader's addresses lead to the same pages", async () => {
  const thread = (await kinds(site)).find((kind) => kind.name === "thread").path;
  const [, board, number] = thread.match(/^(.*)\/t\/(\d+)$/);
  const ways = {
    [`${board}/res/${number}.html`]: thread,
    [`${board}/res/${number}+50.html`]: `${thread}/last`,
    [`${board}/thread/${number}`]: thread,
    [`${board}/catalog.html`]: `${board}/catalog`,
    [`${board}/index.html`]: `${board}/index`,
    [`/p/${number}`]: `${thread}#p${number}`,
    [`${board}/`]: board,
    [board.toUpperCase()]: board,
    "/gr/salonika": "/gr/thessaloniki",
  };
  for (const [from, to] of Object.entries(ways)) {
    const answer = await get(from);
    assert.ok([301, 302, 303, 308].includes(answer.status), `${from} answers ${answer.status}`);
    assert.equal(answer.headers.get("Location"), to, from);
  }
});
