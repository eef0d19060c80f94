/**
 * Loading programs from the modules that hold them.
 *
 * @module
 */
import type { Program } from "../node.ts";
import { importProgram } from "./imports.ts";
import { SHOWS_IMPORTS } from "./platform.ts";

/** Where programs come from when each incarnation of a node loads a fresh one. */
export interface ProgramSource {
  /** Resolves to a program that shares no state with the others. */
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
 * @throws {Error} if the module does not load in time, as when it waits at its top level, or if it
 * imports what no simulation can own.
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
    const { default: program } = await Promise.race([importProgram(url), late]);
    if (typeof program === "function") return (node) => void program(node);
    throw new TypeError(
      `${withoutIncarnations(url)} must export the program, a function, as its default`,
    );
  } finally {
    clearTimeout(timer);
  }
}

let incarnations = 0;

/**
 * Loads fresh instances per incarnation of the module and of those that it imports, so that no two
 * share state; only CommonJS packages have one instance for all.
 *
 * @throws {Error} on a platform that does not show what a module imports: it takes Deno, or Node.js
 * 22.15 or later.
 *
 * @example
 * ```ts
 * import { loadPerIncarnation, simulate } from "@glomers/maelstrom/simulator";
 *
 * const program = loadPerIncarnation(import.meta.resolve("../../nodes/1_echo.ts"));
 * await simulate(program, { workload: "echo", faults: ["kill"], timeLimitS: 20, seeds: 3 });
 * ```
 */
export function loadPerIncarnation(url: string): ProgramSource {
  if (!SHOWS_IMPORTS) {
    throw new Error(
      "loading a module per incarnation needs Deno, or Node.js 22.15 or later: this platform does " +
        "not show what modules import. Simulating the function that it exports needs neither",
    );
  }
  return { load: () => loadProgram(`${url}?incarnation=${++incarnations}`) };
}

/** Leaves out of a text which incarnation the modules belong to that it names. */
export function withoutIncarnations(text: string): string {
  return text.replaceAll(/\?incarnation=\d+/g, "");
}
