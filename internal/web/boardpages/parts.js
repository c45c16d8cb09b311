// What the reader's habits are made of: the words that the page brings in its
// reader's language, the elements that say them, and the posts there are.
import { change, get, on } from "./store.js";

// words are those of #habits, by name: words.hide, words.draftRestored …
export const words = document.querySelector("#habits").dataset;

// say is one of the words with its {names} put in.
export const say = (word, values) => word.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// element makes an element with properties and children.
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// button makes a button that never sends a form.
export function button(text, className, pressed) {
  const made = element("button", { type: "button", className }, text);
  made.addEventListener("click", pressed);
  return made;
}

// posts calls a function with the posts on the page, and with those that come.
export function posts(each) {
  for (const post of document.querySelectorAll(".post[id]")) each(post);
  document.addEventListener("moot:posts", ({ detail }) => {
    for (const post of detail.posts) each(post);
  });
}

// numberOf is the number of a post's element, or of the post that a link leads to.
export const numberOf = (e) => Number(/p(\d+)$/.exec(e.id || e.hash || "")?.[1] ?? 0);

// escape calls a function on Esc, unless something else has been closed by it;
// the function returns whether it closed anything.
export function escape(close) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing && close()) event.preventDefault();
  });
}

// settle makes the boxes within an element show and change the settings.
export function settle(root) {
  for (const box of root.querySelectorAll("input[data-setting]")) {
    const name = box.dataset.setting;
    const show = () => { box.checked = get("settings")[name]; };
    show();
    on("settings", show);
    box.addEventListener("change", () => change("settings", (settings) => { settings[name] = box.checked; }));
  }
}

// borrow is an element of another page of this site, as a copy.
export function borrow(address, selector) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document"; // read, never run
    request.onload = () => {
      const found = request.status === 200 && request.response?.querySelector(selector);
      if (found) done(document.importNode(found, true));
      else fail(new Error(`${address} answers ${request.status}`));
    };
    request.onerror = () => fail(new Error(`${address} can't be reached`));
    request.send();
  });
}
