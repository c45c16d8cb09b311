// Pictures of the demo. Without an argument: those of the README, into
// docs/pictures. With "all": every kind of page, narrow and wide, in each look,
// into browser/shots, for people to look at. With "all" and names of kinds:
// those only.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { busy, kinds, longest, refused } from "./pages.mjs";
import { Site, root } from "./site.mjs";
import { Visitor, launch } from "./visitor.mjs";

const most = 150 << 10; // bytes of a picture in the README

// A Greek town's board, and the thread of an English one that says most.
const readme = [
  { file: "front", path: () => "/", width: 1280, height: 1120, theme: "light" },
  { file: "board-phone", path: () => busy, width: 390, height: 844, theme: "light" },
  { file: "thread", path: (site) => longest(site, "/gb/leeds"), width: 1280, height: 860, theme: "light" },
  { file: "dark", path: () => busy, width: 1280, height: 860, theme: "dark" },
  { file: "classic", path: (site) => longest(site, "/gb/leeds"), width: 1280, height: 860, theme: "classic" },
];

// picture saves what the window shows, or the whole page. Chromium's own WebP
// is a third of a PNG.
async function picture(visitor, path, { whole = false } = {}) {
  if (whole) return visitor.page.screenshot({ path: `${path}.png`, fullPage: true });
  const session = await visitor.context.newCDPSession(visitor.page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  writeFileSync(`${path}.webp`, Buffer.from(data, "base64"));
  const { size } = statSync(`${path}.webp`);
  if (size > most) throw new Error(`${path}.webp has ${size} bytes: more than ${most}`);
  console.log(`${path}.webp  ${Math.round(size / 1024)} KiB`);
}

async function forReadme(browser, site) {
  const folder = join(root, "docs/pictures");
  mkdirSync(folder, { recursive: true });
  for (const { file, path, width, height, theme } of readme) {
    const visitor = await Visitor.come(browser, site, { size: { width, height } });
    await visitor.go(`${await path(site)}?theme=${theme}`);
    await picture(visitor, join(folder, file));
    await visitor.leave();
  }
}

// looks are every width in every theme.
const looks = [390, 1280].flatMap((width) => ["light", "dark", "classic"].map((theme) => ({ width, theme })));

async function everything(browser, site, all, only) {
  const folder = join(root, "browser/shots");
  mkdirSync(folder, { recursive: true });
  const ways = all.map(({ name, path }) => [name, ({ page }) => page.goto(path)]);
  // What only sending a form leads to comes last, since it writes on the boards.
  for (const group of [ways, Object.entries(refused)]) {
    const wanted = group.filter(([name]) => only.length === 0 || only.includes(name));
    if (wanted.length === 0) continue;
    for (const { width, theme } of looks) {
      const visitor = await Visitor.come(browser, site, { size: { width, height: width === 390 ? 844 : 900 } });
      await visitor.go(`/?theme=${theme}`);
      for (const [name, reach] of wanted) {
        await reach(visitor);
        await picture(visitor, join(folder, `${name}-${width}-${theme}`), { whole: true });
      }
      await visitor.leave();
    }
  }
}

const [mode, ...only] = process.argv.slice(2);
const site = await Site.start("demo");
const browser = await launch();
try {
  await (mode === "all" ? everything(browser, site, await kinds(site), only) : forReadme(browser, site));
} finally {
  await browser.close();
  await site.stop();
}
