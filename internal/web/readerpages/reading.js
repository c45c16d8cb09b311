// A reader's own page, filled with what their browser keeps. It is the one page
// that asks the site how far the watched threads have come.
import { merge, pack, unpack } from "./carry.js";
import { button, element, say, settle, words } from "./parts.js";
import { change, forget, get, on, unread } from "./store.js";

const language = document.documentElement.lang;
const number = (n) => n.toLocaleString(language);
const kept = document.querySelector("#kept");
const told = document.querySelector("#told");

// list fills a section's list, or says that there is nothing in it.
function list(id, items) {
  const section = document.getElementById(id).parentElement;
  section.querySelector("p").hidden = items.length > 0;
  section.querySelector("ul").replaceChildren(...items.map((parts) => element("li", {}, ...parts)));
}

const titled = (path, title, place) => element("span", { className: "title" },
  element("a", { href: path, dir: "auto" }, title), ...(place ? [element("small", { dir: "auto" }, place)] : []));

// undo is a button that takes an entry away; who hears it hears of which.
function undo(word, title, pressed) {
  const made = button(word, "text", pressed);
  made.setAttribute("aria-label", `${word}: ${title}`);
  return made;
}

function showWatched() {
  const all = Object.entries(get("watched")).sort(([, a], [, b]) => (unread(b) > 0) - (unread(a) > 0) || b.last - a.last);
  list("watched", all.map(([no, t]) => {
    const n = unread(t);
    const state = t.gone ? words.gone : n > 0 ? say(words.unread, { n: number(n) }) : words.noneNew;
    return [
      titled(n > 0 ? `${t.path}#p${t.seen}` : t.path, t.title, t.place),
      element("span", { className: n > 0 ? "count some" : "count" }, state),
      undo(words.remove, t.title, () => change("watched", (watched) => { delete watched[no]; })),
    ];
  }));
}

function showDrafts() {
  const all = Object.entries(get("drafts")).sort(([, a], [, b]) => b.at - a.at);
  list("drafts", all.map(([action, d]) => {
    const title = (d.subject || d.body).trim().slice(0, 80);
    return [
      titled(action.endsWith("/new") ? action : `${action}#write`, title, action),
      undo(words.throw, title, () => change("drafts", (drafts) => { delete drafts[action]; })),
    ];
  }));
}

function showHidden() {
  const { threads, posts } = get("hidden");
  const rows = Object.entries(threads).map(([no, t]) => [
    titled(t.path, t.title),
    undo(words.show, t.title, () => change("hidden", (hidden) => { delete hidden.threads[no]; })),
  ]);
  if (posts.length > 0) {
    const title = say(words.postsHidden, { n: number(posts.length) });
    rows.push([element("span", { className: "title" }, title), undo(words.show, title, () => change("hidden", (hidden) => { hidden.posts = []; }))]);
  }
  list("hidden", rows);
}

const every = 60_000; // milliseconds between two rounds of asking
const most = 30; // threads asked about in one round, those first that were asked longest ago
const asked = new Map(); // when, by thread
let asking = false;

// ask brings one thread up to date.
async function ask(no, path) {
  asked.set(no, Date.now());
  const answer = await fetch(`${path}/count.json`);
  if ([404, 410].includes(answer.status)) return change("watched", (watched) => { if (watched[no]) watched[no].gone = true; });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`); // too fast, or too busy: not now
  const { posts, last } = await answer.json();
  if (get("watched")[no]?.last === last && get("watched")[no]?.posts === posts) return undefined;
  return change("watched", (watched) => {
    if (!watched[no]) return;
    Object.assign(watched[no], { posts, last });
    delete watched[no].gone;
  });
}

// round asks about the watched threads, one after another, while the page is
// looked at.
async function round() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const due = Object.entries(get("watched"))
      .filter(([no, t]) => !t.gone && Date.now() - (asked.get(no) ?? 0) >= every)
      .sort(([a], [b]) => (asked.get(a) ?? 0) - (asked.get(b) ?? 0));
    for (const [no, { path }] of due.slice(0, most)) {
      if (document.hidden) break;
      await ask(no, path);
    }
  } catch {
    // no net, or not so fast: the next round comes
  } finally {
    asking = false;
  }
}

// agreed asks in a dialog of the page, and is true for yes.
const agreed = (dialog) => new Promise((done) => {
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  dialog.showModal();
});

document.querySelector("#export").addEventListener("click", () => {
  const file = new Blob([pack()], { type: "application/json" });
  const link = element("a", { href: URL.createObjectURL(file), download: `moot-${new Date().toISOString().slice(0, 10)}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // by then it is on its way
});

document.querySelector("#import").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  try {
    if (file.size > 4 << 20) throw new RangeError("more than a browser keeps");
    const read = unpack(await file.text());
    document.querySelector("#other-name").textContent = read.site;
    if (read.site !== location.host && !(await agreed(document.querySelector("#other")))) return;
    const came = merge(read);
    told.textContent = say(words.cameIn, Object.fromEntries(Object.entries(came).map(([kind, n]) => [kind, number(n)])));
    round();
  } catch {
    told.textContent = words.notOurs;
  } finally {
    target.value = "";
  }
});

document.querySelector("#forget-all").addEventListener("click", async () => {
  if (!(await agreed(document.querySelector("#sure")))) return;
  forget();
  told.textContent = words.forgotten;
});

for (const [kind, show] of [["watched", showWatched], ["drafts", showDrafts], ["hidden", showHidden]]) {
  on(kind, show);
  show();
}
settle(kept);
document.querySelector("#unread").hidden = true;
kept.hidden = false;
round();
setInterval(round, every);
document.addEventListener("visibilitychange", round);
