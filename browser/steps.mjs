// The pages of the ladder in the states that hands and hosts bring them to: those of
// somebody's own link, and those that a change leads to. They are made on the demo, in
// cities that nothing else is asked of, by forms that are sent without a browser.
import { answer } from "./poster.mjs";

const asked = "/pt/braga"; // a date is looked for
const beside = "/pt/guimaraes"; // a hand there reaches it
const agreed = "/pt/coimbra"; // hands agreed, and nobody hosts
const hosted = "/pt/aveiro"; // hands agreed, and one of them hosts
const closed = "/pt/viseu"; // hands agreed, and whoever hosts cancelled
const alone = "/pt/evora"; // a few hands
export const announced = "/pt/faro"; // with meetups that somebody announced

let visitors = 0;

// send sends a form as somebody with a cookie.
export function send(site, path, fields, cookie = "") {
  visitors++;
  return fetch(site.address + path, {
    method: "POST", redirect: "manual", body: new URLSearchParams(fields),
    headers: { cookie, "X-Forwarded-For": `10.249.${visitors >> 8}.${visitors & 255}` },
  });
}

// done sends a form that is taken, and is where it leads.
async function done(site, path, fields, cookie) {
  const sent = await send(site, path, fields, cookie);
  if (sent.status !== 303) throw new Error(`POST ${path} answers ${sent.status}: ${(await sent.text()).replace(/<[^>]*>|\s+/g, " ")}`);
  return sent.headers.get("Location");
}

// raise puts a hand up: its cookie, and the path of its link.
export async function raise(site, city, reach = 0) {
  const { headers } = await answer(site, `${city}/hand`, { do: "raise", reach });
  const cookie = headers.getSetCookie().find((c) => c.startsWith("hands=")).split(";")[0];
  const html = await (await fetch(`${site.address}${city}/hand`, { headers: { cookie } })).text();
  const link = html.match(/id="link"[^>]* value="[^"]*(\/hand\/[0-9a-z]{26})"/)[1];
  return { cookie, link, html };
}

// five puts up as many hands as have a date looked for, and is where they mark.
async function five(site, city) {
  const hands = [];
  while (hands.length < 5) hands.push(await raise(site, city));
  const dates = hands.at(-1).html.match(/href="([^"]*\/dates)"/)[1];
  return { hands, dates, thread: dates.replace(/\/dates$/, "") };
}

// agree has five hands agree on a time.
async function agree(site, city) {
  const all = await five(site, city);
  for (const { cookie } of all.hands) await done(site, all.dates, { "mark-2": "1" }, cookie);
  return all;
}

// takeOn has one of the hands that agreed host what they agreed on: its link.
async function takeOn(site, { thread, hands: [{ cookie }] }) {
  const html = await (await fetch(`${site.address}${thread}/meetup`, { headers: { cookie } })).text();
  return done(site, `${thread}/host`, { ticket: html.match(/name="ticket" value="([^"]*)"/)[1], do: "host" }, cookie);
}

// day is a day to come, as forms write it.
export const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

const meetup = { title: "Reading the rent law", day: day(9), time: "19:00", minutes: "120", venue: "Library café", directions: "Behind the museum", recognise: "A red scarf", cost: "Nothing", repeat: "week" };

// announce announces a meetup: its host's token, and its paths.
export async function announce(site, city, fields = {}) {
  const { headers } = await answer(site, `${city}/meetups/new`, { ...meetup, ...fields });
  const [, , number, token] = headers.get("Location").replace(/\?.*/, "").split("/");
  return { number, token, host: `/host/${number}`, link: `/host/${number}/${token}`, thread: `${city}/t/${number}`, page: `${city}/t/${number}/meetup` };
}

const made = new WeakMap();

// steps lists the pages, as pages.mjs lists kinds. They are made once for a site.
export function steps(site) {
  if (!made.has(site)) made.set(site, make(site));
  return made.get(site);
}

async function make(site) {
  const one = await raise(site, alone);
  const open = await five(site, asked);
  const near = await raise(site, beside, 25);
  const free = await agree(site, agreed);
  const taken = await agree(site, hosted);
  const looks = await takeOn(site, taken);
  const shut = await agree(site, closed);
  const shuts = (await takeOn(site, shut)).replace(/\?.*/, "");
  const [, , number, token] = shuts.split("/");
  await done(site, `/host/${number}`, { token, do: "cancel", reason: "The library is closed for repairs" });

  const stands = await announce(site, announced, { spot: "Second floor, room 4", held: "1", room: "2" });
  const [first, second] = await times(site, stands);
  await done(site, stands.page, { answer: "1", note: "I need a ramp", occurrence: first });
  await done(site, stands.host, { token: stands.token, do: "drop", occurrence: second, reason: "The library is closed that day" });
  await done(site, stands.host, { token: stands.token, do: "move", occurrence: first, day: day(10), time: "20:00" });
  const moved = await announce(site, announced, { title: "A walk along the river", repeat: "" });
  await done(site, moved.host, { ...meetup, title: "A walk along the river", repeat: "", token: moved.token, do: "keep", time: "20:00", venue: "Town hall" });
  const off = await announce(site, announced, { title: "Tea in the park", repeat: "month" });
  await done(site, off.host, { token: off.token, do: "cancel", reason: "A storm is coming, and there is no roof" });

  const list = [
    ["hand-few", one.link],
    ["hand-asked", open.hands[0].link],
    ["hand-near", near.link],
    ["hand-agreed", free.hands[0].link],
    ["hand-none", "/hand/00000000000000000000000000", 404],
    ["convening-closed", `${free.thread}/dates`],
    ["thread-agreed", free.thread],
    ["meetup-agreed", `${free.thread}/meetup`],
    ["host-agreed", looks],
    ["wall-met", hosted],
    ["meetup-off", `${shut.thread}/meetup`],
    ["host-off", shuts],
    ["wall-off", closed],
    ["host", stands.link],
    ["host-made", `${stands.link}?made=1`],
    ["host-moved", `${moved.link}?kept=1`],
    ["host-cancelled", `${off.link}?kept=1`],
    ["host-none", `${stands.host}/00000000000000000000000000`, 403],
    ["meetup-apart", stands.page],
    ["thread-apart", stands.thread],
    ["meetup-moved", moved.page],
    ["meetup-cancelled", off.page],
    ["thread-cancelled", off.thread],
    ["flyers-cancelled", `${off.thread}/flyer`, 404],
    ["meetups-apart", `${announced}/meetups`],
  ];
  return list.map(([name, path, status = 200]) => ({ name, path, status }));
}

// times are the next of a meetup, as its host's page knows them.
async function times(site, { link }) {
  const html = await (await fetch(site.address + link)).text();
  return [...html.matchAll(/id="day-(\d+)"/g)].map((found) => found[1]);
}

// sent are pages that only a form leads to, as the server writes them: [name, html].
export async function sent(site) {
  const hand = await raise(site, "/pt/beja");
  const token = hand.link.split("/")[2];
  const own = await announce(site, announced, { title: "Soup" });
  const [first] = await times(site, own);
  const text = async (path, fields, cookie) => (await send(site, path, fields, cookie)).text();
  return [
    ["hand-which", await text("/hand", { token, do: "move", to: "Springfield", reach: "25" })],
    ["hand-unknown", await text("/hand", { token, do: "move", to: "zzqxzzqx", reach: "25" })],
    ["host-refused", await text(own.host, { ...meetup, token: own.token, do: "keep", day: "2020-01-01", until: "2020-02-29", times: "many", venue: "My place", title: "" })],
    ["host-home", await text(own.host, { ...meetup, token: own.token, do: "keep", venue: "My place, second bell" })],
    ["host-cancel-refused", await text(own.host, { token: own.token, do: "cancel" })],
    ["host-move-refused", await text(own.host, { token: own.token, do: "move", occurrence: first, day: "2020-01-01", time: "19:00" })],
    ["answer-refused", await text(own.page, { answer: "0", note: "I need a ramp", occurrence: first })],
    ["announce-refused", await (await answer(site, `${announced}/meetups/new`, { do: "announce", title: "", day: "2020-01-01", time: "19:00", minutes: "-60", venue: "My place", room: "many", repeat: "week", times: "1000000" })).text()],
    ["announce-preview", await (await answer(site, `${announced}/meetups/new`, { ...meetup, do: "preview", repeat: "month" })).text()],
  ];
}
