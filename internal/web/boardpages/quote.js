// In a thread: a post's number quotes it into the reply form, with what the
// reader has marked of it, instead of leading to a page of its own. In a wide
// window the form comes along, as a box that stays beside what is read.
import { button, element, escape, words } from "./parts.js";
import { get } from "./store.js";

const form = document.querySelector("form.write.reply");
const box = form?.elements.namedItem("body");
const wide = matchMedia("(min-width: 60rem) and (min-height: 32rem)");
const edge = 12; // pixels between the box and the window's edge
let opener = null; // the link that called the box

// quote puts a post's number into the form, and what is marked of it.
function quote(number, marked) {
  const quoted = marked.trim() ? marked.trim().split("\n").map((line) => `>${line}\n`).join("") : "";
  const start = box.value === "" || box.value.endsWith("\n") ? "" : "\n";
  box.setRangeText(`${start}>>${number}\n${quoted}`, box.value.length, box.value.length, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// marked is what the reader has selected within one post's text.
function marked(post) {
  const selection = getSelection();
  const body = post?.querySelector(".body");
  if (!body || selection.isCollapsed || !body.contains(selection.anchorNode) || !body.contains(selection.focusNode)) return "";
  return selection.toString();
}

// go takes the reader to the form, or the form to the reader: beside the post
// that they answer.
function go(post) {
  const at = form.getBoundingClientRect();
  const inView = at.top >= 0 && at.bottom <= innerHeight;
  if (wide.matches && get("settings").follow && !inView) follow(post);
  box.focus({ preventScroll: following() });
}

const following = () => form.classList.contains("following");

function follow(post) {
  if (!following()) {
    const home = form.parentElement;
    home.style.minBlockSize = `${home.offsetHeight}px`; // the page keeps its length
    form.classList.add("following");
    corner(post);
  }
}

// corner puts the box where the post isn't: at the window's end if that may be.
function corner(post) {
  const { width, height } = form.getBoundingClientRect();
  const [far, low] = [document.documentElement.clientWidth - width - edge, innerHeight - height - edge];
  const rtl = getComputedStyle(form).direction === "rtl";
  const [end, start] = rtl ? [edge, far] : [far, edge];
  const covered = post?.getBoundingClientRect();
  const free = ([x, y]) => !covered || x + width < covered.left || x > covered.right || y + height < covered.top || y > covered.bottom;
  const corners = [[end, low], [end, edge], [start, low], [start, edge]];
  move(...(corners.find(free) ?? corners[0]));
}

// move puts the box's corner at a point, within the window.
function move(x, y) {
  const { width, height } = form.getBoundingClientRect();
  const within = (n, most) => Math.round(Math.max(edge, Math.min(n, most - edge)));
  form.style.inset = `${within(y, innerHeight - height)}px auto auto ${within(x, document.documentElement.clientWidth - width)}px`;
}

// home takes the form back to the foot of the thread.
function home() {
  if (!following()) return false;
  const within = form.contains(document.activeElement);
  form.classList.remove("following");
  form.style.inset = "";
  form.parentElement.style.minBlockSize = "";
  if (within && opener?.isConnected) opener.focus({ preventScroll: true });
  else if (within) document.activeElement.blur();
  return true;
}

// head is what the box is held and closed by.
function head() {
  const grip = button("⋮⋮", "text grip", () => {});
  grip.setAttribute("aria-label", words.move);
  const shut = button("×", "text shut", home);
  shut.setAttribute("aria-label", words.close);
  const made = element("div", { className: "follow-head" }, grip, element("b", {}, document.querySelector("#reply")?.textContent ?? ""), shut);
  let held = null; // where in the box the pointer took hold
  made.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target === shut) return;
    const at = form.getBoundingClientRect();
    held = [event.clientX - at.left, event.clientY - at.top];
    made.setPointerCapture(event.pointerId);
  });
  made.addEventListener("pointermove", (event) => { if (held) move(event.clientX - held[0], event.clientY - held[1]); });
  for (const end of ["pointerup", "pointercancel"]) made.addEventListener(end, () => { held = null; });
  grip.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-24, 0], ArrowRight: [24, 0], ArrowUp: [0, -24], ArrowDown: [0, 24] }[event.key];
    if (!way) return;
    event.preventDefault();
    const at = form.getBoundingClientRect();
    move(at.left + way[0], at.top + way[1]);
  });
  return made;
}

if (box) {
  form.prepend(head());
  let last = ""; // pressing a link clears the selection in some browsers
  document.addEventListener("pointerdown", (event) => {
    const link = event.target.closest?.("a[data-quote]");
    if (link) last = marked(link.closest(".post"));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-quote]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    opener = link;
    quote(link.dataset.quote, last || marked(link.closest(".post")));
    go(document.getElementById(`p${link.dataset.quote}`) ?? link);
    last = "";
  });
  // The key for it: to the post that the reader is at, or to the thread.
  document.addEventListener("moot:reply", ({ detail: { post } }) => {
    opener = post?.querySelector("a[data-quote]") ?? null;
    if (opener) quote(opener.dataset.quote, marked(post));
    go(post);
  });
  document.querySelector('.meta a[href="#write"]')?.addEventListener("click", () => { if (following()) home(); });
  // A window that grows narrow sends the box home, one that shrinks takes it along.
  wide.addEventListener("change", () => { if (!wide.matches) home(); });
  addEventListener("resize", () => {
    const at = form.getBoundingClientRect();
    if (following()) move(at.left, at.top);
  });
  escape(home);
  // #q1240 is the imageboards' address for "reply to 1240".
  const asked = /^#q(\d{1,18})$/.exec(location.hash);
  if (asked) {
    quote(asked[1], "");
    go(document.getElementById(`p${asked[1]}`));
  }
}
