// Somebody who posts without a browser: what a test needs to find on a board.

let senders = 0;

// answer fills in the form at an address and returns what the site says to it.
// With a file among its fields it is sent as a browser sends files.
export async function answer(site, path, fields) {
  senders++;
  const headers = { "X-Forwarded-For": `10.${200 + (process.pid % 50)}.${senders >> 8}.${senders & 255}` };
  const html = await (await fetch(site.address + path, { headers })).text();
  const form = html.match(/<form class="form write[\s\S]*?<\/form>/)[0];
  const body = Object.values(fields).some((value) => value instanceof Blob) ? new FormData() : new URLSearchParams();
  const ticket = form.match(/name="ticket" value="([^"]*)"/)[1] // a page that is the same for everybody has none
    || (await (await fetch(`${site.address}/ticket.json`, { headers })).json()).ticket;
  for (const [name, value] of Object.entries({ ticket, do: "post", ...fields })) body.append(name, value);
  return fetch(site.address + form.match(/ action="([^"]*)"/)[1], { method: "POST", redirect: "manual", headers, body });
}

// send is answer to a post that is taken: it returns its number.
export async function send(site, path, fields) {
  const { headers } = await answer(site, path, fields);
  return Number(headers.get("Location").match(/posted=(\d+)/)[1]);
}

// start opens a thread on a board with replies, each a text or a function of the
// numbers before it, and returns its path and all numbers.
export async function start(site, board, subject, ...replies) {
  const numbers = [await send(site, `${board}/new`, { subject, body: `About: ${subject}` })];
  const path = `${board}/t/${numbers[0]}`;
  for (const reply of replies) {
    numbers.push(await send(site, path, { body: typeof reply === "function" ? reply(numbers) : reply }));
  }
  return { path, numbers };
}

// ready waits until the page's habits are there: they come with the first sign
// of somebody.
export async function ready(page) {
  await page.evaluate(() => document.dispatchEvent(new Event("pointerover", { bubbles: true })));
  await page.locator("a.news, .restored").first().waitFor({ state: "attached" });
}
