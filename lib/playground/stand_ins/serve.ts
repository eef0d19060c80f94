/**
 * Stands in for `lib/serve.ts` in a browser, where nothing is served on standard input and output.
 *
 * @module
 */

/** Programs call it only where they are the main module, which none is here. */
export function serve(): never {
  throw new Error("a browser has no standard input: the playground runs the default export");
}
