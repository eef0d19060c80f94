/// <reference lib="dom" />
/**
 * The elements of a page, by their ids.
 *
 * @module
 */

/**
 * Finds an element.
 *
 * @throws {Error} if there is none of that kind.
 */
export function find<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

/** Calls back when a button is pressed. */
export function onClick(id: string, act: () => void): void {
  find(id, HTMLButtonElement).addEventListener("click", act);
}
