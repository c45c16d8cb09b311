import { spawnSync } from "node:child_process";
import { announced, sent, steps } from "./steps.mjs";

// Every kind of page there is, each by an address of the demo. A new kind of
// page gets a line here, and with it all that is asked of every page:
// accessibility, narrow windows, valid HTML, print, pictures to look at.

import { join } from "node:path";
import { root } from "./site.mjs";

const read = async (site, path) => (await fetch(site.address + path)).text();

// addresses on the demo that a page leads to.
async function links(site, path, pattern) {
  const html = await read(site, path);
  return [...html.matchAll(/ href="([^"#?]*)/g)].map((found) => found[1]).filter((href) => pattern.test(href));
}

// longest finds the thread with the most to show: replies, quotes, marks.
export async function longest(site, board) {
  let most = { length: 0 };
  for (const path of new Set(await links(site, board, /\/t\/\d+$/))) {
    const html = await read(site, path);
    if (html.length > most.length) most = { path, length: html.length };
  }
  return most.path;
}

// monthAfter is the month so many after this one, as addresses name it.
export function monthAfter(n) {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1)).toISOString().slice(0, 7);
}

export const busy = "/gr/thessaloniki";
export const quiet = "/is/reykjavik";

// kinds lists the pages that an address leads to: {name, path, status}.
export async function kinds(site) {
  const thread = await longest(site, busy);
  const number = thread.match(/\d+$/)[0];
  const right = (await links(site, "/lb/beirut", /\/t\/\d+$/))[0];
  const asked = (await links(site, "/de/leipzig", /\/t\/\d+\/dates$/))[0].replace(/\/dates$/, "");
  const meetup = (await links(site, "/gb/leeds/meetups", /\/t\/\d+$/))[0];
  const list = [
    ["front", "/"],
    ["find", "/find?q=springfield"],
    ["find-slip", "/find?q=thesaloniky"],
    ["find-none", "/find?q=zzqxzzqxzzqx"],
    ["find-empty", "/find"],
    ["search", "/search?q=the+who&place=gb&sort=newest"],
    ["search-none", "/search?q=zzqxzzqxzzqx&picture=1"],
    ["search-empty", "/search"],
    ["about", "/about"],
    ["safety", "/safety"],
    ["places-world", "/world/places"],
    ["places-country", "/gr/places"],
    ["places-region", "/gr/central-macedonia/places"],
    ["map-world", "/world/map"],
    ["map-country", "/gr/map"],
    ["wall", busy],
    ["wall-quiet", quiet],
    ["wall-country", "/gr"],
    ["wall-region", "/gr/central-macedonia"],
    ["wall-world", "/world"],
    ["index", `${busy}/index`],
    ["catalog", `${busy}/catalog`],
    ["catalog-none", `${busy}/catalog?q=zzqxzz`],
    ["everywhere", "/gr/everywhere"],
    ["archive", `${busy}/archive`],
    ["queue-closed", "/queue", 403],
    ["queue-door", "/queue?pass=x"],
    ["thread", thread],
    ["thread-last", `${thread}/last`],
    ["thread-new", `${thread}/new?after=${number}`],
    ["thread-new-none", `${thread}/new?after=999999999`],
    ["thread-arabic", right],
    ["wall-asked", "/de/leipzig"],
    ["wall-agreed", "/pl/krakow"],
    ["hand", "/gr/kilkis/hand"],
    ["hand-country", "/gr/hand"],
    ["ask", "/gr/thessaloniki/hand/ask"],
    ["ask-stands", "/de/leipzig/hand/ask"],
    ["ask-few", "/gr/kilkis/hand/ask"],
    ["convening", asked],
    ["dates", `${asked}/dates`],
    ["meetups", "/gb/leeds/meetups"],
    ["meetups-world", "/world/meetups"],
    ["meetups-none", `${quiet}/meetups`],
    ["month", `/gb/leeds/meetups/${monthAfter(1)}`],
    ["month-world", `/world/meetups/${monthAfter(1)}`],
    ["month-none", `${quiet}/meetups/${monthAfter(0)}`],
    ["month-wrong", `${quiet}/meetups/9999-12`, 404],
    ["meetup-new", "/gb/leeds/meetups/new"],
    ["import", "/gb/leeds/meetups/import"],
    ["calendars-closed", "/queue/calendars", 403],
    ["meetup-thread", meetup],
    ["meetup", `${meetup}/meetup`],
    ["flyers", `${meetup}/flyer?in=en&also=el`],
    ["flyers-hand", "/gr/kilkis/flyer"],
    ["flyers-convening", `${asked}/flyer`],
    ["flyer-a4", `${meetup}/flyer/a4?in=en&also=el`],
    ["flyer-a5", `${asked}/flyer/a5`],
    ["flyer-tabs", "/gr/kilkis/flyer/tabs"],
    ["new", `${busy}/new`],
    ["reply", `${thread}/reply?quote=${number}`],
    ["take-back", `/p/${number}/take-back`],
    ["view", `/p/${number}/view`],
    ["reading", "/reading"],
    ["unknown-place", "/gr/thesaloniki-by-the-sea", 404],
    ["unknown-thread", `${busy}/t/999999999`, 404],
  ];
  return [...list.map(([name, path, status = 200]) => ({ name, path, status })), ...await steps(site)];
}

// Pages that only sending a form leads to, by how a visitor gets there.
export const refused = {
  async "import-report"({ page }) {
    await page.goto("/gb/leeds/meetups/import");
    const when = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
    const event = (name, ...more) => ["BEGIN:VEVENT", `UID:${name}`, `SUMMARY:${name}`, `DTSTART:${when}T190000Z`, "DURATION:PT2H", ...more, "END:VEVENT"].join("\r\n");
    const calendar = ["BEGIN:VCALENDAR", "X-WR-CALNAME:Neighbours", event("Choir", "RRULE:FREQ=WEEKLY", "LOCATION:Library"), event("Kitchen talk", "LOCATION:Our place"), event("A walk"), "END:VCALENDAR"].join("\r\n");
    await page.locator("#file").setInputFiles({ name: "neighbours.ics", mimeType: "text/calendar", buffer: Buffer.from(calendar) });
    await page.locator("button[value=look]").click();
    await page.locator(".fate.out").waitFor();
  },
  async "new-refused"({ page }) {
    await page.goto(`${busy}/new`);
    await page.locator("#subject").fill("Who has the key? ".repeat(20));
    await page.locator("#body").fill("There is a hall on the corner that nobody uses.\n>>1\n'''Who has the key?'''");
    await page.locator("button[value=post]").click();
    await page.locator("#subject-error").waitFor();
  },
  async "new-preview"({ page }) {
    await page.goto(`${busy}/new`);
    await page.locator("#subject").fill("Who has the key?");
    await page.locator("#body").fill(marks);
    await page.locator("button[value=preview]").click();
    await page.locator("section.preview").waitFor();
  },
  // What was typed for a thread, brought along to other forms.
  async "ask-carried"({ page }) {
    await page.goto(`${busy}/new`);
    await page.locator("#subject").fill("Who has the key?");
    await page.locator("#body").fill("There is a hall on the corner that nobody uses.");
    await page.locator(".starts button").last().click();
    await page.waitForURL("**/hand/ask");
  },
  async "meetup-carried"({ page }) {
    await page.goto(`${busy}/new`);
    await page.locator("#subject").fill("Who has the key?");
    await page.locator("#body").fill("There is a hall on the corner that nobody uses.");
    await page.locator(".starts button").first().click();
    await page.waitForURL("**/meetups/new");
  },
  async "meetup-preview"({ page }) {
    await page.goto("/gb/leeds/meetups/new");
    await page.locator("#title").fill("Who has the key?");
    await page.locator("#day").fill(new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10));
    await page.locator("#time").fill("19:00");
    await page.locator("#venue").fill("Central Library");
    await page.locator("#body").fill(marks);
    await page.locator("details.slots > summary").click();
    await page.locator("#picture-1").setInputFiles(join(root, "internal/demo/pictures/library.jpg"));
    await page.locator("#alt-1").fill("A chained door");
    await page.locator("button[value=preview]").click();
    await page.locator("section.preview").waitFor();
  },
  // Which city is meant, where a hand is moved to a name that several have.
  async "hand-which"({ page }) {
    await page.goto("/pt/beja/hand");
    await page.locator("button[value=raise], button[value=renew]").first().click();
    await page.locator("#to").waitFor({ state: "attached" });
    await page.locator(".hand details").evaluate((details) => { details.open = true; });
    await page.locator("#to").fill("Springfield");
    await page.locator("button[value=move]").click();
    await page.locator("input[name=city]").first().waitFor();
  },
  async "dates-mine"({ page }) {
    await page.goto("/pt/braga/hand");
    await page.locator("button[value=raise], button[value=renew]").first().click();
    await page.locator(".states a.button").click();
    await page.locator(".marks button").waitFor();
  },
  async "meetup-answered"({ page }) {
    await page.goto(`${announced}/meetups`);
    await page.locator(".card .actions .button").first().click();
    await page.locator("input[name=answer][value='1']").check();
    await page.locator("#note").fill("I need a ramp");
    await page.locator("#answer button").click();
    await page.waitForURL("**/meetup?answered=1*");
  },
  async "meetup-refused"({ page }) {
    await page.goto(`${announced}/meetups/new`);
    await page.locator("#venue").fill("My place, second bell");
    await page.locator("#day").fill("2020-01-01");
    await page.locator("#time").fill("19:00");
    await page.locator("button[value=announce]").click();
    await page.locator("#start-error").waitFor();
  },
  async "host-refused"({ page }) {
    await page.goto(`${announced}/meetups/new`);
    for (const [name, value] of [["title", "Soup"], ["venue", "Library café"], ["day", new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10)], ["time", "19:00"], ["body", `Soup, and number ${++posts}`]]) await page.locator(`#${name}`).fill(value);
    await page.locator("#repeat").selectOption("week");
    await page.locator("button[value=announce]").click();
    await page.waitForURL("**/host/**");
    await page.locator("button[value=cancel]").click();
    await page.locator("#reason-error").waitFor();
  },
  async "reply-refused"({ page }) {
    await page.goto(`${busy}/catalog`);
    await page.locator(".tile a").first().click();
    await page.locator("#body").fill("too long ".repeat(1000));
    await page.locator("#write button[value=post]").click();
    await page.locator("#body-error").waitFor();
  },
  async "take-back-refused"({ page }) {
    await page.goto(`${busy}/catalog`);
    await page.locator(".tile a").first().click();
    const number = page.url().match(/\d+$/)[0];
    await page.goto(`/p/${number}/take-back`);
    await page.locator("#code").fill("not-the-code");
    await page.locator("form[action='/take-back'] button").click();
    await page.locator("#code-error, .refusal").first().waitFor();
  },
  // What a writer sees who comes back from the form: the delete code.
  async "thread-yours"({ page }) {
    await page.goto("/is/akureyri/new");
    await page.locator("#subject").fill("Who has the key?");
    await page.locator("#body").fill(`${marks}\n${++posts}`);
    await page.locator("button[value=post]").click();
    await page.locator(".yours").waitFor();
  },
  // What a steward sees, who comes in by a link; from here on the visitor is one.
  async "calendars"({ page, site }) {
    const made = spawnSync(site.process.spawnfile, ["queue", "link", "--data", site.folder, "--base-url", site.address], { encoding: "utf8" });
    await page.goto(made.stdout.split("\n")[0]);
    await page.locator("form[action='/queue/enter'] button").click();
    await page.waitForURL("**/queue");
    await page.goto("/queue/calendars");
    await page.locator("#name").fill("Tenants of Faro");
    await page.locator("#address").fill("webcal://127.0.0.1/private.ics");
    await page.locator("button[value=follow]").click();
    await page.locator(".error, .refusal").first().waitFor();
  },
};
let posts = 0;

// marks is a text with every kind of mark in it.
export const marks = [
  "There is a hall on the corner that '''nobody''' uses, ''as far as I know''.",
  ">they never answer",
  "[spoiler]the caretaker[/spoiler] has the `key`; see >>>/gr/athens/ and https://example.org/hall?a=1&b=2",
  "שלום, and مرحبا in one line.",
].join("\n");

// answered are the same pages as the server writes them, as [name, html].
export async function answered(site, get) {
  const send = async (path, fields) => {
    const html = await (await get(path)).text();
    const form = html.match(/<form class="form write[\s\S]*?<\/form>/)[0];
    const ticket = form.match(/name="ticket" value="([^"]*)"/)[1];
    const answer = await get(form.match(/ action="([^"]*)"/)[1], { method: "POST", body: new URLSearchParams({ ticket, ...fields }) });
    return answer.status === 303 ? (await get(answer.headers.get("Location"))).text() : answer.text();
  };
  const thread = await longest(site, busy);
  return [
    ...await sent(site),
    ["new-refused", await send(`${busy}/new`, { subject: "x".repeat(300), body: "", name: "n".repeat(99), do: "post" })],
    ["new-preview", await send(`${busy}/new`, { subject: "Who has the key?", body: marks, name: "Ana#word", options: "sage", do: "preview" })],
    ["new-posted", await send(`${busy}/new`, { subject: "Who has the key?", body: marks, name: "Ana#word", options: "sage", do: "post" })],
    ["reply-refused", await send(thread, { body: "x".repeat(9000), do: "post" })],
    ["take-back-refused", await (await get("/take-back", { method: "POST", body: new URLSearchParams({ post: thread.match(/\d+$/)[0], code: "wrong" }) })).text()],
    ["take-back-nothing", await (await get("/take-back", { method: "POST", body: new URLSearchParams({ code: "wrong" }) })).text()],
  ];
}
