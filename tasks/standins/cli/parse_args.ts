/** Stands in for `@std/cli/parse-args` where JSR is out of reach (see `tasks/setup.ts`). */

type Alternatives = Readonly<Record<string, string | readonly string[]>>;

/** Options of {@linkcode parseArgs}; each name is one without its dashes. */
export interface ParseOptions<
  S extends string = string,
  B extends string = string,
  C extends string = string,
  N extends string = string,
  D extends object = object,
  A extends Alternatives = Alternatives,
  DD extends boolean = boolean,
> {
  /**
   * Whether what follows `--` goes to the result's `"--"` rather than to its `_`.
   *
   * @default {false}
   */
  "--"?: DD;
  /**
   * Further names of an option.
   *
   * @default {{}}
   */
  alias?: A;
  /**
   * Options that take no value, false unless given; `true` for every `--name` without a `=`.
   *
   * @default {false}
   */
  boolean?: boolean | B | readonly B[];
  /**
   * Values of options that are not given.
   *
   * @default {{}}
   */
  default?: D;
  /**
   * Whether the first argument that is no option ends the options.
   *
   * @default {false}
   */
  stopEarly?: boolean;
  /**
   * Options whose value stays a string, also where it looks like a number.
   *
   * @default {[]}
   */
  string?: S | readonly S[];
  /**
   * Options that may come more than once, their values gathered in an array.
   *
   * @default {[]}
   */
  collect?: C | readonly C[];
  /**
   * Options that `--no-name` sets to false.
   *
   * @default {[]}
   */
  negatable?: N | readonly N[];
  /** Called with what no other field names: an option, or an argument; false leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

type Value<K, S, B, C, N> =
  | (K extends C ? Array<Single<K, S, B>> : Single<K, S, B>)
  | (K extends N ? false : never);

type Single<K, S, B> = K extends S ? string : K extends B ? boolean : unknown;

type Flags<S extends string, B extends string, C extends string, N extends string, D> =
  & { [K in Exclude<S, B | C | keyof D>]?: Value<K, S, B, C, N> }
  & { [K in Exclude<B | C, keyof D>]: Value<K, S, B, C, N> }
  & { [K in keyof D]: K extends S | B | C ? D[K] | Value<K, S, B, C, N> : unknown };

type WithAliases<F, A> = {
  [K in keyof F as K extends keyof A ? K | NamesIn<A[K]> : K]: F[K];
};

type NamesIn<T> = T extends string ? T : T extends readonly (infer Name extends string)[] ? Name
: never;

type Flat<T> = { [K in keyof T]: T[K] };

/** What {@linkcode parseArgs} returns: the options by name, and in `_` the other arguments. */
export type Args<
  S extends string = never,
  B extends string = never,
  C extends string = never,
  N extends string = never,
  D = unknown,
  A = unknown,
  DD extends boolean = false,
> = Flat<
  & { _: Array<string | number> }
  & (DD extends true ? { "--": string[] } : unknown)
  // deno-lint-ignore no-explicit-any -- as the real one: with no option declared, anything goes
  & ([S | B | C] extends [never] ? Record<string, any>
    : Record<string, unknown> & WithAliases<Flags<S, B, C, N, D>, A>)
>;

/**
 * Reads command line arguments: `--name`, `--name value`, `--name=value`, `-n`, `-nvalue`. A value
 * that looks like a number becomes one, unless its option is declared as a string.
 */
export function parseArgs<
  S extends string = never,
  B extends string = never,
  C extends string = never,
  N extends string = never,
  D extends object = Record<never, never>,
  A extends Record<string, K | readonly K[]> = Record<never, never>,
  DD extends boolean = false,
  K extends string = string,
>(
  args: readonly string[],
  options?: ParseOptions<S, B, C, N, D, A, DD>,
): Args<S, B, C, N, D, A, DD>;
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Nested {
  const end = args.indexOf("--");
  const parser = new Parser(end < 0 ? args : args.slice(0, end), options);
  return parser.parse(end < 0 ? [] : args.slice(end + 1));
}

interface Nested {
  [key: string]: unknown;
}

type Scalar = string | number | boolean;

class Parser {
  readonly #args: readonly string[];
  readonly #options: ParseOptions;
  /** Of each name that has aliases, or is one, all the others. */
  readonly #aliases = new Map<string, string[]>();
  readonly #strings: Set<string>;
  readonly #booleans: Set<string>;
  readonly #collected: Set<string>;
  readonly #negatable: Set<string>;
  readonly #positional: Array<string | number> = [];
  readonly #result: Nested = { _: this.#positional };

  constructor(args: readonly string[], options: ParseOptions) {
    this.#args = args;
    this.#options = options;
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      const group = [name, ...[others].flat()];
      for (const one of group) this.#aliases.set(one, group.filter((other) => other !== one));
    }
    this.#strings = this.#namesOf(options.string);
    this.#booleans = this.#namesOf(options.boolean);
    this.#collected = this.#namesOf(options.collect);
    this.#negatable = this.#namesOf(options.negatable);
  }

  #namesOf(names: boolean | string | readonly string[] | undefined): Set<string> {
    const given = typeof names === "boolean" ? [] : [names ?? []].flat().filter(Boolean);
    return new Set(given.flatMap((name) => [name, ...this.#aliases.get(name) ?? []]));
  }

  parse(afterDoubleDash: readonly string[]): Nested {
    for (let at = 0; at < this.#args.length; at++) {
      const arg = this.#args[at] ?? "";
      if (/^--./s.test(arg)) {
        at += this.#long(arg, this.#args[at + 1]);
      } else if (/^-./s.test(arg)) {
        at += this.#short(arg, this.#args[at + 1]);
      } else {
        if (this.#options.unknown?.(arg) !== false) {
          this.#positional.push(this.#strings.has("_") ? arg : numberIfSo(arg));
        }
        if (this.#options.stopEarly) {
          this.#positional.push(...this.#args.slice(at + 1));
          break;
        }
      }
    }
    this.#complete();
    if (this.#options["--"]) this.#result["--"] = afterDoubleDash;
    else this.#positional.push(...afterDoubleDash);
    return this.#result;
  }

  /** Reads `--name…`; returns how many of the arguments after it belong to it, 0 or 1. */
  #long(arg: string, next: string | undefined): number {
    const negated = /^--no-./s.test(arg);
    const text = arg.slice(negated ? 5 : 2);
    const equals = text.indexOf("=", 1);
    if (equals > 0) {
      const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
      this.#set(name, this.#booleans.has(name) ? value !== "false" : value, arg);
      return 0;
    }
    if (negated && this.#negatable.has(text)) {
      this.#set(text, false, arg, false);
      return 0;
    }
    const name = negated ? `no-${text}` : text;
    const takesValue = this.#options.boolean !== true && !this.#isBoolean(name);
    return this.#valueAfter(name, arg, next, takesValue && !next?.startsWith("-"));
  }

  /** Reads `-n…`: one letter an option, the last of which may have a value; returns as `#long`. */
  #short(arg: string, next: string | undefined): number {
    for (let at = 1; at < arg.length - 1; at++) {
      const letter = arg.charAt(at);
      const rest = arg.slice(at + 1);
      if (rest === "-") {
        this.#set(letter, rest, arg);
        return 0;
      }
      const value = /[A-Za-z]/.test(letter) ? attachedTo(rest) : undefined;
      if (rest === "=" || value !== undefined || rest.length > 1 && /^\W/.test(rest)) {
        this.#set(letter, rest === "=" ? "" : value ?? rest, arg);
        return 0;
      }
      this.#set(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    const last = arg.slice(-1);
    const takesValue = !this.#isBoolean(last) && !/^--?[^-]/.test(next ?? "");
    return this.#valueAfter(last, arg, next, takesValue);
  }

  #valueAfter(name: string, arg: string, next: string | undefined, takesValue: boolean): number {
    if (next && takesValue) {
      this.#set(name, next, arg);
      return 1;
    }
    if (next === "true" || next === "false") {
      this.#set(name, next === "true", arg);
      return 1;
    }
    this.#set(name, this.#strings.has(name) ? "" : true, arg);
    return 0;
  }

  #isBoolean(name: string): boolean {
    return [name, ...this.#aliases.get(name) ?? []].some((one) => this.#booleans.has(one));
  }

  #set(name: string, value: Scalar, arg: string, collects = true): void {
    const declared = this.#booleans.has(name) || this.#strings.has(name) ||
      this.#collected.has(name) || this.#aliases.has(name) ||
      this.#options.boolean === true && /^--[^=]+$/.test(arg);
    if (!declared && this.#options.unknown?.(arg, name, value) === false) return;
    const read = typeof value === "string" && !this.#strings.has(name) ? numberIfSo(value) : value;
    const collect = collects && this.#collected.has(name);
    for (const one of [name, ...this.#aliases.get(name) ?? []]) {
      put(this.#result, one.split("."), read, collect);
    }
  }

  /** Gives what did not come its default. */
  #complete(): void {
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (has(this.#result, name.split("."))) continue;
      for (const one of [name, ...this.#aliases.get(name) ?? []]) {
        put(this.#result, one.split("."), value, false);
      }
    }
    for (const name of new Set([...this.#booleans, ...this.#strings])) {
      if (has(this.#result, name.split("."))) continue;
      if (this.#collected.has(name)) put(this.#result, name.split("."), [], false);
      else if (this.#booleans.has(name)) put(this.#result, name.split("."), false, false);
    }
  }
}

/** The value in the letters after a letter: `=5` and `5`, but also all of `bc5` and `5` of `bc=5`. */
function attachedTo(rest: string): string | undefined {
  return /=(.+)/.exec(rest)?.[1] ?? (/-?\d+(\.\d*)?(e-?\d+)?$/.test(rest) ? rest : undefined);
}

function numberIfSo(text: string): string | number {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Sets a value under its dotted name; never the prototype of something. */
function put(object: Nested, path: string[], value: unknown, collect: boolean): void {
  const [name = "", ...rest] = path;
  if (name === "__proto__" || name === "constructor" && !Object.hasOwn(object, name)) return;
  const present = object[name];
  if (rest.length > 0) {
    const inner = present ?? (object[name] = {});
    if (isNested(inner)) put(inner, rest, value, collect);
  } else if (!collect) {
    object[name] = value;
  } else if (Array.isArray(present)) {
    present.push(value);
  } else {
    object[name] = present ? [present, value] : [value];
  }
}

function has(object: Nested, path: string[]): boolean {
  const [name = "", ...rest] = path;
  if (!Object.hasOwn(object, name)) return false;
  const value = object[name];
  return rest.length === 0 || isNested(value) && has(value, rest);
}

function isNested(value: unknown): value is Nested {
  return typeof value === "object" && value !== null;
}
