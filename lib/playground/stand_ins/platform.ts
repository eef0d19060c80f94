/**
 * Stands in for `lib/simulator/platform.ts` in a browser, which has no globals but the web's.
 *
 * @module
 */
import type { Border } from "../../simulator/borders.ts";

/** Formats the arguments of a `console` call: texts as they are, the rest much as JSON has it. */
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
  try {
    return value instanceof Error ? value.stack ?? String(value) : print(value, []);
  } catch {
    return String(value); // something in it throws when it is read
  }
}

/** How deep values are shown; what lies deeper is left out. */
const MOST_DEPTH = 6;

/** `outer` are the values that hold this one. */
function print(value: unknown, outer: readonly object[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[function ${value.name}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return String(value);
  if (value instanceof Date) return Number.isNaN(+value) ? "Invalid Date" : value.toISOString();
  if (outer.includes(value)) return "[circular]";
  if (outer.length === MOST_DEPTH) return "…";
  const inner = (part: unknown) => print(part, [...outer, value]);
  const list = (parts: Iterable<unknown>) => `[${Array.from(parts, inner).join(",")}]`;
  if (value instanceof Map) return `Map(${value.size}) ${list(value)}`;
  if (value instanceof Set) return `Set(${value.size}) ${list(value)}`;
  if (Array.isArray(value)) return list(value);
  const fields = Object.entries(value).map(([key, part]) =>
    `${JSON.stringify(key)}:${inner(part)}`
  );
  return `{${fields.join(",")}}`;
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
