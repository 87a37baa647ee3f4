"use strict";
// The tables of indicators and exclusions: a search that leaves the rows with every word of it.
addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-filters]")) {
    const body = document.getElementById(box.dataset.filters);
    const said = document.getElementById(`${box.dataset.filters}-said`);
    const rows = [...body.querySelectorAll("tr")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const input = box.querySelector("input");
    const all = said.textContent;
    box.hidden = false;
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      said.textContent = words.length ? `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")}` : all;
    });
  }
  const covered = document.getElementById("covered-only");
  if (covered) {
    covered.closest("p").hidden = false;
    const matrix = document.querySelector(".matrix");
    covered.addEventListener("change", () => matrix.classList.toggle("covered-only", covered.checked));
  }
});
