// The API from outside: its description is OpenAPI, and the client of docs/
// does what it says.
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Site, root } from "../site.mjs";

const run = promisify(execFile);

let site;
before(async () => { site = await Site.start("demo", { patience: "60s", "work-bits": "10" }); });
after(() => site?.stop());

const get = async (path) => (await fetch(`${site.address}/api/v1${path}`)).json();

test("the description is OpenAPI 3.1, and says all it names", async () => {
  const description = await get("/openapi.json");
  assert.match(description.openapi, /^3\.1\./);
  const { valid, errors } = await new Validator().validate(structuredClone(description));
  assert.ok(valid, JSON.stringify(errors, null, 2));
  const ids = Object.values(description.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  assert.equal(new Set(ids).size, ids.length);
  const text = JSON.stringify(description);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(description.components.schemas[name], `no schema ${name}`);
});

test("a broken description is not OpenAPI", async () => {
  const description = await get("/openapi.json");
  description.paths["/api/v1/site"].get.parameters = [{ name: "q", in: "nowhere", schema: { type: "strung" } }];
  assert.equal((await new Validator().validate(description)).valid, false);
});

test("the example client reads a board, does the work, and posts", async () => {
  const client = join(root, "docs/example-client.mjs");
  const { stdout } = await run(process.execPath, [client, site.address, "gr.thessaloniki", "From a program."]);
  const [, address, number] = stdout.match(/Posted: (http\S+#p(\d+))/) ?? assert.fail(stdout);
  const [, code] = stdout.match(/Delete code: (\S+)/) ?? assert.fail(stdout);
  assert.match(stdout, /^Thessaloniki:\n {2}\d+ {2}\S/);

  const page = await fetch(address);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /From a program\./);
  const { post } = await get(`/posts/${number}`);
  assert.match(post.text, /^>>\d+\nFrom a program\.$/);

  const back = (delete_code) => fetch(`${site.address}/api/v1/posts/${number}/take-back`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ delete_code }) });
  assert.equal((await back("0000-0000-0000-0000")).status, 403);
  assert.equal((await back(code)).status, 200);
  assert.equal((await get(`/posts/${number}`)).post.gone, true);
});

test("the example client says what went wrong", async () => {
  const client = join(root, "docs/example-client.mjs");
  await assert.rejects(run(process.execPath, [client, site.address, "gr.nowhere", "Hello."]), /place\.unknown/);
  await assert.rejects(run(process.execPath, [client]), { code: 2 });
});
