// The words of the pages, from the catalogues themselves: a test that names a
// button by its key goes on working when its words get better.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./site.mjs";

const catalogues = new Map();

function catalogue(code) {
  if (!catalogues.has(code)) {
    catalogues.set(code, JSON.parse(readFileSync(join(root, "internal/lang/catalogue", `${code}.json`), "utf8")));
  }
  return catalogues.get(code);
}

// t is a message in a language, with its arguments put in.
export function t(key, values = {}, code = "en") {
  const message = catalogue(code)[key];
  if (message === undefined) throw new Error(`no message ${key} in ${code}`);
  const form = typeof message === "string" ? message : message[values.n === 1 ? "one" : "other"];
  return form.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
