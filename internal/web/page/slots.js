// Pictures for a form: they can be dropped on it or pasted into it, and one
// that is too big is said to be so before it travels. The form works without
// any of it.
const kinds = /^image\/(jpeg|png|gif|webp)$/;

function weigh(slot) {
  const file = slot.files[0];
  const limit = Number(slot.dataset.most);
  slot.setCustomValidity(file && file.size > limit ? slot.dataset.tooBig : "");
  if (file) slot.reportValidity();
}

// offer puts pictures into a form's places that are free, and shows them.
function offer(form, files) {
  const free = [...form.querySelectorAll("input[type=file]")].filter((slot) => slot.files.length === 0);
  let last = null;
  for (const file of files) {
    const slot = free.shift();
    if (!slot) break;
    const one = new DataTransfer();
    one.items.add(file);
    slot.files = one.files;
    for (let box = slot.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    weigh(slot);
    last = slot;
  }
  last?.closest(".slot").querySelector("input:not([type])")?.focus(); // what does it show?
}

for (const form of document.querySelectorAll("form.write[enctype]")) {
  form.addEventListener("change", (event) => { if (event.target.type === "file") weigh(event.target); });
  form.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files].filter((file) => kinds.test(file.type));
    if (files.length === 0) return;
    event.preventDefault();
    offer(form, files);
  });
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files") || event.target.type === "file") return;
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    form.classList.remove("over");
    if (event.target.type === "file") return; // the browser does that
    const files = [...event.dataTransfer.files].filter((file) => kinds.test(file.type));
    if (files.length === 0) return;
    event.preventDefault();
    offer(form, files);
  });
}
