"use strict";
const box = document.querySelector("input[type=search]");
const changed = document.querySelector("input[type=checkbox]");
const count = document.querySelector("output");
const cards = [...document.querySelectorAll("article")];
const sections = [...document.querySelectorAll("section")];
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/’/g, "'");
const words = new Map(cards.map((card) => [card, plain(card.textContent + " " + card.id)]));

function look() {
  const wanted = plain(box.value).split(/\s+/).filter(Boolean);
  const only = changed !== null && changed.checked;
  let shown = 0;
  for (const card of cards) {
    const fits = wanted.every((word) => words.get(card).includes(word)) && (!only || "changed" in card.dataset);
    card.hidden = !fits;
    shown += fits;
  }
  const all = wanted.length === 0 && !only;
  for (const section of sections) {
    section.hidden = !section.querySelector("article:not([hidden])");
    const map = section.querySelector(".map");
    if (map) map.hidden = !all;
  }
  for (const links of document.querySelectorAll("nav")) links.hidden = !all;
  count.textContent = all ? "" : `${shown} found`;
}
box.addEventListener("input", look);
if (changed !== null) changed.addEventListener("change", look);
box.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { box.value = ""; look(); }
});
