// In a catalog: the filter works as one types. Without script the form does it.
const filter = document.querySelector(".sorting #filter");
const sort = document.querySelector(".sorting #sort");
const count = document.querySelector("#catalog-count");
const tiles = [...document.querySelectorAll(".tiles .tile")];

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/ς/g, "σ");

if (filter && tiles.length > 0) {
  const texts = tiles.map((tile) => fold(tile.textContent));
  const told = count.textContent;
  filter.addEventListener("input", () => {
    const words = fold(filter.value).split(/\s+/).filter(Boolean);
    let left = 0;
    tiles.forEach((tile, i) => {
      tile.hidden = !words.every((word) => texts[i].includes(word));
      if (!tile.hidden) left++;
    });
    count.textContent = left === tiles.length ? told : left === 0 ? count.dataset.none : `${left} / ${tiles.length}`;
  });
  sort.addEventListener("change", () => sort.form.requestSubmit());
}
