// A thread that grows while it is read. Nothing that the reader looks at moves:
// posts come after the last, a line shows where they left off, and who hears the
// page is told how many are new and not what they say.
import { count, more, number, say, words } from "./live.js";
import { renew as replace } from "./renew.js";

const place = document.querySelector("#live");
const thread = place.closest(".thread");
const numberOf = (post) => Number(post.id.slice(1));
const posts = () => [...thread.querySelectorAll(":scope > .post[id]")];

let last = Math.max(...posts().map(numberOf));
let unread = []; // posts that came while the reader was elsewhere

// The end of the thread: what is said below it comes along with the reader.
const end = document.createElement("span");
end.className = "end";
place.before(end);
let atEnd = inView(end);
let line = null; // where they left off

// newest is the number of the last post on the page.
export const newest = () => last;

function inView(e) {
  const { top, bottom } = e.getBoundingClientRect();
  return top <= innerHeight && bottom >= 0;
}

// elsewhere is whether the reader can't see what comes.
const elsewhere = () => document.hidden || !atEnd;

// still does something while what is read, or the form that somebody writes in,
// stays where it is on the screen. Browsers do so by themselves, but not at the
// top of a page and not for what they don't take for the thing that is read.
function still(act) {
  const read = document.elementFromPoint(innerWidth / 2, innerHeight / 3)?.closest(".body > *, .post, form.write");
  const keep = document.activeElement?.closest("form.write") ?? read;
  const before = keep?.getBoundingClientRect().top;
  act();
  if (keep?.isConnected) scrollBy({ top: keep.getBoundingClientRect().top - before, behavior: "instant" });
}

// home has references jump to posts of this page, and their links back.
function home(post) {
  const own = numberOf(post);
  for (const link of post.querySelectorAll("a.ref")) {
    const target = link.hash && document.getElementById(link.hash.slice(1));
    if (!target) continue;
    link.setAttribute("href", link.hash);
    if (link.closest(".body")) answered(target, own);
  }
}

// answered gives a post the link to one that answers it.
function answered(post, by) {
  const header = post.querySelector(":scope > header");
  if (!header || header.querySelector(`.back a[href$="#p${by}"]`)) return;
  let back = header.querySelector(".back");
  if (!back) {
    back = document.createElement("span");
    back.className = "back";
    const word = document.createElement("span");
    word.className = "unseen";
    word.textContent = `${words.answered} `;
    back.append(word);
    header.append(back);
  }
  const link = document.createElement("a");
  link.className = "ref";
  link.href = `#p${by}`;
  link.append(document.createElement("bdi"));
  link.firstChild.textContent = `>>${by}`;
  back.append(link, " ");
}

// grow puts new posts where they belong, which is the end, or before one that
// came out of turn.
function grow(fresh) {
  still(() => {
    for (const post of fresh) {
      const next = posts().find((other) => !other.matches(".op") && numberOf(other) > numberOf(post));
      (next ?? end).before(post, "\n");
      home(post);
      last = Math.max(last, numberOf(post));
    }
    if (elsewhere()) leftOff(fresh);
  });
  document.dispatchEvent(new CustomEvent("moot:posts", { detail: { posts: fresh } }));
}

// leftOff counts posts as unread, and draws the line before the first of them.
function leftOff(fresh) {
  if (unread.length === 0) {
    line?.remove();
    line = document.createElement("p");
    line.className = "left-off";
    line.setAttribute("role", "separator");
    line.setAttribute("aria-label", words.since);
    line.textContent = words.since;
    fresh[0].before(line);
  }
  unread.push(...fresh);
  tell();
}

let telling = 0;

// tell says how many posts are unread, once for all that come at one time.
function tell() {
  count(unread.length);
  clearTimeout(telling);
  if (unread.length === 0) return say();
  telling = setTimeout(() => {
    if (unread.length === 0) return;
    const link = document.createElement("a");
    link.href = `#${unread[0].id}`;
    link.textContent = words.news.replace("{n}", number(unread.length));
    say(link);
  }, 1000);
}

function seen() {
  if (elsewhere() || unread.length === 0) return;
  unread = [];
  tell();
}

new IntersectionObserver((entries) => {
  atEnd = entries.at(-1).isIntersecting;
  seen();
}).observe(end);
document.addEventListener("visibilitychange", seen);

// renew puts a post in the place of what it was. Pictures that the reader has
// opened stay open, a tick stays, and so does what is theirs alone.
function renew(old, post) {
  for (const figure of old.querySelectorAll("figure.open")) {
    const address = figure.querySelector("a.file").getAttribute("href");
    post.querySelector(`a.file[href="${CSS.escape(address)}"]`)?.closest("figure").replaceWith(figure);
  }
  const [tick, was] = [post.querySelector(".tick"), old.querySelector(".tick")];
  if (tick && was) tick.checked = was.checked;
  const yours = old.querySelector(":scope > .yours");
  if (yours && !post.matches(".gone")) post.append(yours);
  still(() => old.replaceWith(post));
  const at = unread.indexOf(old);
  if (at >= 0) unread[at] = post;
  home(post);
  if (post.matches(".gone")) forget(numberOf(post));
  document.dispatchEvent(new CustomEvent("moot:posts", { detail: { posts: [post], again: true } }));
}

// forget has nothing refer to a post that was taken back.
function forget(gone) {
  for (const link of thread.querySelectorAll(`a.ref[href$="#p${gone}"]`)) {
    const back = link.closest(".back");
    if (back) {
      link.remove();
      if (!back.querySelector("a")) back.remove();
      continue;
    }
    while (link.nextElementSibling?.matches(".note, .you")) link.nextElementSibling.remove();
    const dead = document.createElement("span");
    dead.className = "ref gone";
    dead.append(...link.childNodes);
    link.replaceWith(dead);
  }
}

// stand shows how many replies the thread has, and whether it takes more.
function stand(parts) {
  const counted = parts.find((part) => part.matches(".count"));
  if (counted) thread.querySelector(":scope > header .count")?.replaceWith(counted);
  const state = parts.find((part) => part.matches(".state"));
  if (!state) return;
  const form = thread.querySelector("form.write");
  const old = thread.querySelector(":scope > .state");
  if (old?.textContent !== state.textContent || old?.hidden !== state.hidden) {
    if (old) old.replaceWith(state);
    else if (!state.hidden) still(() => place.after(state));
    if (!state.hidden) state.setAttribute("role", "status");
  }
  for (const button of form?.querySelectorAll("button") ?? []) button.disabled = !state.hidden;
}

// card shows what the thread's card says now; a thread may have got one since.
function card(fresh) {
  const old = thread.querySelector(":scope > .card");
  if (!fresh) return;
  if (old) replace(old, fresh, ".kind, h2, .won, .reason", still);
  else still(() => thread.querySelector(":scope > header").after(fresh));
}

// hear takes what came by the stream. Posts may come out of turn, and twice.
export function hear(name, parts) {
  if (name === "thread") return stand(parts);
  if (name === "card") return card(parts[0]);
  const [post] = parts;
  const old = document.getElementById(post.id);
  if (old) return name === "post" ? undefined : renew(old, post);
  const first = posts().find((other) => !other.matches(".op"));
  if (numberOf(post) > last || name === "post" && first && numberOf(post) > numberOf(first)) grow([post]);
}

// read takes what a page of new posts has.
export function read(page) {
  const news = page.querySelector(".thread.newer");
  const take = (selector) => [...news.querySelectorAll(selector)].map((part) => document.importNode(part, true));
  const fresh = take(".post[id]").filter((post) => !document.getElementById(post.id));
  if (fresh.length > 0) grow(fresh);
  stand(take(".count, .state"));
  card(take(":scope > .card")[0]);
  if (news.querySelector(".pager [rel=next]")) more();
  return fresh.length > 0;
}
