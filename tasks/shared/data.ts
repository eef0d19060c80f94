/**
 * The data behind the pages in `results/`.
 *
 * @module
 */

/** Reads a file of data, which only tasks write; nothing where there is none. */
export function readData<T>(file: string): T | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
