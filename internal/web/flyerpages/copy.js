// A button that copies what stands in a field. Without script the field is there to be
// selected, and the button isn't.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.createElement("span");
  said.className = "small";
  said.setAttribute("role", "status");
  button.after(" ", said);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch { // an address without https, or a browser that doesn't let a page: it is selected
      if (!document.execCommand("copy")) return;
    }
    said.textContent = button.dataset.copied;
  });
}
