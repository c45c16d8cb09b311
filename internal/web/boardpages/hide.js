// What a reader doesn't want to see again: a thread on a board, a post in a
// thread. Either is folded to one line with a button that brings it back.
import { button, element, numberOf, posts, say, words } from "./parts.js";
import { change, get, on } from "./store.js";

const known = []; // everything that can be hidden: {number, piece, thread}

// dress gives a post or a notice its button. thread is what to keep of a thread,
// and missing with posts.
function dress(piece, number, thread) {
  const name = say(thread ? words.hideThread : words.hidePost, { number });
  const one = { piece, number, thread, fold: button("−", "fold", () => hide(one, true)) };
  one.fold.setAttribute("aria-label", name);
  one.fold.title = name;
  piece.classList.add("foldable");
  piece.prepend(one.fold);
  known.push(one);
  return one;
}

function hide({ piece, number, thread, fold }, yes) {
  change("hidden", (hidden) => {
    if (thread && yes) hidden.threads[number] = thread;
    else if (thread) delete hidden.threads[number];
    else if (yes) hidden.posts.push(number);
    else hidden.posts = hidden.posts.filter((other) => other !== number);
  });
  // The button that was pressed is gone: the one that undoes it is next.
  (yes ? piece.querySelector(":scope > .fold-line button") : fold).focus();
}

let hidden = get("hidden");

// show folds and unfolds a piece, as is kept.
function show(one) {
  const { piece, number, thread } = one;
  const folded = thread ? number in hidden.threads : hidden.posts.includes(number);
  if (folded === piece.classList.contains("folded")) return;
  piece.classList.toggle("folded", folded);
  piece.querySelector(":scope > .fold-line")?.remove();
  if (!folded) return;
  const undo = button(words.show, "text", () => hide(one, false));
  const name = say(thread ? words.hiddenThread : words.hiddenPost, { number });
  undo.setAttribute("aria-label", `${words.show}: ${name}`);
  piece.append(element("p", { className: "fold-line small" }, name, " ", undo));
}

function meet(piece) {
  const link = piece.querySelector(":is(h2, h3) a");
  const found = link && /\/t\/(\d+)$/.exec(link.pathname);
  if (found) show(dress(piece, Number(found[1]), { path: link.pathname, title: link.textContent.slice(0, 200) }));
}

document.querySelectorAll(".notice, .tile, .index > .thread").forEach(meet);
document.addEventListener("moot:notices", ({ detail }) => detail.notices.forEach(meet));

posts((post) => {
  if (post.matches(".op, .gone")) return; // the thread can be hidden, and there is nothing to hide
  show(dress(post, numberOf(post)));
});

on("hidden", () => {
  hidden = get("hidden");
  known.forEach(show);
});
