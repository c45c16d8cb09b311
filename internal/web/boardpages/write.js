// The form to write in, made easier: the device does a little work in place of
// its owner's waiting, and Ctrl+Enter sends. The form works without any of it.
import { hasher } from "./sha256.js";
import "./slots.js";

const SLICE = 12; // milliseconds of work between two breaths of the page

// work finds a number n such that SHA-256 of "ticket:n" begins with so many
// zero bits, and tells how likely it was to have found one by now.
async function work(ticket, bits, told) {
  const expected = 2 ** bits;
  const zeros = hasher(`${ticket}:`);
  for (let n = 0; ; ) {
    const end = performance.now() + SLICE;
    while (performance.now() < end) {
      for (let i = 0; i < 200; i++, n++) {
        if (zeros(n) >= bits) return String(n);
      }
    }
    told(1 - Math.exp(-n / expected));
    await new Promise((resume) => setTimeout(resume));
  }
}

// rules are what a ticket asks for: so many bits of work, or waiting until ready.
function rules(bits, wait) {
  return { bits: Number(bits), ready: performance.now() + Number(wait) };
}

for (const form of document.querySelectorAll("form.write")) {
  const ticket = form.elements.namedItem("ticket");
  const wait = form.querySelector(".wait");
  let pressed = null; // the button that waits for the ticket, or for the work

  // What the form came with, or what it is lent once somebody begins to write.
  let lent = "lend" in form.dataset ? null : Promise.resolve(rules(form.dataset.work, form.dataset.wait));
  form.removeAttribute("data-lend"); // so that the stylesheet asks for none

  const tell = (text) => { if (wait) wait.textContent = text; };

  // lend asks for a ticket. Where none comes the form is sent without, and comes
  // back with one. A browser that fills the form in again knows the old one.
  const lend = () => lent ??= ticket.value ? Promise.resolve(rules(0, 0)) : fetch("/ticket.json")
    .then(async (answer) => {
      const { ticket: text, bits, wait } = await answer.json();
      ticket.value = text;
      return rules(bits, wait);
    })
    .catch(() => { lent = null; return rules(0, 0); });

  let proof = null; // the work under way, once begun
  const begin = (bits) => {
    proof ??= work(ticket.value, bits, (done) => {
      if (pressed) tell(`${form.dataset.working} ${"▓".repeat(Math.round(done * 10)).padEnd(10, "░")}`);
    });
    return proof;
  };

  form.addEventListener("focusin", async () => {
    const { bits } = await lend();
    if (bits > 0) begin(bits);
  }, { once: true });

  let free = false; // nothing is waited for any more
  form.addEventListener("submit", async (event) => {
    if (free || ["preview", "carry", "mark"].includes(event.submitter?.value) || form.elements.namedItem("proof")) return;
    event.preventDefault();
    if (pressed) return;
    pressed = event.submitter ?? form.querySelector("input[type=submit], button");
    const { bits, ready } = await lend();
    if (bits > 0 && performance.now() < ready) {
      // Whichever comes first: on a slow device the wait may be over before the work is.
      const patience = new Promise((over) => setTimeout(over, ready - performance.now(), ""));
      const found = document.createElement("input");
      found.type = "hidden";
      found.name = "proof";
      found.value = await Promise.race([begin(bits), patience]);
      form.append(found);
    }
    // A form takes no second sending while it is still being told of the first,
    // which it is where the work was done before the button was pressed.
    await new Promise((over) => setTimeout(over));
    free = true;
    form.requestSubmit(pressed);
    pressed = null;
    free = false;
  });

  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('input[type=submit], button[value="post"]'));
    }
  });
}
