// Pictures open where they stand. A middle press, or one with Ctrl, follows the
// link to the file as ever.
import { element, escape, posts } from "./parts.js";

const files = "figure.picture a.file";
const still = matchMedia("(prefers-reduced-motion: reduce)");
const open = []; // links of open pictures, the newest last

// enlarge loads a picture, and takes the small one's place when it is there.
function enlarge(link) {
  if (link.dataset.picture) return;
  link.dataset.picture = "loading";
  link.setAttribute("aria-busy", "true");
  const small = link.querySelector("img");
  const full = element("img", { className: "full", alt: small?.alt ?? "" });
  if (link.dataset.width > 0) [full.width, full.height] = [link.dataset.width, link.dataset.height];
  const there = () => {
    if (link.dataset.picture !== "loading") return; // closed meanwhile
    link.dataset.picture = "open";
    link.removeAttribute("aria-busy");
    if (small) small.hidden = true;
    link.append(full);
    link.setAttribute("aria-expanded", "true");
    link.closest("figure").classList.add("open");
    open.push(link);
  };
  full.addEventListener("load", there);
  // One that doesn't come leaves the link as it was: the next press follows it.
  full.addEventListener("error", () => {
    link.dataset.picture = "none";
    link.removeAttribute("aria-busy");
  });
  full.src = link.href;
}

function shrink(link) {
  const figure = link.closest("figure");
  delete link.dataset.picture;
  link.removeAttribute("aria-busy");
  link.querySelector(".full")?.remove();
  const small = link.querySelector("img");
  if (small) small.hidden = false;
  link.setAttribute("aria-expanded", "false");
  figure.classList.remove("open");
  if (open.includes(link)) open.splice(open.indexOf(link), 1);
  if (figure.getBoundingClientRect().top < 0) figure.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(files);
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.dataset.picture === "none") return;
  event.preventDefault();
  if (link.dataset.picture) shrink(link);
  else enlarge(link);
});

// All at once means each as it comes near: a thread's pictures can weigh more
// than anybody wants to pay for. On a device that saves data, or wants nothing
// to move, it is those in view, and those that stand still.
let all = false;
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting && !target.dataset.picture) enlarge(target);
}, { rootMargin: navigator.connection?.saveData ? "0px" : "50% 0px" });

function each(link) {
  if (!(still.matches && "moving" in link.dataset)) near.observe(link);
}

document.addEventListener("moot:pictures", () => {
  all = !all;
  if (all) return document.querySelectorAll(files).forEach(each);
  near.disconnect();
  document.querySelectorAll(`${files}[data-picture]`).forEach((link) => { if (link.dataset.picture !== "none") shrink(link); });
});

posts((post) => {
  for (const link of post.querySelectorAll(files)) {
    link.setAttribute("aria-expanded", "false");
    if (all) each(link);
  }
});

escape(() => {
  const link = open.find((link) => link === document.activeElement) ?? open.at(-1);
  if (link) shrink(link);
  return Boolean(link);
});
