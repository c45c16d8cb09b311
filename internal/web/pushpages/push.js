// In a thread, where the site sends notices: a button that asks for them. They
// are asked for by nobody but the reader, and end with a second press.
const box = document.querySelector("#push");
const number = /\/t\/(\d+)/.exec(location.pathname)?.[1];
const able = isSecureContext && "serviceWorker" in navigator && "PushManager" in self && "Notification" in self;
const worker = "/push-worker.js";

// A worker's script is named through a policy of the page's own, which knows
// one name.
const policy = globalThis.trustedTypes?.createPolicy("moot-push", { createScriptURL: () => worker });

const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

// asked are the threads that this browser is told of, by number.
const name = "moot.told";
function asked() {
  try { return JSON.parse(localStorage.getItem(name)) ?? {}; } catch { return {}; }
}
function ask(thread, on) {
  const all = asked();
  if (on) all[thread] = Date.now(); else delete all[thread];
  try { localStorage.setItem(name, JSON.stringify(all)); } catch { /* a private window: the button is as it was next time */ }
}

async function send(fields) {
  const answer = await fetch("/push", { method: "POST", body: new URLSearchParams({ thread: number, ...fields }) });
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

if (box && number && able) {
  const place = box.content.firstElementChild;
  const button = place.querySelector("button");
  const said = place.querySelector("[role=status]");
  const show = () => {
    const on = number in asked();
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? box.dataset.off : box.dataset.on;
    button.title = on ? "" : box.dataset.why;
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      const on = !(number in asked());
      if (on && await Notification.requestPermission() !== "granted") {
        said.textContent = box.dataset.refused;
        return;
      }
      await (on ? begin() : end());
      ask(number, on);
    } catch {
      said.textContent = box.dataset.failed;
    } finally {
      button.disabled = false;
      show();
    }
  });
  show();
  document.querySelector(".thread > header .meta").append(place);
}
