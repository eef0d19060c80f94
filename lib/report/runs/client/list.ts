/// <reference lib="dom" />
/**
 * Makes a list of runs handier: filters act at once, buttons say what they need, and the list is
 * loaded anew when a run begins or ends.
 *
 * @module
 */
import { follow } from "./follow.ts";

export function startList(): void {
  const filter = document.getElementById("filter");
  if (filter instanceof HTMLFormElement) {
    for (const select of filter.querySelectorAll("select")) {
      select.addEventListener("change", () => filter.requestSubmit());
    }
  }
  const runs = document.getElementById("runs");
  if (runs instanceof HTMLFormElement) countChosen(runs);
  follow(() => "/changes", { changed: () => isBusy() ? undefined : location.reload() });
}

/** Whether somebody is choosing or typing, which loading anew would undo. */
function isBusy(): boolean {
  const isTyping = document.activeElement instanceof HTMLInputElement;
  return isTyping || document.querySelector("input[name=run]:checked") !== null;
}

function countChosen(form: HTMLFormElement): void {
  const words = form.querySelector("#chosen");
  const compare = form.querySelector<HTMLButtonElement>("#compare");
  const remove = form.querySelector<HTMLButtonElement>("#delete");
  const show = () => {
    const count = form.querySelectorAll("input[name=run]:checked").length;
    if (compare !== null) compare.disabled = count !== 2;
    if (remove !== null) remove.disabled = count === 0;
    if (words !== null) {
      words.textContent = count === 0
        ? "Choose two runs to compare, or any to delete."
        : `${count} chosen`;
    }
  };
  form.addEventListener("change", show);
  addEventListener("pageshow", show); // a browser keeps what was chosen when one goes back
  show();
}
