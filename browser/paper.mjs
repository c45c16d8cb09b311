// What comes out of a printer, looked at with Debian's programs.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

// sheets are the forms of flyers, with their sizes in points.
export const sheets = { a4: [595, 842], a5: [420, 595], tabs: [595, 842] };

// run runs a program on a file, and is what it says.
function run(program, ...args) {
  const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 24 });
  assert.equal(done.status, 0, `${program}: ${done.error ?? done.stderr}`);
  return done.stdout;
}

// oneSheet looks at a PDF as it would come out of a printer: it is one page of a size.
// What it is: the code on it, as a phone reads it, and its text. The PDF and its picture
// stay in the folder, by a name.
export function oneSheet(folder, name, pdf, [wide, high]) {
  const file = join(folder, `${name}.pdf`);
  writeFileSync(file, pdf);
  const told = run("pdfinfo", file);
  assert.match(told, /^Pages: +1$/m, name);
  const [, w, h] = told.match(/^Page size: +([\d.]+) x ([\d.]+) pts/m);
  assert.ok(Math.abs(w - wide) < 2 && Math.abs(h - high) < 2, `${name} is ${w} by ${h}`);
  run("pdftoppm", "-r", "100", "-png", "-singlefile", file, file.replace(/\.pdf$/, ""));
  const code = run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file.replace(/\.pdf$/, ".png")).trim();
  return { code, text: run("pdftotext", file, "-").normalize("NFKC") };
}

// print has a browser print a page, as it is for paper.
export const print = (page) => page.pdf({ preferCSSPageSize: true, printBackground: false });
