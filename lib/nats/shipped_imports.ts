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
const ENGINE_MODULE = new RegExp(`^${ENGINE}(\\w+\\.[jt]s)$`);

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
      const to = targets.get(`${parent} ${specifier}`) ?? "";
      const [, name] = ENGINE_MODULE.exec(to) ?? [];
      if (name !== undefined) return { url: new URL(name, PROTOCOL).href, shortCircuit: true };
      // Whoever has written the table may not lead to files here.
      if (texts.has(to) || to.startsWith("node:")) return { url: to, shortCircuit: true };
      throw new Error(`${parent} imports ${specifier}, which did not come with it`);
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
