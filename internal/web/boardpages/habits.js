// What a reader's habits need is fetched when they first do something here, or
// at once where their browser keeps something of them: who only reads pays for
// none of it. The page names the modules, and works without them.
const page = document.querySelector("#habits");
const signs = ["pointerover", "pointerdown", "keydown", "focusin", "scroll", "click"];
let coming = null; // the modules, once they are asked for
let waiting = null; // what was pressed last, before they were there

document.querySelector(".thread > header .meta")?.append(page.content);

// The page goes on knowing how many posts of its thread stand: those that came,
// without those that came again because they were taken back.
document.addEventListener("moot:posts", ({ detail: { posts, again } }) => {
  const thread = document.querySelector(".thread[data-posts]");
  if (thread) thread.dataset.posts = Number(thread.dataset.posts) + (again ? -posts.filter((post) => post.matches(".gone")).length : posts.length);
});

const keeps = () => {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith("moot."));
  } catch {
    return false; // nor will it
  }
};

function come() {
  coming ??= Promise.all(page.dataset.modules.split(" ").map((module) => import(module))).then(
    () => signs.forEach((sign) => removeEventListener(sign, first, true)),
    (why) => { coming = null; throw why; }, // no net: the next sign tries again
  );
  return coming;
}

// first takes the first signs of somebody. What was pressed while the modules
// were on their way is pressed again when all are there, and heard by none of
// those that came sooner: they would hear it twice.
function first(event) {
  const modules = come();
  modules.catch(() => {});
  const { target, type } = event;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (type === "click" && plain && !event.shiftKey && event.button === 0) {
    const pressed = target.closest?.("a[data-quote], .picture a.file, button.watch");
    if (!pressed || pressed.matches("a[data-quote]") && !document.querySelector("form.write.reply")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = pressed;
    modules.then(() => {
      if (waiting !== pressed) return; // pressed again, out of impatience
      waiting = null;
      pressed.click();
    }, () => { if (pressed.href) location.assign(pressed.href); });
  } else if (type === "keydown" && plain && event.key.length === 1 && !target.closest?.("input, textarea, select")) {
    event.stopImmediatePropagation();
    modules.then(() => target.dispatchEvent(new KeyboardEvent("keydown", event)), () => {});
  }
}

for (const sign of signs) addEventListener(sign, first, true);
if (keeps() || /^#q\d/.test(location.hash) || document.querySelector(".yours")) come().catch(() => {});
