/// <reference lib="dom" />
/**
 * What can be opened beside the editor without moving it: hints, and what programs may use.
 *
 * @module
 */
import type { Reference } from "../reference.ts";
import { find, onClick } from "./page_parts.ts";
import { renderReference } from "./render_reference.ts";

/** Loads what programs may use, with the page's other files. */
export async function loadReference(): Promise<Reference> {
  return await (await fetch("assets/reference.json")).json();
}

/** The panels by the ids of their buttons. */
const PANELS: Readonly<Record<string, string>> = {
  "show-hints": "hints-panel",
  "show-api": "api-panel",
};

/** Opens and closes panels: one at a time. `code` is what the editor holds. */
export function followPanels(reference: Promise<Reference>, code: () => string): void {
  const place = find("beside", HTMLElement);
  const buttons = Object.keys(PANELS).flatMap((id) => document.getElementById(id) ?? []);
  let opened: HTMLElement | undefined;
  const open = (button: HTMLElement | undefined) => {
    opened = button;
    place.hidden = button === undefined;
    for (const one of buttons) {
      one.ariaExpanded = String(one === button);
      find(PANELS[one.id] ?? "", HTMLElement).hidden = one !== button;
    }
  };
  const close = () => {
    const before = opened;
    open(undefined);
    before?.focus();
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      open(button === opened ? undefined : button);
      if (opened?.id === "show-api") showTopics(reference, code());
    });
  }
  onClick("close-beside", close);
  for (const one of [place, ...buttons]) {
    one.addEventListener("keydown", ({ key }) => key === "Escape" && close());
  }
  const search = find("api-search", HTMLInputElement);
  search.addEventListener("input", () => showTopics(reference, code()));
}

async function showTopics(reference: Promise<Reference>, code: string): Promise<void> {
  const sought = find("api-search", HTMLInputElement).value;
  find("api-entries", HTMLElement).innerHTML =
    renderReference(await reference, { sought, code }).text;
}
