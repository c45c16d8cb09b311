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

for (const form of document.querySelectorAll("form.write")) {
  const ticket = form.elements.namedItem("ticket");
  const bits = Number(form.dataset.work);
  const ready = performance.now() + Number(form.dataset.wait);
  const wait = form.querySelector(".wait");
  let proof = null; // the work under way, once begun
  let pressed = null; // the button that waits for it

  const tell = (text) => { if (wait) wait.textContent = text; };

  const begin = () => {
    proof ??= work(ticket.value, bits, (done) => {
      if (pressed) tell(`${form.dataset.working} ${"▓".repeat(Math.round(done * 10)).padEnd(10, "░")}`);
    });
    return proof;
  };

  form.addEventListener("focusin", () => { if (bits > 0) begin(); }, { once: true });

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value === "preview" || form.elements.namedItem("proof") || performance.now() > ready || bits === 0) return;
    event.preventDefault();
    if (pressed) return;
    pressed = event.submitter ?? form.querySelector("button");
    // Whichever comes first: on a slow device the wait may be over before the work is.
    const patience = new Promise((over) => setTimeout(over, ready - performance.now(), ""));
    const found = document.createElement("input");
    found.type = "hidden";
    found.name = "proof";
    found.value = await Promise.race([begin(), patience]);
    form.append(found);
    // A form takes no second sending while it is still being told of the first,
    // which it is where the work was done before the button was pressed.
    await new Promise((over) => setTimeout(over));
    form.requestSubmit(pressed);
    pressed = null;
  });

  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('button[value="post"]'));
    }
  });
}
