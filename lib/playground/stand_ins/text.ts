/**
 * Stands in for `node:util` in a browser, where texts have no colours of a terminal.
 *
 * @module
 */

/** Leaves out what controls a terminal: escape sequences. */
export function stripVTControlCharacters(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(
    /\x1b(?:\[[\d;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g,
    "",
  );
}

/** Leaves a text as it is. */
export function styleText(_format: unknown, text: string): string {
  return text;
}
