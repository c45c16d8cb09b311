// All that a browser keeps for its reader as one file, to take to another.
import { change, get, kinds } from "./store.js";

const version = 1;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// pack is the file.
export function pack() {
  const kept = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, get(kind)]));
  return JSON.stringify({ moot: version, site: location.host, ...kept }, null, 1);
}

// tidy is a value with its keys in order, to compare it by.
function tidy(value) {
  if (Array.isArray(value)) return value.map(tidy);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, tidy(value[key])]));
}

const same = (a, b) => JSON.stringify(tidy(a)) === JSON.stringify(tidy(b));

// unpack reads a file that pack made. It throws where anything in it is not as
// pack would have written it: half of a file is worse than none.
export function unpack(text) {
  const file = JSON.parse(text);
  if (!isObject(file) || file.moot !== version || typeof file.site !== "string") throw new SyntaxError("not a file of ours");
  for (const [kind, sound] of Object.entries(kinds)) {
    if (!Object.hasOwn(file, kind) || !same(sound(file[kind]), file[kind])) throw new SyntaxError(`${kind} is not as it should be`);
  }
  return file;
}

// merge adds a file to what is kept: of two entries for one thing the one that
// came further, or is newer. It returns how much of each the file had.
export function merge(file) {
  change("watched", (here) => {
    for (const [number, t] of Object.entries(file.watched)) {
      if (!here[number] || here[number].seen < t.seen) here[number] = t;
    }
  });
  change("yours", (here) => [...file.yours, ...here]);
  change("hidden", (here) => ({ threads: { ...here.threads, ...file.hidden.threads }, posts: [...file.hidden.posts, ...here.posts] }));
  change("drafts", (here) => {
    for (const [action, draft] of Object.entries(file.drafts)) {
      if (!here[action] || here[action].at < draft.at) here[action] = draft;
    }
  });
  change("settings", (here) => ({ ...file.settings, name: file.settings.name || here.name }));
  const count = (entries) => Object.keys(entries).length;
  return { watched: count(file.watched), yours: file.yours.length, threads: count(file.hidden.threads), posts: file.hidden.posts.length, drafts: count(file.drafts) };
}
