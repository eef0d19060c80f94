/**
 * Loads a program, in a thread of its own, and says where each import led, and to what text.
 *
 * @module
 */
import { registerHooks } from "node:module";
import { reasonOf } from "../message.ts";
import { loadProgram } from "../simulator/program.ts";
import type { LoadedModules, ResolvedImport } from "./program.ts";

const imports: ResolvedImport[] = [];
const texts = new Map<string, string>();

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    imports.push({ from: context.parentURL ?? "", specifier, to: resolved.url });
    return resolved;
  },
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (typeof loaded.source === "string") texts.set(url, loaded.source);
    return loaded;
  },
});

async function load(entry: string): Promise<LoadedModules> {
  try {
    await loadProgram(entry);
    return { imports, texts };
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
