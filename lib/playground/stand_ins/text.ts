/**
 * Stands in for `node:util` in a browser, where texts have no colours of a terminal.
 *
 * @module
 */

const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);

/** Colours and moves of the cursor, texts for the terminal itself, and other sequences. */
const CONTROLS = new RegExp(
  [`\\[[\\d;?]*[ -/]*[@-~]`, `\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)`, `[@-Z\\\\-_]`]
    .map((sequence) => ESCAPE + sequence).join("|"),
  "g",
);

/** Leaves out of a text what controls a terminal. */
export function stripVTControlCharacters(text: string): string {
  return text.replaceAll(CONTROLS, "");
}

/** Leaves a text as it is. */
export function styleText(_format: unknown, text: string): string {
  return text;
}
