// A reporter for node's test runner: how many tests passed and failed, in one
// line, for scripts/test. Suites and files are not counted, only tests.
export default async function* tally(events) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of events) {
    if (data?.details?.type === "suite") continue;
    if (type === "test:pass") passed++;
    if (type === "test:fail") failed++;
  }
  yield `${passed} ${failed}\n`;
}
