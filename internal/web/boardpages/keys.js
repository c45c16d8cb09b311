// The keys of an imageboard: /reading lists them, and so does "?". They are off
// where somebody types, and for good where a reader says so, since who speaks to
// their device would press them with words.
import { borrow, button, element, settle, words } from "./parts.js";
import { get } from "./store.js";

const typing = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';

// stops are what j and k go along: a thread's posts, a board's threads.
function stops() {
  const posts = [...document.querySelectorAll(".post[id]:not(.folded)")];
  return posts.length > 0 ? posts : [...document.querySelectorAll(":is(.notice, .tile):not(.folded, [hidden]) :is(h2, h3) a")];
}

// step goes so many stops on, from where the reader is or, where that is at
// none, from the first that they see.
function step(by) {
  const all = stops();
  if (all.length === 0) return;
  const at = all.findIndex((stop) => stop.contains(document.activeElement));
  const seen = all.findIndex((stop) => stop.getBoundingClientRect().bottom > 0);
  const to = all[at >= 0 ? at + by : by > 0 ? Math.max(seen, 0) : seen - 1];
  if (!to) return;
  if (!to.matches("a")) to.tabIndex = -1;
  to.focus({ preventScroll: true });
  const { height } = to.getBoundingClientRect();
  to.scrollIntoView({ block: height > innerHeight ? "start" : "nearest" });
}

let list = null; // the dialog, once it was asked for

// help shows the list of keys, which /reading has in the reader's language.
async function help() {
  if (!list) {
    const keys = await borrow("/reading", "#keys").catch(() => null);
    if (!keys) return location.assign("/reading#keys"); // which says what is wrong
    if (list) return;
    const heading = keys.querySelector("h2");
    heading.id = "keys-title";
    keys.removeAttribute("id");
    keys.removeAttribute("aria-labelledby");
    settle(keys);
    list = element("dialog", { className: "keys" }, keys, button(words.close, "quiet", () => list.close()));
    list.setAttribute("aria-labelledby", heading.id);
    document.body.append(list);
  }
  if (!list.open) list.showModal();
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  q: () => document.dispatchEvent(new CustomEvent("moot:reply", { detail: { post: document.activeElement.closest(".post[id]") } })),
  w: () => document.querySelector("button.watch")?.click(),
  // Whoever updates the page by itself says so by preventing the default.
  r: () => { if (document.dispatchEvent(new CustomEvent("moot:update", { cancelable: true }))) location.reload(); },
  e: () => document.dispatchEvent(new CustomEvent("moot:pictures")),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  const act = Object.hasOwn(acts, event.key) && acts[event.key];
  if (!act || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
  if (event.target.closest?.(`${typing}, dialog`) || document.querySelector("dialog:modal") || !get("settings").keys) return;
  event.preventDefault();
  act();
});
