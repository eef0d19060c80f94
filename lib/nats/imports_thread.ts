/**
 * Loads a program, in a thread of its own, and says where each import led.
 *
 * @module
 */
import { registerHooks } from "node:module";
import { reasonOf } from "../message.ts";
import { loadProgram } from "../simulator/program.ts";
import type { LoadedImports, ResolvedImport } from "./program.ts";

const imports: ResolvedImport[] = [];

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    imports.push({ from: context.parentURL ?? "", specifier, to: resolved.url });
    return resolved;
  },
});

async function load(entry: string): Promise<LoadedImports> {
  try {
    await loadProgram(entry);
    return { imports };
  } catch (error) {
    return { problem: `cannot load ${entry}: ${reasonOf(error)}` };
  }
}

const scope: object = globalThis;
if (!("postMessage" in scope) || typeof scope.postMessage !== "function") {
  throw new Error("this thread is no worker");
}
const post = scope.postMessage.bind(scope);
addEventListener("message", async (event) => {
  if (event instanceof MessageEvent) post(await load(event.data));
});
