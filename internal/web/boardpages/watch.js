// Threads that a reader watches: a button in the thread's head, and how many
// posts came since they were last there. Only the reader's own page, /reading,
// asks the site for news; everywhere else the last it heard is told.
import { element, numberOf, say, words } from "./parts.js";
import { change, get, on, unread } from "./store.js";

// The tab under the bar of every board and thread: how many posts are unread.
const news = element("a", { className: "news", href: "/reading", hidden: true });
document.querySelector("header.bar").append(news);

function tell() {
  const sum = Object.values(get("watched")).reduce((sum, t) => sum + unread(t), 0);
  news.hidden = sum === 0;
  news.textContent = say(words.news, { n: sum.toLocaleString(document.documentElement.lang) });
}

const page = document.querySelector(".thread[data-posts]");
const number = /\/t\/(\d+)/.exec(location.pathname)?.[1];

if (page) {
  const button = document.querySelector("button.watch");
  const count = () => Number(page.dataset.posts); // of the whole thread, which habits.js keeps right
  const whole = !page.querySelector(".pager a[rel=next]"); // the page goes to the thread's end
  const newest = () => Math.max(...[...page.querySelectorAll(".post[id]")].map(numberOf));

  // read notes that the reader is here, and has seen what there is.
  const read = () => {
    const here = get("watched")[number];
    const [last, posts] = [newest(), count()];
    if (!here || !whole || document.hidden || (here.seen >= last && here.had === posts)) return;
    change("watched", (watched) => {
      Object.assign(watched[number], { seen: last, had: posts, last, posts, at: Date.now() });
      delete watched[number].gone;
    });
  };

  const toggle = () => change("watched", (watched) => {
    if (watched[number]) {
      delete watched[number];
    } else {
      const [last, posts] = [newest(), count()];
      watched[number] = {
        path: location.pathname.replace(/(\/t\/\d+).*/, "$1"), title: page.querySelector("h1").textContent.slice(0, 200), place: page.dataset.place,
        seen: last, had: posts, last, posts, at: Date.now(),
      };
    }
  });

  const show = () => button.setAttribute("aria-pressed", String(number in get("watched")));
  button.addEventListener("click", toggle);
  on("watched", show);
  show();
  read();
  document.addEventListener("visibilitychange", read);
  document.addEventListener("moot:posts", read);
}

on("watched", tell);
tell();
