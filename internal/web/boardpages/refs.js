// References between posts: "(You)" beside those to the reader's own, and the
// post that a reference points at, shown where somebody points or tabs to it.
import { borrow, element, escape, numberOf, posts, words } from "./parts.js";
import { change, get, on } from "./store.js";

const pause = 150; // milliseconds that a pointer rests before anything opens or closes

// The post that the reader has just written is theirs from now on. The address
// goes on saying so only until they do something: then it is one to pass on.
const written = document.querySelector(".yours")?.closest(".post");
if (written) {
  change("yours", (yours) => [...yours, numberOf(written)]);
  const plain = () => {
    for (const sign of ["pointerdown", "keydown", "blur"]) removeEventListener(sign, plain);
    history.replaceState(history.state, "", location.pathname + location.hash);
  };
  for (const sign of ["pointerdown", "keydown", "blur"]) addEventListener(sign, plain);
}

let yours = new Set(get("yours"));

// mark says in a post which numbers are the reader's own.
function mark(post) {
  const you = () => element("span", { className: "you" }, words.you);
  if (yours.has(numberOf(post)) && !post.querySelector(":scope > header > .you")) {
    post.querySelector(":scope > header .who")?.after(" ", you());
  }
  for (const link of post.querySelectorAll("a.ref")) {
    if (!yours.has(numberOf(link)) || link.dataset.you) continue;
    link.dataset.you = "yes";
    const note = link.nextElementSibling;
    (note?.matches(".note") ? note : link).after(" ", you());
  }
}

posts(mark);
on("yours", () => {
  yours = new Set(get("yours"));
  document.querySelectorAll(".post").forEach(mark);
});

// The glimpses that are open, each reached by a link in the one before it.
const open = [];
const links = 'a.ref[href*="#p"]';
const known = new Map(); // posts of other pages, by number
let made = 0;

// close closes the glimpses beyond so many.
function close(left = 0) {
  const any = open.length > left;
  for (const { box, link } of open.splice(left)) {
    box.remove();
    link.removeAttribute("aria-describedby");
  }
  return any;
}

// post is a copy of a post to show: of this page, or asked of the site.
function post(number) {
  const here = document.getElementById(`p${number}`);
  if (here) return here.cloneNode(true);
  if (!known.has(number)) {
    known.set(number, borrow(`/p/${number}/view`, ".post").catch(() => {
      known.delete(number);
      return element("p", { className: "small" }, words.previewNone);
    }));
  }
  return known.get(number).then((found) => found.cloneNode(true));
}

// bare takes out of a copy what only the original may have.
function bare(copy) {
  mark(copy);
  copy.querySelectorAll(".tick, .fold, .fold-line, .yours").forEach((e) => e.remove());
  for (const e of [copy, ...copy.querySelectorAll("[id]")]) e.removeAttribute("id");
  copy.removeAttribute("aria-labelledby");
  copy.removeAttribute("tabindex");
  copy.classList.remove("folded", "new");
  return copy;
}

// show opens the glimpse of a link, beside those that led to it.
function show(link) {
  if (!get("settings").previews) return;
  const level = open.findIndex(({ box }) => box.contains(link)) + 1;
  if (open[level]?.link === link) return void close(level + 1);
  close(level);
  const box = element("div", { className: "glimpse", id: `glimpse-${++made}` });
  box.setAttribute("role", "tooltip");
  const glimpse = { link, box };
  open.push(glimpse);
  const fill = (copy) => {
    if (!open.includes(glimpse) || !link.isConnected) return;
    box.append(bare(copy));
    document.querySelector("main").append(box);
    place(box, link.getBoundingClientRect());
    link.setAttribute("aria-describedby", box.id);
  };
  const found = post(numberOf(link));
  if (found instanceof Promise) found.then(fill);
  else fill(found); // at once, so that who hears the link hears the post
}

// place puts a box beside a link, within the window: below it, or above where
// there is more room; from where the line begins, as far as it fits.
function place(box, at) {
  const edge = 8;
  const below = innerHeight - at.bottom - edge;
  const above = at.top - edge;
  const { width, height } = box.getBoundingClientRect();
  const down = height <= below || below >= above;
  box.style.maxBlockSize = `${Math.floor(down ? below : above) - 4}px`;
  const start = getComputedStyle(box).direction === "rtl" ? at.right - width : at.left;
  box.style.left = `${Math.max(edge, Math.min(start, document.documentElement.clientWidth - width - edge))}px`;
  box.style.top = `${down ? at.bottom + 4 : Math.max(edge, at.top - Math.min(height, above) - 4)}px`;
}

let timer = 0;

// A pointer that comes to rest decides: on a link, that one's post; within a
// glimpse, it and what led there; anywhere else, none. A finger opens nothing:
// it follows the link.
document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return;
  clearTimeout(timer);
  const link = target.closest?.(links);
  if (!link && open.length === 0) return;
  timer = setTimeout(() => {
    if (link) show(link);
    else close(open.findIndex(({ box }) => box.contains(target)) + 1);
  }, pause);
});

document.addEventListener("focusin", ({ target }) => {
  clearTimeout(timer);
  if (target.matches?.(links) && target.matches(":focus-visible")) show(target);
  else close(open.findIndex(({ box }) => box.contains(target)) + 1);
});

document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(links)) return;
  clearTimeout(timer);
  close();
});

// The page may scroll to what has the focus: a glimpse stays with its link.
document.addEventListener("scroll", () => {
  for (const [i, { box, link }] of open.entries()) {
    const at = link.getBoundingClientRect();
    if (at.bottom < 0 || at.top > innerHeight) return void close(i);
    if (box.isConnected) place(box, at);
  }
}, { passive: true });

escape(() => {
  clearTimeout(timer);
  return close();
});

// The pointer may rest on a link already when this module comes.
const rested = document.querySelector(`${links}:hover`);
if (rested && matchMedia("(hover: hover)").matches) timer = setTimeout(show, pause, rested);
