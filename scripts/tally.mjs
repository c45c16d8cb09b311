// Reads what `go test -json` writes and shows what a person wants of it: a
// line for each package, and everything that a failed test had to say. Writes
// how many tests passed and failed into the file it is given, and exits 1
// where something failed that may not be a test at all (a package that does
// not build).
import { createInterface } from "node:readline";
import { writeFileSync } from "node:fs";

const said = new Map(); // output of tests that have not ended yet, by package and test
let passed = 0;
let failed = 0;
let broken = false;

const key = (event) => `${event.Package ?? event.ImportPath} ${event.Test ?? ""}`;

const handle = {
  output(event) {
    if (/^=== (RUN|PAUSE|CONT|NAME)\b/.test(event.Output)) return;
    said.set(key(event), (said.get(key(event)) ?? "") + event.Output);
  },
  "build-output": (event) => process.stdout.write(event.Output),
  "build-fail": () => {
    broken = true;
  },
  pass(event) {
    if (event.Test) passed++;
    else console.log(`ok    ${event.Package} ${event.Elapsed.toFixed(1)}s`);
    said.delete(key(event));
  },
  skip(event) {
    if (event.Test) process.stdout.write(said.get(key(event)) ?? "");
    said.delete(key(event));
  },
  fail(event) {
    if (event.Test) failed++;
    else broken = true;
    process.stdout.write(said.get(key(event)) ?? "");
    if (!event.Test) console.log(`FAIL  ${event.Package}`);
    said.delete(key(event));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    console.log(line); // go itself, or the server beside it
    continue;
  }
  handle[event.Action]?.(event);
}
for (const text of said.values()) process.stdout.write(text); // cut off in the middle

if (broken && failed === 0) failed = 1;
writeFileSync(process.argv[2], `${passed} ${failed}\n`);
console.log(`Go: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 || broken ? 1 : 0);
