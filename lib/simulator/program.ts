/**
 * Programs by the files that hold them.
 *
 * @module
 */
import type { Program } from "../node.ts";

/**
 * Loads the program that a module exports as its default.
 *
 * @param url The module's.
 * @throws {TypeError} if that is no function.
 */
export async function programAt(url: string): Promise<Program> {
  const module: { default?: unknown } = await import(url);
  const { default: program } = module;
  if (typeof program !== "function") {
    throw new TypeError(`${url} must export the program, a function, as its default`);
  }
  return (node) => void program(node);
}
