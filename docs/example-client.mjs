// Reads a board of a Moot and replies to its first thread, with nothing but Node:
//
//   node docs/example-client.mjs http://127.0.0.1:8080 gr.athens "Hello from a program."
//
// What it prints last takes the reply back: keep it. See docs/api.md.
import { createHash } from "node:crypto";

const [address, place, text] = process.argv.slice(2);
if (!text) {
  console.error("usage: node example-client.mjs ADDRESS PLACE TEXT");
  process.exit(2);
}

// ask sends JSON, and gives the answer or says in words what went wrong.
async function ask(method, path, body) {
  const response = await fetch(new URL(`/api/v1${path}`, address), {
    method,
    headers: { "content-type": "application/json", "accept-language": "en" },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.code}: ${answer.detail}`);
  return answer;
}

// zeros counts the zero bits that bytes begin with.
function zeros(bytes) {
  let n = 0;
  for (const byte of bytes) {
    if (byte !== 0) return n + Math.clz32(byte) - 24;
    n += 8;
  }
  return n;
}

// prove does the work that makes a ticket good at once; where there is none to
// be done, it waits.
async function prove({ ticket, bits, wait_ms }) {
  if (bits === 0) {
    await new Promise((done) => setTimeout(done, wait_ms));
    return undefined;
  }
  for (let n = 0; ; n++) {
    if (zeros(createHash("sha256").update(`${ticket}:${n}`).digest()) >= bits) return String(n);
  }
}

const { place: board, threads } = await ask("GET", `/places/${place}/threads?limit=5`);
console.log(`${board.name}:`);
for (const thread of threads) {
  console.log(`  ${thread.number}  ${thread.subject ?? thread.excerpt.slice(0, 60)}  (${thread.posts} posts)`);
}
const thread = threads.find(({ open }) => open);
if (!thread) throw new Error("no thread here takes replies");

const ticket = await ask("POST", "/tickets", {});
const reply = { text: `>>${thread.number}\n${text}`, ticket: ticket.ticket, proof: await prove(ticket) };
const posted = await ask("POST", `/threads/${thread.number}/posts`, reply);
console.log(`Posted: ${new URL(posted.url, address)}\nDelete code: ${posted.delete_code}`);
