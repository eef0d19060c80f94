/**
 * Stands in for `node:fs` and `node:path` in a browser: runs leave no files there.
 *
 * @module
 */

/** Joins the parts of a path. */
export function join(...parts: readonly string[]): string {
  return parts.join("/");
}

export function readdirSync(path: string): never {
  throw new Error(`there is no folder ${path}: a browser has no files`);
}

export function statSync(path: string): never {
  throw new Error(`there is no file ${path}: a browser has no files`);
}
