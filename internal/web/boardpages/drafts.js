// What somebody types into a form is kept in their browser until it is posted:
// a page that was left, or a phone that ran out, costs nobody their words. The
// name is kept apart from them, and only where they ask for it.
import { change, get } from "./store.js";
import { button, element, words } from "./parts.js";

const quiet = 400; // milliseconds without a key after which words are kept

// Who comes back from the form with a post that is theirs has no draft of it.
const posted = document.querySelector(".yours")?.closest(".post");
if (posted) {
  const path = location.pathname.replace(/\/t\/\d+$/, posted.classList.contains("op") ? "/new" : "$&");
  change("drafts", (drafts) => { delete drafts[path]; });
} else {
  change("drafts", () => {}); // lets go of those that are too old
}

for (const form of document.querySelectorAll("form.write")) {
  const field = (name) => form.elements.namedItem(name);
  const [body, subject, name] = ["body", "subject", "name"].map(field);
  const action = new URL(form.action).pathname;
  const restored = element("p", { className: "restored small", hidden: true });
  restored.setAttribute("role", "status");
  form.prepend(restored);

  const drop = () => change("drafts", (drafts) => { delete drafts[action]; });

  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    if (!body.value.trim() && !subject?.value.trim()) return drop();
    change("drafts", (drafts) => {
      drafts[action] = { body: body.value, subject: subject?.value ?? "", name: spoken(name), at: Date.now() };
    });
  };
  let timer = 0;

  const restore = (draft) => {
    const quoted = body.value; // a number that was pressed has put itself there
    if (draft.body && !draft.body.includes(quoted.trim())) body.value = `${draft.body.replace(/\n*$/, "\n")}${quoted}`;
    else if (draft.body) body.value = draft.body;
    if (subject && !subject.value) subject.value = draft.subject;
    if (name && !name.value) name.value = draft.name;
    const clear = button(words.draftClear, "text", () => {
      drop();
      for (const input of [body, subject, name]) if (input) input.value = input.defaultValue;
      restored.hidden = true;
      body.focus();
    });
    restored.replaceChildren(words.draftRestored, " ", clear);
    restored.hidden = false;
  };

  const untouched = (!body.value || body.value === body.defaultValue) && /^(>>\d+\s*)?$/.test(body.value) && !subject?.value;
  const draft = get("drafts")[action];
  if (draft && untouched) restore(draft);
  else if (body.value.trim() && !untouched) keep(); // it came back from the site with words in it

  form.addEventListener("input", ({ target }) => {
    if (![body, subject, name].includes(target)) return;
    clearTimeout(timer);
    timer = setTimeout(keep, quiet);
  });
  // Whatever takes the page away, the last words are kept first.
  addEventListener("pagehide", () => { if (timer) keep(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) keep(); });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "preview") return;
    // Nobody comes back here who asked to be taken to the board, so that it
    // can't be told later whether it was posted. A refused form is kept anew.
    if (/\bnonoko\b/i.test(field("options")?.value)) {
      clearTimeout(timer);
      timer = 0;
      drop();
    }
  });

  if (name) remember(name);
}

// spoken is a name without the word of its tripcode, which is a secret.
function spoken(input) {
  return (input?.value ?? "").split("#")[0].trim();
}

// remember offers to keep the name for the next form.
function remember(input) {
  const { name } = get("settings");
  const box = element("input", { type: "checkbox", checked: name !== "" });
  const label = element("label", { className: "check small" }, box, ` ${words.rememberName}`);
  input.closest(".field").append(label);
  if (name && !input.value) input.value = name;
  if (input.value) input.closest("details").open = true; // nobody posts under a name that they don't see
  const keep = () => change("settings", (settings) => { settings.name = box.checked ? spoken(input).slice(0, 60) : ""; });
  box.addEventListener("change", keep);
  input.addEventListener("change", () => { if (box.checked) keep(); });
}
