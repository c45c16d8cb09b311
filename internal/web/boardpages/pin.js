// A board that grows while it is read: threads with news go to the top of the
// wall, at once where nobody is reading it, otherwise when the reader says so.
import { count, number, say, words } from "./live.js";
import { renew } from "./renew.js";

const wall = document.querySelector(".wall:not(.overboard .wall)");
const notices = () => [...(wall?.querySelectorAll(":scope > .notice") ?? [])];
const bump = (notice) => Number(notice.dataset.bump);
const pinned = (notice) => "pinned" in notice.dataset;
const path = (notice) => notice.querySelector(":is(h2, h3) a")?.pathname;
const find = (address) => notices().find((notice) => path(notice) === address);

let last = Math.max(0, ...notices().map(bump)); // number of the post that bumped a thread last
const waiting = new Map(); // notices with news, by address

export const newest = () => last;

// isRead is whether somebody may be reading the wall.
const isRead = () => !document.hidden && (scrollY > 40 || wall.matches(":hover, :focus-within"));

// put puts a notice in its place, and takes away the one that it replaces.
function put(notice) {
  find(path(notice))?.remove();
  const next = notices().find((other) => (pinned(other) === pinned(notice) ? bump(other) < bump(notice) : pinned(notice)));
  if (next) next.before(notice, "\n");
  else wall.append(notice, "\n");
  notice.classList.add("fresh");
}

function show() {
  const fresh = [...waiting.values()].sort((a, b) => bump(a) - bump(b));
  waiting.clear();
  fresh.forEach(put);
  say();
  count(document.hidden ? fresh.length : 0);
  document.dispatchEvent(new CustomEvent("moot:notices", { detail: { notices: fresh } }));
  return fresh.at(-1);
}

// offer says how many threads have news, with a button that shows them.
function offer() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = words.show;
  button.addEventListener("click", () => {
    if (!wall) return location.reload(); // a board that was quiet is another page now
    const top = show();
    wall.scrollIntoView({ block: "start" });
    top?.querySelector(":is(h2, h3) a")?.focus({ preventScroll: true });
  });
  say(`${words.news.replace("{n}", number(waiting.size))} `, button);
  count(waiting.size);
}

// news takes a thread as it is now.
function news(notice) {
  const old = find(path(notice));
  last = Math.max(last, bump(notice));
  if (old && bump(old) === bump(notice) && pinned(old) === pinned(notice)) { // it stays where it is
    if (old.querySelector(".meta")?.textContent === notice.querySelector(".meta")?.textContent && old.textContent === notice.textContent) return false;
    notice.classList.toggle("fresh", old.classList.contains("fresh"));
    old.replaceWith(notice);
    document.dispatchEvent(new CustomEvent("moot:notices", { detail: { notices: [notice] } }));
    return true;
  }
  waiting.set(path(notice), notice);
  if (wall && !isRead()) show();
  else offer();
  return true;
}

document.addEventListener("visibilitychange", () => { if (!document.hidden && waiting.size === 0) count(0); });

// strip shows how far the place has come. What is next to do there is told, not each hand.
function strip(fresh) {
  const old = document.querySelector(".place-head .ladder");
  if (old && fresh) renew(old, fresh, ".now:not(:first-child) b", (act) => act());
}

// hear takes what came by the stream.
export function hear(name, [notice], text) {
  if (name === "notice") return news(notice);
  if (name === "strip") return strip(notice);
  if (name !== "gone") return;
  for (const address of waiting.keys()) if (address.endsWith(`/t/${text}`)) waiting.delete(address);
  const gone = notices().find((other) => path(other).endsWith(`/t/${text}`));
  if (gone && isRead()) gone.classList.add("left");
  else gone?.remove();
}

// read takes what the board's page has, the thread that was bumped last in the end.
export function read(page) {
  const ladder = page.querySelector(".place-head .ladder");
  strip(ladder && document.importNode(ladder, true));
  const all = [...page.querySelectorAll(".wall:not(.overboard .wall) > .notice")].reverse();
  return all.map((notice) => news(document.importNode(notice, true))).some(Boolean);
}
