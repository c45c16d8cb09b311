// What happens where this page leads comes into it while it is open: by a
// stream of events, and where that can't be had by looking now and then. Only
// this module makes markup of a string, and only of what that stream brought.
// What becomes of it is the matter of another, which is fetched when something
// first happens: grow.js in a thread, pin.js on a board.
const place = document.querySelector("#live");
export const words = place.dataset;

const tries = 3; // losses of the stream, one after another, until the page looks by itself
const patience = 20_000; // milliseconds in which a stream must have begun
const soon = 15_000; // milliseconds between two looks, doubled where there was nothing new
const late = 120_000;
const away = 300_000; // milliseconds for which nobody looks at the page until it stops listening

let brought = null; // what the stream has just brought
const policy = globalThis.trustedTypes?.createPolicy("moot-live", {
  createHTML(html) {
    if (html !== brought) throw new TypeError("not from the stream");
    return html;
  },
});

// elements are those of a message's markup.
function elements(html) {
  brought = html;
  const made = document.createRange().createContextualFragment(policy ? policy.createHTML(html) : html);
  brought = null;
  return [...made.children];
}

const names = ["post", "changed", "gone", "thread", "notice", "card", "strip"];

// The page's own module: hear(name, elements, text) takes a message, read(page)
// what was found by looking, and tells whether anything was new; newest() is the
// number up to which the page is whole.
let own = null;
let newest = () => Number(/\d+$/.exec(words.stream)[0]);

function module() {
  own ??= import(words.module).then((made) => {
    newest = made.newest;
    return made;
  });
  own.catch(() => { own = null; }); // no net: the next message tries again
  return own;
}

let source = null;
let losses = 0;
let heard = ""; // number of the last event
let wait = soon;
let timer = 0; // of the next look, or of a stream that must begin
let leaving = 0; // of a page that nobody looks at
const thrifty = navigator.connection?.saveData === true; // asks only when asked to

function stop() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function listen() {
  stop();
  if (thrifty) return;
  const address = new URL(words.stream.replace(/\d+$/, newest()), location.href);
  if (heard) address.searchParams.set("since", heard);
  try {
    source = new EventSource(address);
  } catch {
    losses = tries;
    return later();
  }
  timer = setTimeout(() => {
    if (source?.readyState === EventSource.CONNECTING) lost(tries);
  }, patience);
  // A stream that is closed has another answer than a stream: no place, say.
  source.onerror = ({ target }) => lost(target.readyState === EventSource.CLOSED ? tries : 1);
  const note = ({ lastEventId }) => {
    clearTimeout(timer);
    losses = 0;
    if (lastEventId) heard = lastEventId;
  };
  source.addEventListener("here", note);
  source.addEventListener("reload", (message) => {
    note(message);
    more();
  });
  for (const name of names) {
    source.addEventListener(name, (message) => {
      note(message);
      const { data } = message;
      module().then(({ hear }) => hear(name, elements(data), data));
    });
  }
}

function lost(times) {
  losses += times;
  if (losses < tries) return;
  stop();
  later();
}

// later looks once some time has passed.
function later() {
  clearTimeout(timer);
  if (!document.hidden && !thrifty) timer = setTimeout(look, wait);
}

function look() {
  clearTimeout(timer);
  const request = new XMLHttpRequest();
  request.open("GET", words.poll.replace(/after=\d+$/, `after=${newest()}`));
  request.responseType = "document"; // read, never run
  request.onload = async () => {
    if (request.status === 404) return;
    const found = request.status === 200 && (await module()).read(request.response);
    again(found);
  };
  request.onerror = () => again(false);
  request.send();
}

// again looks later, or in the end tries the stream once more.
function again(found) {
  if (source) return;
  const last = wait === late && !found;
  wait = found ? soon : Math.min(wait * 2, late);
  if (!last) return later();
  losses = tries - 1; // one more loss, and the page goes on looking by itself
  listen();
}

// By HTTP/1.1 a browser opens six connections to a site, for all its pages: were
// each to keep one, the seventh would never load. So few of those that nobody
// looks at go on listening.
const seats = 3;
const scarce = !/^h[23]/.test(performance.getEntriesByType("navigation")[0]?.nextHopProtocol);
let rise = null; // gives the seat back

function sit(n = 1) {
  if (n > seats || !navigator.locks) return stop();
  navigator.locks.request(`moot-live-${n}`, { ifAvailable: true }, (seat) => {
    if (!document.hidden) return null;
    if (!seat) return void sit(n + 1);
    return new Promise((done) => { rise = done; });
  });
}

function leave() {
  rise?.();
  rise = null;
  stop();
}

function unseen() {
  leaving = setTimeout(leave, away);
  if (scarce && source) sit();
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(leaving);
  if (document.hidden) return unseen();
  rise?.();
  rise = null;
  if (!source && losses < tries) listen();
  else if (!source) look();
});
addEventListener("pagehide", leave);
addEventListener("pageshow", ({ persisted }) => { if (persisted) listen(); });
// The key "r" looks at once.
document.addEventListener("moot:update", (event) => {
  event.preventDefault();
  look();
});
listen();
if (document.hidden) unseen(); // opened in the background

const said = place.querySelector(".said");

// say tells those who listen to the page, and those who look, in one line: text,
// and what can be pressed.
export function say(...parts) {
  said.replaceChildren(...parts);
}

// more says that there is more than can come by itself.
export function more() {
  const link = Object.assign(document.createElement("a"), { href: location.pathname, textContent: words.reload });
  say(`${words.more} `, link);
}

// number is a figure as the page's language writes it.
export const number = (n) => n.toLocaleString(document.documentElement.lang);

const title = document.title;

// count puts how much is new before the page's title.
export function count(n) {
  document.title = n > 0 ? `(${number(n)}) ${title}` : title;
}
