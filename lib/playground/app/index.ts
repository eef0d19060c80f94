/// <reference lib="dom" />
/**
 * Shows on the index how far each exercise is.
 *
 * @module
 */
import { loadCode, loadProgress } from "./store.ts";

for (const card of document.querySelectorAll<HTMLElement>("[data-exercise]")) {
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
document.documentElement.dataset["ready"] = "true";
