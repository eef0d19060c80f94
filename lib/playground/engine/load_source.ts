/**
 * Loads a program from the text of a module, without a file: types are taken out, imports become
 * calls, and what is left is a function that makes a fresh instance of the module.
 *
 * @module
 */
import { transform } from "sucrase";
import type { Program } from "../../node.ts";
import type { ProgramSource } from "../../simulator/program.ts";
import { ARRAYS } from "./ledger.ts";
import { moduleOf } from "./modules.ts";

/** What edited code is called where errors name a place in it. */
export const SOURCE_NAME = "node.ts";

/** Code that cannot be run. The message begins with the place, `node.ts:3:7`, where it is known. */
class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** Makes an instance of the module. */
type Instantiate = (
  require: (specifier: string) => object,
  exports: { default?: unknown },
  ...arrays: readonly object[]
) => Promise<void>;

/** How long a module may wait at its top level. */
const LOAD_MS = 2_000;

// Loading takes real time, even while a simulation owns the globals.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Loads the program that a module exports as its default.
 *
 * @param text The module, in TypeScript.
 * @returns Gives each incarnation an instance of its own.
 * @throws {Unreadable} if it is no module, or imports what there is not.
 */
export async function loadSource(text: string): Promise<ProgramSource> {
  const instantiate = await evaluate(stripTypes(text));
  const load = async () => programOf(await instanceOf(instantiate));
  await load(); // to complain before anything starts
  return { load };
}

/** Lines stay where they are. */
function stripTypes(text: string): string {
  try {
    return transform(text.replace(/^#!/, "//"), {
      transforms: ["typescript", "imports"],
      disableESTransforms: true,
      production: true,
    }).code;
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const [, what, line, column] = /^(?:Error transforming [^:]*: )?(.*?) ?\((\d+):(\d+)\)$/s
      .exec(message) ?? [];
    if (line === undefined) throw new Unreadable(message);
    throw new Unreadable(`${SOURCE_NAME}:${line}:${column}: ${what}`);
  }
}

/** As a module, so that it is strict and may say `import.meta`. */
async function evaluate(code: string): Promise<Instantiate> {
  const names = ["require", "exports", ...Object.keys(ARRAYS)].join(", ");
  const module = `export default async (${names}) => {${code}\n}\n` +
    `//# sourceURL=${SOURCE_NAME}`;
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  try {
    const { default: instantiate }: { default: Instantiate } = await import(url);
    return instantiate;
  } catch (error) {
    throw new Unreadable(`${SOURCE_NAME}: ${error instanceof Error ? error.message : error}`);
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function instanceOf(instantiate: Instantiate): Promise<{ default?: unknown }> {
  const exports: { default?: unknown } = {};
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Unreadable(`${SOURCE_NAME} did not load: does it wait at its top level?`));
  }, LOAD_MS);
  try {
    await Promise.race([instantiate(moduleOf, exports, ...Object.values(ARRAYS)), late]);
  } finally {
    clearTimeout(timer);
  }
  return exports;
}

function programOf({ default: program }: { default?: unknown }): Program {
  if (typeof program === "function") return (node) => void program(node);
  throw new Unreadable(
    `${SOURCE_NAME} must export the program, a function, as its default: ` +
      "export default function myNode(node: Node) { … }",
  );
}
