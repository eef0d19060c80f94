/**
 * Prints EDN as Clojure's printer does, so that a file written here can be compared with one of
 * Maelstrom's.
 *
 * @module
 */
import { isEdnNumber, printNumber } from "./numbers.ts";
import {
  Char,
  type Edn,
  type EdnObject,
  entriesOf,
  isEdnObject,
  itemsOf,
  Keyword,
  List,
  Sym,
  Tagged,
} from "./values.ts";

/**
 * Prints a value on one line, as Clojure's `pr` does.
 *
 * @example
 * ```ts
 * import { keyword, printEdn } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printEdn({ f: keyword("read"), value: [1, 2] }), "{:f :read, :value [1 2]}");
 * ```
 */
export function printEdn(value: Edn): string {
  if (value === null) return "nil";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return printNumber(value);
  if (value instanceof Keyword) return value.toString();
  if (Array.isArray(value)) return `[${printItems(value)}]`;
  if (isEdnObject(value)) return printObject(value);
  if (!isContainer(value)) return printAtom(value);
  if (value instanceof Tagged) return `#${value.tag}${tagGap(value)}${printEdn(value.value)}`;
  const { open, close, parts } = takeApart(value);
  return open + parts.map((part) => part.map(printEdn).join(" ")).join(separator(value)) + close;
}

function printItems(items: readonly Edn[]): string {
  let text = "";
  for (let i = 0; i < items.length; i++) text += (i === 0 ? "" : " ") + printEdn(items[i] ?? null);
  return text;
}

/** Builds no list of parts: most of what is ever printed is operations. */
function printObject(object: EdnObject): string {
  let text = "";
  for (const key in object) {
    const item = object[key];
    if (item !== undefined) text += `${text === "" ? "" : ", "}:${key} ${printEdn(item)}`;
  }
  return `{${text}}`;
}

type Container =
  | List
  | Tagged
  | readonly Edn[]
  | ReadonlyMap<Edn, Edn>
  | ReadonlySet<Edn>
  | EdnObject;

function isContainer(value: Edn): value is Container {
  return typeof value === "object" && value !== null && !isEdnNumber(value) &&
    !(value instanceof Keyword || value instanceof Sym || value instanceof Char);
}

function printAtom(value: Exclude<Edn, Container>): string {
  if (isEdnNumber(value)) return printNumber(value);
  if (value instanceof Sym) return value.name;
  return value instanceof Char ? `\\${CHARACTER_NAMES[value.unit] ?? value.unit}` : String(value);
}

const CHARACTER_NAMES: { readonly [unit: string]: string } = {
  "\n": "newline",
  "\t": "tab",
  " ": "space",
  "\b": "backspace",
  "\f": "formfeed",
  "\r": "return",
};

function tagGap(tagged: Tagged): string {
  return isEdnObject(tagged.value) || tagged.value instanceof Map ? "" : " ";
}

function separator(value: Container): string {
  return value instanceof Map || isEdnObject(value) ? ", " : " ";
}

/** Takes a container apart; a part is one value, or a key and its value. */
function takeApart(value: Container): { open: string; close: string; parts: Edn[][] } {
  if (value instanceof Map || isEdnObject(value)) {
    return { open: "{", close: "}", parts: entriesOf(value) };
  }
  const parts = itemsOf(value).map((item) => [item]);
  if (value instanceof List) return { open: "(", close: ")", parts };
  if (value instanceof Set) return { open: "#{", close: "}", parts };
  return { open: "[", close: "]", parts };
}

/** Prints a value over several lines no wider than `width` where that is possible. */
export function prettyEdn(value: Edn, width = 70, indent = 0): string {
  const flat = printEdn(value);
  if (indent + flat.length <= width || !isContainer(value)) return flat;
  if (value instanceof Tagged) {
    const prefix = `#${value.tag}${tagGap(value)}`;
    return prefix + prettyEdn(value.value, width, indent + prefix.length);
  }
  const { open, close, parts } = takeApart(value);
  const inner = indent + open.length;
  const lines = parts.map((part) => {
    const [first = null, second] = part;
    if (second === undefined) return prettyEdn(first, width, inner);
    const key = printEdn(first);
    return `${key} ${prettyEdn(second, width, inner + key.length + 1)}`;
  });
  const comma = separator(value).startsWith(",") ? "," : "";
  return open + lines.join(`${comma}\n${" ".repeat(inner)}`) + close;
}
