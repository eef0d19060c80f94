/// <reference lib="dom" />
/**
 * Shows on the index how far each exercise is.
 *
 * @module
 */
import { loadCode, loadProgress } from "./store.ts";

const cards = [...document.querySelectorAll<HTMLElement>("[data-exercise]")];
for (const card of cards) {
  const id = card.dataset["exercise"] ?? "";
  const { passed, seeds } = loadProgress(id);
  const state = card.querySelector(".state");
  if (state === null) continue;
  state.textContent = seeds > 0
    ? `✓ passes ${seeds} seeds`
    : passed
    ? "✓ passes"
    : loadCode(id) === undefined
    ? ""
    : "begun";
  card.classList.toggle("passed", passed);
}
const solved = cards.filter((card) => card.classList.contains("passed")).length;
const place = document.getElementById("solved");
if (place !== null && solved > 0) {
  place.textContent = `${solved} of ${cards.length} exercises solved`;
}
document.documentElement.dataset["ready"] = "true";
