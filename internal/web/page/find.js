// Suggestions under a search box as one types: an ARIA combobox with a list
// (WAI-ARIA Authoring Practices, "editable combobox with list autocomplete").
// The form works the same without it.

const wait = 120; // milliseconds of quiet before asking

for (const form of document.querySelectorAll("form.find")) {
  const input = form.querySelector("input[name=q]");
  if (input) suggest(form, input);
}

function suggest(form, input) {
  const list = document.createElement("ul");
  list.id = input.id + "-list";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector("label").textContent);
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(list, status);

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let timer = 0;
  let asked = 0; // the newest question: answers to older ones are dropped
  let chosen = -1;
  const kept = new Map(); // answers of this page by question

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const hold = () => { // what is on its way no longer changes the list
    clearTimeout(timer);
    asked++;
  };

  const choose = (index) => {
    hold(); // under somebody who chooses the list stands still
    const options = list.children;
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    if (chosen < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    options[chosen].setAttribute("aria-selected", "true");
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
  };

  const show = (answer) => {
    list.replaceChildren(...answer.places.map((place, i) => {
      const option = document.createElement("li");
      option.id = list.id + "-" + i;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.path = place.path;
      const name = document.createElement("b");
      name.textContent = place.name;
      name.dir = "auto";
      const where = document.createElement("span");
      where.textContent = place.where;
      where.dir = "auto";
      option.append(name, " ", where);
      return option;
    }));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = answer.places.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = answer.status;
  };

  const ask = async () => {
    const text = input.value.trim();
    const question = ++asked;
    if (text === "") return close();
    try {
      if (!kept.has(text)) {
        const reply = await fetch("/find.json?q=" + encodeURIComponent(text));
        if (!reply.ok) return;
        kept.set(text, await reply.json());
      }
    } catch {
      return; // no net: the form still sends
    }
    if (question === asked && document.activeElement === input) show(kept.get(text));
  };

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, wait);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = list.children.length - 1;
    switch (event.key) {
      case "ArrowDown":
        if (list.hidden) ask();
        else choose(chosen >= last ? -1 : chosen + 1);
        break;
      case "ArrowUp":
        if (list.hidden) return;
        choose(chosen < 0 ? last : chosen - 1);
        break;
      case "Enter":
        if (list.hidden || chosen < 0) return;
        location.assign(list.children[chosen].dataset.path);
        break;
      case "Escape":
        if (list.hidden) return;
        hold();
        close();
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", () => {
    hold();
    close();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the box
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.path);
  });
}
