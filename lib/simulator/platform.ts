/**
 * What the simulator takes from the platform it runs on, Deno or Node.js, and what it denies to
 * programs.
 *
 * Everything else in this folder relies on web globals alone, so that the simulator runs wherever
 * this module has a counterpart.
 *
 * @module
 */
import nodeModule, { isBuiltin } from "node:module";
import { format } from "node:util";
import type { Border } from "./borders.ts";

/** Formats the arguments of a `console` call, as the console does. */
export const formatLog: (...args: unknown[]) => string = format;

/** Whether imports can be seen when they are resolved. Node.js before 22.15 shows none, nor does Bun. */
export const SHOWS_IMPORTS: boolean = "registerHooks" in nodeModule;

/**
 * Has every import resolved by a function from now on, where the platform shows them, also an import that is computed, or made by
 * `eval` or `require`. What has been loaded before is not resolved again.
 *
 * @param resolve Gives the URL of a module, or throws; `standard` gives the one that it has.
 */
export function resolveImports(
  resolve: (specifier: string, parent: string, standard: () => string) => string,
): void {
  if (!SHOWS_IMPORTS) return;
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      return { ...resolved, url: resolve(specifier, context.parentURL ?? "", () => resolved.url) };
    },
  });
}

/**
 * Has errors that nobody catches judged from now on.
 *
 * @param takes Returns whether it takes an error, which then does not end the process.
 * @returns Ends that.
 */
export function catchUncaught(takes: (error: unknown) => boolean): () => void {
  return "addEventListener" in globalThis ? catchByEvents(takes) : catchByProcess(takes);
}

function catchByEvents(takes: (error: unknown) => boolean): () => void {
  const rejected = (event: PromiseRejectionEvent) => {
    if (takes(event.reason)) event.preventDefault();
  };
  const thrown = (event: ErrorEvent) => {
    if (takes(event.error)) event.preventDefault();
  };
  globalThis.addEventListener("unhandledrejection", rejected);
  globalThis.addEventListener("error", thrown);
  return () => {
    globalThis.removeEventListener("unhandledrejection", rejected);
    globalThis.removeEventListener("error", thrown);
  };
}

/** As Node.js has it, which takes every error for caught once somebody listens. */
function catchByProcess(takes: (error: unknown) => boolean): () => void {
  const { process } = globalThis;
  const caught = (error: unknown) => {
    if (!takes(error)) throw error;
  };
  process.on("uncaughtException", caught);
  process.on("unhandledRejection", caught);
  return () => {
    process.off("uncaughtException", caught);
    process.off("unhandledRejection", caught);
  };
}

/** Modules of the platform that hold neither time nor chance, nor any input and output. */
const PURE_MODULES: readonly string[] = [
  ...["assert", "assert/strict", "async_hooks", "buffer", "constants", "diagnostics_channel"],
  ...["events", "path", "path/posix", "path/win32", "punycode", "querystring", "stream"],
  ...["stream/promises", "string_decoder", "url", "util", "util/types"],
];

/**
 * Globals that Node.js 22 loads when they are looked at, by WebAssembly and in real time. They are left
 * alone there: a program that uses one is refused for the WebAssembly.
 */
export const LOADED_LAZILY: readonly string[] =
  !("Deno" in globalThis) && /^v2[23]\./.test(globalThis.process.version) ? ["WebSocket"] : [];

/** What programs use instead of a module of the platform. */
const INSTEAD: Readonly<Record<string, string>> = {
  crypto: "use the global crypto",
  perf_hooks: "use the global performance",
  process: "use the global process",
  timers: "use the global setTimeout, setInterval and setImmediate",
  "timers/promises": "use the global setTimeout, or delay of @std/async",
};

/** Why no program may import a module of the platform; absent for those that it may. */
export function importProblem(url: string): string | undefined {
  const name = url.replace(/^node:/, "");
  if (!isBuiltin(url) || PURE_MODULES.includes(name)) return undefined;
  return INSTEAD[name] ?? "real input and output have no place in virtual time";
}

/** Holds what Deno has beyond the web; elsewhere nothing that a program can come by. */
const DENO: Pick<typeof Deno, "exit"> = "Deno" in globalThis
  ? Deno
  : { exit: globalThis.process.exit };

/** What programs may use of `Deno`, or what the simulation owns of it. */
const DENO_ALLOWED: readonly string[] = [
  ...["version", "build", "errors", "inspect", "noColor", "args", "exitCode", "SeekMode"],
  ...["jupyter", "test", "bench", "lint", "exit", "stderr", "env"],
  ...["refTimer", "unrefTimer", "addSignalListener", "removeSignalListener"],
];

/** The same of `process`. */
const PROCESS_ALLOWED: readonly string[] = [
  ...["version", "versions", "platform", "arch", "release", "title", "features", "config"],
  ...["argv", "argv0", "execArgv", "env", "exitCode", "nextTick", "emitWarning"],
  ...["allowedNodeEnvironmentFlags", "noDeprecation", "sourceMapsEnabled"],
  ...["_events", "_eventsCount", "_maxListeners", "exit", "hrtime"],
];

/** Stands in for `process`, some of whose properties cannot be replaced. */
export const PROCESS: object = Object.create(globalThis.process);

/** Everything of an object that is not allowed; `holder` is what programs see of it. */
function bar(of: object, label: string, allowed: readonly string[], holder: object = of): Border {
  const barred = Object.entries(Object.getOwnPropertyDescriptors(of))
    .filter(([name]) => !allowed.includes(name))
    // Classes are read from accessors, which load them.
    .map(([name, { value }]) => ({
      name,
      isFunction: typeof value === "function" || /^[A-Z]/.test(name),
    }));
  const names = (of: typeof barred) => of.map(({ name }) => name);
  return {
    holder,
    label,
    functions: names(barred.filter(({ isFunction }) => isFunction)),
    values: names(barred.filter(({ isFunction }) => !isFunction)),
  };
}

/** What of the platform's own reaches the real world. */
export const PLATFORM_BORDERS: readonly Border[] = [
  bar(DENO, "Deno.", DENO_ALLOWED),
  bar(globalThis.process, "process.", PROCESS_ALLOWED, PROCESS),
];

/** Hold what does nothing: virtual timers keep no process alive, and no signal ever comes. */
export const IGNORED: { readonly holder: object; readonly names: readonly string[] } = {
  holder: DENO,
  names: ["refTimer", "unrefTimer", "addSignalListener", "removeSignalListener"],
};

/** Hold `exit`, which ends the process. */
export const EXITS: readonly { exit(code?: number): never }[] = [
  DENO,
  Object.assign(PROCESS, { exit: globalThis.process.exit }),
];

/** Holds `stderr`, to which programs write what is to be logged. */
export const STANDARD_ERROR: object = DENO;

/** What a program was started with: its arguments, and an environment in which no variable is set. */
export const SURROUNDINGS: readonly {
  readonly holder: object;
  readonly name: string;
  readonly virtual: (args: readonly string[]) => unknown;
}[] = [
  {
    holder: DENO,
    name: "env",
    virtual: () => ({ get: () => undefined, has: () => false, toObject: () => ({}) }),
  },
  { holder: PROCESS, name: "env", virtual: () => Object.freeze({}) },
  { holder: DENO, name: "args", virtual: (args) => [...args] },
  { holder: PROCESS, name: "argv", virtual: (args) => ["deno", "program", ...args] },
];
