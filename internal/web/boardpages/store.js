// What a reader's own browser keeps for them, and nobody else is ever sent:
// each kind is one entry of localStorage, checked whenever it is read, bounded
// whenever it is written, and the same in every tab.
const prefix = "moot.";
const day = 86_400_000; // milliseconds

const most = { threads: 500, posts: 2000, watched: 200, drafts: 40 };
const longest = { title: 200, draft: 20_000, name: 60 };

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value) => Number.isSafeInteger(value) && value >= 0;
const isPost = (value) => isNumber(value) && value > 0;
const isText = (value, length) => typeof value === "string" && value.length <= length;
const threadPath = /^(\/[a-z0-9-]+){1,2}\/t\/[1-9]\d{0,15}$/;
const formPath = /^(\/[a-z0-9-]+){1,2}\/(new|t\/[1-9]\d{0,15})$/;

// some keeps those entries of an object that are as they should be, by number
// or address; make returns an entry, or null for one that isn't.
function some(value, make) {
  const kept = {};
  for (const [key, entry] of isObject(value) ? Object.entries(value) : []) {
    const made = make(key, entry);
    if (made !== null) kept[key] = made;
  }
  return kept;
}

// newest keeps so many entries, by a figure that grows with time.
function newest(entries, n, age) {
  const all = Object.entries(entries);
  if (all.length <= n) return entries;
  return Object.fromEntries(all.sort((a, b) => age(b) - age(a)).slice(0, n));
}

// numbers are posts', each once, those that were added last.
const numbers = (value) => [...new Set(Array.isArray(value) ? value.filter(isPost) : [])].slice(-most.posts);

const byNumber = ([number]) => Number(number);
const byTime = ([, entry]) => entry.at;

const thread = (number, t) =>
  isPost(Number(number)) && isObject(t) && isText(t.path, 200) && threadPath.test(t.path) && t.path.endsWith(`/t/${number}`) && isText(t.title, longest.title)
    ? { path: t.path, title: t.title }
    : null;

// The kinds, and how each is made sound: what is not as it should be is left out.
export const kinds = {
  // watched threads by number: how far their reader came (seen, of so many
  // posts), how far the thread did when last asked (posts, last), and when it
  // was last read.
  watched: (value) => newest(some(value, (number, t) => {
    const base = thread(number, t);
    if (!base || ![t.seen, t.had, t.last, t.posts, t.at].every(isNumber)) return null;
    return { ...base, place: isText(t.place, longest.title) ? t.place : "", seen: t.seen, had: t.had, last: t.last, posts: t.posts, at: t.at, ...(t.gone === true && { gone: true }) };
  }), most.watched, byTime),

  // yours are the numbers of the posts that this browser wrote.
  yours: numbers,

  // hidden threads by number, and the numbers of hidden posts.
  hidden: (value) => ({
    threads: newest(some(value?.threads, thread), most.threads, byNumber),
    posts: numbers(value?.posts),
  }),

  // drafts by the address that their form is sent to.
  drafts: (value) => newest(some(value, (action, d) => {
    if (!formPath.test(action) || !isObject(d) || !isText(d.body, longest.draft) || !isNumber(d.at)) return null;
    return { body: d.body, subject: isText(d.subject, longest.title * 4) ? d.subject : "", name: isText(d.name, longest.name * 4) ? d.name : "", at: d.at };
  }), most.drafts, byTime),

  settings: (value) => ({
    previews: value?.previews !== false,
    keys: value?.keys !== false,
    follow: value?.follow !== false,
    name: isText(value?.name, longest.name) ? value.name : "",
  }),
};

// Where the browser gives no storage, a page keeps things for as long as it is open.
const memory = new Map();

function read(kind) {
  if (memory.has(kind)) return memory.get(kind);
  try {
    return JSON.parse(localStorage.getItem(prefix + kind));
  } catch {
    return null; // none, or not ours
  }
}

function write(kind, value) {
  try {
    localStorage.setItem(prefix + kind, JSON.stringify(value));
    memory.delete(kind);
  } catch {
    memory.set(kind, value);
  }
}

const listeners = [];

// tell calls those who listen to a kind, or to all where it is null.
function tell(kind) {
  for (const listener of listeners) if (kind === null || listener.kind === kind) listener.told();
}

addEventListener("storage", ({ key }) => {
  if (key === null) tell(null);
  else if (key.startsWith(prefix)) tell(key.slice(prefix.length));
});
// A page that comes back as it was left may have missed what other tabs did.
addEventListener("pageshow", ({ persisted }) => { if (persisted) tell(null); });

// get is what is kept of a kind, drafts for 30 days; the caller may change it
// freely, in vain.
export function get(kind) {
  const value = kinds[kind](read(kind));
  return kind === "drafts" ? some(value, (_, draft) => (draft.at < Date.now() - 30 * day ? null : draft)) : value;
}

// change lets a function change what is kept of a kind, or return what to keep
// in its place, and tells who listens.
export function change(kind, act) {
  const value = get(kind);
  write(kind, kinds[kind](act(value) ?? value));
  tell(kind);
}

// on calls a function after each change of a kind, here or in another tab.
export const on = (kind, told) => { listeners.push({ kind, told }); };

// unread is how many posts of a watched thread its reader hasn't seen. Posts
// that were taken back meanwhile may hide new ones from the count: then it is 1.
export const unread = (t) => (t.last > t.seen ? Math.max(t.posts - t.had, 1) : 0);

// forget empties everything.
export function forget() {
  memory.clear();
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  } catch {
    // there was no storage
  }
  tell(null);
}
