// In a thread: a post's number quotes it into the reply box, with what the
// reader has marked of it, instead of leading to a page of its own.
const box = document.querySelector("form.write #body");

function quote(number, marked) {
  const quoted = marked.trim().split("\n").map((line) => `>${line}\n`).join("");
  const text = `>>${number}\n${marked.trim() ? quoted : ""}`;
  const start = box.value === "" || box.value.endsWith("\n") ? "" : "\n";
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  box.setRangeText(start + text, box.value.length, box.value.length, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// marked is what the reader has selected within one post's text.
function marked(post) {
  const selection = getSelection();
  const body = post?.querySelector(".body");
  if (!body || selection.isCollapsed || !body.contains(selection.anchorNode) || !body.contains(selection.focusNode)) return "";
  return selection.toString();
}

if (box) {
  let last = ""; // pressing a link clears the selection in some browsers
  document.addEventListener("pointerdown", (event) => {
    const link = event.target.closest?.("a[data-quote]");
    if (link) last = marked(link.closest(".post"));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-quote]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    quote(link.dataset.quote, last || marked(link.closest(".post")));
    last = "";
  });
  // #q1240 is the imageboards' address for "reply to 1240".
  const asked = /^#q(\d{1,18})$/.exec(location.hash);
  if (asked) quote(asked[1], "");
}
