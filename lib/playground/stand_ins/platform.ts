/**
 * Stands in for `lib/simulator/platform.ts` in a browser, which has no globals but the web's.
 *
 * @module
 */
import type { Border } from "../../simulator/borders.ts";

/** Formats the arguments of a `console` call: texts as they are, the rest as JSON where it can be. */
export function formatLog(...args: readonly unknown[]): string {
  const [first, ...rest] = args;
  if (typeof first !== "string") return args.map(format).join(" ");
  const text = first.replaceAll(
    /%[sdifoOj]/g,
    (sign) => rest.length > 0 ? format(rest.shift()) : sign,
  );
  return [text, ...rest.map(format)].join(" ");
}

function format(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ?? String(value);
  if (value instanceof Map) return `Map(${value.size}) ${format([...value])}`;
  if (value instanceof Set) return `Set(${value.size}) ${format([...value])}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value); // it holds itself, or a bigint
  }
}

/**
 * Has errors that nobody catches judged from now on.
 *
 * @param takes Returns whether it takes an error.
 * @returns Ends that.
 */
export function catchUncaught(takes: (error: unknown) => boolean): () => void {
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

/** Reaches what a worker may load besides modules. */
export const PLATFORM_BORDERS: readonly Border[] = [
  { holder: globalThis, label: "", functions: ["importScripts"] },
];

export const PROCESS: object = {};
export const IGNORED: { readonly holder: object; readonly names: readonly string[] } = {
  holder: {},
  names: [],
};
export const EXITS: readonly { exit(code?: number): never }[] = [];
export const STANDARD_ERROR: object = {};
export const SURROUNDINGS: readonly {
  readonly holder: object;
  readonly name: string;
  readonly virtual: (args: readonly string[]) => unknown;
}[] = [];

/** Browsers load no global when it is looked at. */
export const LOADED_LAZILY: readonly string[] = [];

/** The playground's own loader resolves what programs import. */
export const SHOWS_IMPORTS = false;
