/**
 * Loading programs from the modules that hold them.
 *
 * @module
 */
import type { Program } from "../node.ts";
import { readSource, UNOWNED_MODULES } from "./platform.ts";

/** Where programs come from when each incarnation of a node loads a fresh one. */
export interface ProgramSource {
  /** Resolves to a program that shares no state with the others, except in modules it imports. */
  load(): Promise<Program>;
}

/** How long a module may take to load, unless the caller says otherwise. */
const LOAD_TIMEOUT_MS = 10_000;

// Loading takes real time, even while a simulation owns the globals.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Loads the program that a module exports as its default.
 *
 * @param url The module's URL. A query that was not used before gives a fresh module instance.
 * @throws {TypeError} if the default export is not a function.
 * @throws {Error} if the module does not load in time, as when it waits at its top level.
 */
export async function loadProgram(
  url: string,
  { timeoutMs = LOAD_TIMEOUT_MS }: {
    /** How long loading may take. Default 10 s. */
    readonly timeoutMs?: number;
  } = {},
): Promise<Program> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const [file] = url.split("?");
    const text = `${file} did not load in ${timeoutMs / 1000} s: does it wait at its top level?`;
    reject(new Error(text));
  }, timeoutMs);
  try {
    const module: { default?: unknown } = await Promise.race([import(url), late]);
    const { default: program } = module;
    if (typeof program === "function") return (node) => void program(node);
    throw new TypeError(`${url} must export the program, a function, as its default`);
  } finally {
    clearTimeout(timer);
  }
}

let incarnations = 0;

/** Loads a fresh module instance per incarnation, so that no two share the module's own state. */
export function loadPerIncarnation(url: string): ProgramSource {
  return { load: () => loadProgram(`${url}?incarnation=${++incarnations}`) };
}

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const IMPORT = /\b(?:import|from)\s*\(?\s*["']([^"']+)["']/g;

/**
 * Checks that a program's module, and those it imports by relative paths, import nothing that would
 * make its runs differ for one seed.
 *
 * @throws {Error} if one imports a module whose time or chance no simulation can own.
 */
export async function checkImports(url: string, seen: Set<string> = new Set()): Promise<void> {
  if (seen.has(url)) return;
  seen.add(url);
  const text = await readSource(url);
  for (const [, specifier = ""] of text.replaceAll(COMMENT, "").matchAll(IMPORT)) {
    if (UNOWNED_MODULES.includes(specifier)) {
      throw new Error(
        `${url} imports ${specifier}, which a simulation cannot own: use the globals instead ` +
          "(setTimeout, setImmediate, crypto, …)",
      );
    }
    if (specifier.startsWith(".")) await checkImports(new URL(specifier, url).href, seen);
  }
}
