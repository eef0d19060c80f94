/**
 * Options, each described once: what it is called, what values it takes, what it stands at when
 * nobody says otherwise, and to which engines it means something. The parser of command lines, their
 * help and every complaint about a value come from the description.
 *
 * @module
 */

/**
 * What was asked for is wrong. The message says what, and what would be right.
 *
 * @example
 * ```ts
 * import { planOf, UsageError } from "@glomers/maelstrom/workbench";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(
 *   () => planOf({ workload: "ecko" }),
 *   UsageError,
 *   'got "ecko"; did you mean echo?',
 * );
 * ```
 */
export class UsageError extends Error {
  /** `"UsageError"`. */
  override readonly name = "UsageError";
}

export const ENGINES = ["maelstrom", "workbench", "simulator"] as const;
export type EngineName = typeof ENGINES[number];
/** The engines whose nodes are processes. */
export const PROCESSES: readonly EngineName[] = ["maelstrom", "workbench"];

const NAMES: Readonly<Record<EngineName, string>> = {
  maelstrom: "Maelstrom",
  workbench: "the workbench",
  simulator: "the simulator",
};

/** A value's kind as JSON Schema (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Kind<T> {
  /** What a value must be, such as `a whole number of at least 1`. */
  readonly expected: string;
  readonly accepts: (value: unknown) => value is T;
  /** What a text on the command line means; what the kind does not accept if it means nothing. */
  readonly parse: (text: string) => unknown;
  /** The values that it accepts, for editors of JSON. */
  readonly schema: JsonSchema;
  /** The names that it knows, if it takes such. */
  readonly names?: readonly string[];
}

export interface Option<T> {
  /** Absent for a flag, which is there or not. */
  readonly kind?: Kind<T>;
  /** What stands for the value in the help, often its unit: `S`, `HZ`, `NAME`. */
  readonly value?: string;
  readonly help: string;
  readonly default?: T;
  /** Other names for it, such as a letter. */
  readonly alias?: readonly string[];
  /** Whether lists add up when it is given several times; else the last value counts. */
  readonly repeats?: boolean;
  /** The workloads it means something to. Default: all. */
  readonly workloads?: readonly string[];
  /** The engines it means something to. Default: all. */
  readonly engines?: readonly EngineName[];
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options, by name: whether a flag was given; else the value, or the default. */
export type Values<O extends Options> = {
  readonly [N in keyof O]: O[N] extends { readonly kind: Kind<infer T> }
    ? O[N] extends { readonly default: unknown } ? T : T | undefined
    : boolean;
};

/** Why an engine is none of those that something is for; nothing if it is. */
export function scopeProblem(
  what: string,
  engine: EngineName,
  engines: readonly EngineName[] = ENGINES,
): string | undefined {
  if (engines.includes(engine)) return undefined;
  const others = engines.map((one) => NAMES[one]).join(" and ");
  return `${what} means nothing to ${NAMES[engine]}, only to ${others}`;
}

/**
 * What is wrong with a value: `must be a number of at least 0, got "fast"`; else nothing. A name with
 * a slip of the finger comes with the one that was probably meant.
 */
export function kindProblem<T>(kind: Kind<T>, value: unknown, got = value): string | undefined {
  if (kind.accepts(value)) return undefined;
  const text = JSON.stringify(got) ?? String(got);
  const shown = text.length <= 80 ? text : `${text.slice(0, 79)}…`;
  return `must be ${kind.expected}, got ${shown}${hintOf(kind, value)}`;
}

function hintOf({ names }: Kind<unknown>, value: unknown): string {
  if (names === undefined) return "";
  const words = [value].flat().filter((word) => typeof word === "string");
  const wrong = words.find((word) => !names.includes(word));
  const meant = wrong && nearest(wrong, names);
  return meant ? `; did you mean ${meant}?` : "";
}

export const text: Kind<string> = {
  expected: "a text",
  accepts: (value) => typeof value === "string",
  parse: (text) => text,
  schema: { type: "string" },
};

/** A number within bounds, those included unless it is said otherwise. */
export function number(
  { min, max = Infinity, below = Infinity, whole = false, called = "number" }: {
    readonly min: number;
    readonly max?: number;
    readonly below?: number;
    readonly whole?: boolean;
    readonly called?: string;
  },
): Kind<number> {
  const upper = max < Infinity
    ? ` and at most ${max.toLocaleString("en")}`
    : below < Infinity
    ? ` and below ${below}`
    : "";
  return {
    expected: `a ${whole ? "whole " : ""}${called} of at least ${min}${upper}`,
    accepts: (value): value is number =>
      Number.isFinite(value) && (!whole || Number.isSafeInteger(value)) &&
      Number(value) >= min && Number(value) <= max && Number(value) < below,
    parse: (text) => text.trim() === "" ? NaN : Number(text),
    schema: {
      type: whole ? "integer" : "number",
      minimum: min,
      ...(max < Infinity && { maximum: max }),
      ...(below < Infinity && { exclusiveMaximum: below }),
    },
  };
}

export function whole(min: number, max?: number): Kind<number> {
  return number({ min, whole: true, ...(max !== undefined && { max }) });
}

export function oneOf<T extends string>(names: readonly T[]): Kind<T> {
  const known: readonly unknown[] = names;
  return {
    expected: `one of ${names.join(", ")}`,
    accepts: (value): value is T => known.includes(value),
    parse: (text) => text,
    schema: { enum: names },
    names,
  };
}

/** Values of a kind with commas between them, one at least. */
export function listOf<T>(item: Kind<T>, expected: string): Kind<readonly T[]> {
  return {
    expected,
    accepts: (value): value is readonly T[] => Array.isArray(value) && value.every(item.accepts),
    parse: (text) => {
      const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
      return parts.length === 0 ? undefined : parts.map(item.parse);
    },
    schema: { type: "array", items: item.schema },
    ...(item.names && { names: item.names }),
  };
}

/** The word that was probably meant by one with a slip of the finger; nothing if none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [first = ""] = known.toSorted((a, b) => distance(a, word) - distance(b, word));
  return distance(first, word) <= Math.max(1, word.length / 3) ? first : undefined;
}

/** How many letters to put in, take out, replace or swap with the next make one word of another. */
function distance(a: string, b: string): number {
  let [before, row]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row?.[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before?.[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min((row?.[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced, swapped));
    }
    [before, row] = [row, next];
  }
  return row?.at(-1) ?? 0;
}
