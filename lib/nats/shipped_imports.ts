/**
 * Loads a program that came from another machine: each module from the text that came with it, each
 * import as it was resolved there. What was not imported there cannot be imported here.
 *
 * @module
 */
import { registerHooks } from "node:module";
import { ENGINE, type ProgramText } from "./program.ts";

/** The folder of the protocol's modules. */
const PROTOCOL = new URL("../", import.meta.url);

function loadAsShipped({ modules, imports }: ProgramText): void {
  const texts = new Map(modules.map(({ url, text }) => [url, text]));
  const targets = new Map(imports.map(({ from, specifier, to }) => [`${from} ${specifier}`, to]));
  registerHooks({
    resolve: (specifier, context, next) => {
      const parent = withoutQuery(context.parentURL ?? "");
      if (!texts.has(parent)) {
        const isEntry = texts.has(withoutQuery(specifier));
        return isEntry ? { url: specifier, shortCircuit: true } : next(specifier, context);
      }
      const to = targets.get(`${parent} ${specifier}`);
      if (to === undefined) {
        throw new Error(`${parent} imports ${specifier}, which it did not import as it was loaded`);
      }
      const isEngine = to.startsWith(ENGINE);
      const url = isEngine ? new URL(to.slice(ENGINE.length), PROTOCOL).href : to;
      return { url, shortCircuit: true };
    },
    load: (url, context, next) => {
      const source = texts.get(withoutQuery(url));
      if (source === undefined) return next(url, context);
      const format = /\.json(\?|$)/.test(url) ? "json" : "module";
      return { format, source, shortCircuit: true };
    },
  });
}

/** A URL without what tells incarnations apart. */
function withoutQuery(url: string): string {
  const [module = ""] = url.split("?");
  return module;
}

function isProgram(data: unknown): data is ProgramText {
  return typeof data === "object" && data !== null && "modules" in data && "imports" in data;
}

// Any other message is a job, for those who listen next.
addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent) || !isProgram(event.data)) return;
  event.stopImmediatePropagation();
  loadAsShipped(event.data);
});
