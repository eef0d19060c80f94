/**
 * Programs by the files that hold them.
 *
 * @module
 */
import type { Program } from "../node.ts";

/** Where a program comes from: each life of a node loads it anew, with a memory of its own. */
export interface ProgramSource {
  /** Resolves to a program that shares nothing with the others, but for the modules it imports. */
  load(): Promise<Program>;
}

/** How long a module may take to load. */
const LOADING_MS = 10_000;

// Loading takes real time, also while a simulation owns the globals.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Loads the program that a module exports as its default.
 *
 * @param url The module's. With a query that was not used before, it is a new instance.
 * @param withinMs How long that may take. Default 10 s.
 * @throws {TypeError} if what it exports is no function.
 * @throws {Error} if the module does not finish loading, as when it waits at its top level.
 */
export async function programAt(url: string, withinMs: number = LOADING_MS): Promise<Program> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const [file] = url.split("?");
    const text = `${file} did not load in ${withinMs / 1000} s: does it wait at its top level?`;
    reject(new Error(text));
  }, withinMs);
  try {
    const module: { default?: unknown } = await Promise.race([import(url), late]);
    const { default: program } = module;
    if (typeof program === "function") return (node) => void program(node);
    throw new TypeError(`${url} must export the program, a function, as its default`);
  } finally {
    clearTimeout(timer);
  }
}

/** Modules whose time or chance no simulation can own. */
const UNOWNED = ["node:timers", "node:timers/promises", "node:crypto"];

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const IMPORT = /\b(?:import|from)\s*\(?\s*["']([^"']+)["']/g;

/**
 * Looks through a program's module, and those that it imports by relative paths, for what would make
 * its runs differ with one seed.
 *
 * @throws {Error} if one imports a module whose time or chance no simulation can own.
 */
export async function mustBeOwnable(url: string, seen: Set<string> = new Set()): Promise<void> {
  if (seen.has(url)) return;
  seen.add(url);
  const text = await Deno.readTextFile(new URL(url));
  for (const [, specifier = ""] of text.replaceAll(COMMENT, "").matchAll(IMPORT)) {
    if (UNOWNED.includes(specifier)) {
      throw new Error(
        `${url} imports ${specifier}, which a simulation cannot own: use the globals instead ` +
          "(setTimeout, setImmediate, crypto, …)",
      );
    }
    if (specifier.startsWith(".")) await mustBeOwnable(new URL(specifier, url).href, seen);
  }
}

let lives = 0;

/** A program of which every life of a node has an instance, so that none shares what is global. */
export function eachLifeAnew(url: string): ProgramSource {
  return { load: () => programAt(`${url}?life=${++lives}`) };
}
