/**
 * Stands in for `lib/simulator/imports.ts` in a browser, where programs are texts that
 * `engine/load_source.ts` loads.
 *
 * @module
 */

/** No program is a module of its own. */
export function importProgram(url: string): Promise<never> {
  return Promise.reject(new Error(`${url} cannot be imported: a browser loads programs as texts`));
}

/** What programs import is refused when they are loaded. */
export function watchImports(): () => void {
  return () => {};
}
