// A thread's card and a board's ladder, as they are now, come into the place of what
// they were. Nobody who is in one of them, writing or by keyboard, loses it under their
// hands: it waits until they have left it. Those who listen to the page hear of it when
// it says something else (a date was found, a meetup was moved or cancelled), and not of
// each count.
const place = document.querySelector("#live");

// said is where that is told, apart from what is told of posts.
let said = null;
function tell(words) {
  if (!said) {
    said = document.createElement("p");
    said.className = "unseen";
    said.setAttribute("role", "status");
    place.append(said);
  }
  setTimeout(() => { said.textContent = words; }, 100); // who listens hears of what changes in a region that is there
}

const text = (part, selector) => [...part.querySelectorAll(selector)].map((e) => e.textContent.replace(/\s+/g, " ").trim()).filter(Boolean).join(", ");

const waiting = new Map(); // what comes in the place of what somebody is in

// renew puts a part in the place of an old one; news selects what in it is told when it
// is other than it was, and still does it without moving what is read.
export function renew(old, fresh, news, still) {
  const details = (part) => [...part.querySelectorAll("details")];
  const open = details(old);
  details(fresh).forEach((d, n) => { if (open[n]?.open) d.open = true; });
  if (old.isEqualNode(fresh)) return void waiting.delete(old);
  if (old.contains(document.activeElement)) {
    if (!waiting.has(old)) old.addEventListener("focusout", left);
    waiting.set(old, { fresh, news, still });
    return;
  }
  waiting.delete(old);
  still(() => old.replaceWith(fresh));
  const [was, is] = [text(old, news), text(fresh, news)];
  if (was !== is) tell(is);
}

function left({ currentTarget }) {
  setTimeout(() => { // where the focus goes to is known then
    const next = waiting.get(currentTarget);
    if (!next || currentTarget.contains(document.activeElement)) return;
    currentTarget.removeEventListener("focusout", left);
    if (currentTarget.isConnected) renew(currentTarget, next.fresh, next.news, next.still);
  });
}
