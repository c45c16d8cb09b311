// Where the site sends notices: a button that asks for them, of new posts in a thread, of
// a meetup, of dates in a city. They are asked for by nobody but the reader, and end with
// a second press. The template says what it is about; the button comes to where that
// stands, and in a thread to its head.
const box = document.querySelector("#push");
const { about = "" } = box?.dataset ?? {}; // "": posts; "meetup", "city"
const number = /\/t\/(\d+)/.exec(location.pathname)?.[1];
const what = about === "city" ? { about, city: box.dataset.city, reach: box.dataset.reach } : { about, thread: number };
const subject = { meetup: `m${number}`, city: what.city }[about] ?? number; // as this browser remembers it
const able = isSecureContext && "serviceWorker" in navigator && "PushManager" in self && "Notification" in self;
const worker = "/push-worker.js";

// A worker's script is named through a policy of the page's own, which knows
// one name.
const policy = globalThis.trustedTypes?.createPolicy("moot-push", { createScriptURL: () => worker });

const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

// asked is what this browser is told of, and since when.
const name = "moot.told";
function asked() {
  try { return JSON.parse(localStorage.getItem(name)) ?? {}; } catch { return {}; }
}
function ask(on) {
  const all = asked();
  if (on) all[subject] = Date.now(); else delete all[subject];
  try { localStorage.setItem(name, JSON.stringify(all)); } catch { /* a private window: the button is as it was next time */ }
}

async function send(fields) {
  const answer = await fetch("/push", { method: "POST", body: new URLSearchParams({ ...what, ...fields }) });
  if (!answer.ok) throw new Error(String(answer.status));
}

async function begin() {
  await navigator.serviceWorker.register(policy?.createScriptURL("") ?? worker);
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.getSubscription() ??
    await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) });
  await send({ do: "begin", endpoint: subscription.endpoint, p256dh: text(subscription.getKey("p256dh")), auth: text(subscription.getKey("auth")) });
}

async function end() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) await send({ do: "end", endpoint: subscription.endpoint });
}

// What is asked for about a meetup or a city is asked for anew by now and then, as long
// as its reader comes by; for a hand that came down it ends.
const week = 7 * 24 * 3600_000;
async function goOn() {
  if (!about || !(subject in asked())) return;
  if ("ended" in box.dataset) {
    await end();
    ask(false);
  } else if (Date.now() - asked()[subject] > week && Notification.permission === "granted") {
    await begin();
    ask(true);
  }
}

if (box && subject && able) {
  const place = box.content.firstElementChild;
  const button = place.querySelector("button");
  const said = place.querySelector("[role=status]");
  const show = () => {
    const on = subject in asked();
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? box.dataset.stop : box.dataset.ask;
    button.title = on ? "" : box.dataset.why;
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      const on = !(subject in asked());
      if (on && await Notification.requestPermission() !== "granted") {
        said.textContent = box.dataset.refused;
        return;
      }
      await (on ? begin() : end());
      ask(on);
    } catch {
      said.textContent = box.dataset.failed;
    } finally {
      button.disabled = false;
      show();
    }
  });
  show();
  goOn().then(show, () => {}); // no net: the next visit tries again
  if (about) box.after(place);
  else document.querySelector(".thread > header .meta").append(place);
}
