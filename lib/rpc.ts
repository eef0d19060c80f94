/**
 * RPC descriptions: the fields of a request and of its reply, as one value.
 *
 * From a description TypeScript derives the types of handlers and calls, a node checks what it
 * receives, and the workbench checks what a node replies. A description reads like the message:
 *
 * ```ts
 * const read = rpc("read", { key: json }, { value: json }); // read {key} → read_ok {value}
 * ```
 *
 * @module
 */
import type { Body, Json } from "./message.ts";

/** A kind of value: its TypeScript type, and a check at run time. */
export interface Shape<T> {
  /** Says what is wrong with `value`, found at `path`; `undefined` if nothing is. */
  problem(value: unknown, path: string): string | undefined;
  /** Whether a field of this shape may be missing. */
  readonly optional?: boolean;
  /** Never set: it only carries the type. */
  readonly type?: T;
}

/** The fields of a body, by name. */
export type Fields = Record<string, Shape<unknown>>;

/** The names of the fields that may be missing. */
export type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { optional: true } ? K : never;
}[keyof F];

/** The TypeScript type of a body with these fields. */
export type Of<F extends Fields> =
  & { [K in Exclude<keyof F, OptionalKeys<F>>]: F[K] extends Shape<infer T> ? T : never }
  & { [K in OptionalKeys<F>]?: F[K] extends Shape<infer T> ? T : never };

/** A message that expects no reply. */
export interface OneWay<F extends Fields = Fields> {
  /** The body's `type`. */
  readonly type: string;
  /** The body's other fields. */
  readonly request: F;
}

/** A request and its reply. */
export interface Rpc<
  Name extends string = string,
  Request extends Fields = Fields,
  Reply extends Fields = Fields,
> extends OneWay<Request> {
  /** The request's `type`. */
  readonly type: Name;
  /** The reply's `type`. */
  readonly replyType: `${Name}_ok`;
  /** The reply's other fields. */
  readonly reply: Reply;
}

/** An RPC by the TypeScript types of its request's fields and of its reply's; none is optional. */
export type RpcOf<Name extends string, Request, Reply> = Rpc<Name, Shapes<Request>, Shapes<Reply>>;

/** The shapes of fields that have these types. */
export type Shapes<T> = { [K in keyof T]: Shape<T[K]> };

/** A reply's body: its type, and its fields. */
export type ReplyOf<R extends Rpc> = { type: R["replyType"] } & Of<R["reply"]>;

/**
 * Describes an RPC. The reply's type is the request's with `_ok` appended.
 *
 * @throws {TypeError} if a field has no shape, as can happen in a program that is not type-checked.
 *
 * @example
 * ```ts
 * import { integer, rpc, string } from "@glomers/maelstrom";
 *
 * const lease = rpc("lease", { holder: string, forMs: integer }, { untilMs: integer });
 * console.log(lease.replyType); // lease_ok
 * ```
 */
export function rpc<Name extends string, Request extends Fields, Reply extends Fields>(
  type: Name,
  request: Request,
  reply: Reply,
): Rpc<Name, Request, Reply> {
  mustBeDescribed("rpc", type, request);
  mustBeDescribed("rpc", type, reply);
  return { type, request, replyType: `${type}_ok`, reply };
}

/**
 * Describes a message that expects no reply.
 *
 * @throws {TypeError} as {@linkcode rpc}.
 *
 * @example
 * ```ts
 * import { integer, oneWay } from "@glomers/maelstrom";
 *
 * const gossip = oneWay("gossip", { message: integer });
 * console.log(gossip.type);
 * ```
 */
export function oneWay<F extends Fields>(type: string, request: F): OneWay<F> {
  mustBeDescribed("oneWay", type, request);
  return { type, request };
}

/** Catches easy mistakes in programs that are not type-checked, before the first message. */
function mustBeDescribed(maker: string, type: unknown, fields: unknown): void {
  if (typeof type !== "string") {
    throw new TypeError(`${maker}: the type must be a string, got ${showValue(type)}`);
  }
  mustBeFields(maker, fields, ` of "${type}"`);
}

/** `of` says whose fields they are. */
function mustBeFields(maker: string, fields: unknown, of = ""): void {
  if (typeof fields !== "object" || fields === null) {
    const expected = "an object that gives each a shape, such as { value: integer }";
    throw new TypeError(`${maker}: the fields${of} must be ${expected}, got ${showValue(fields)}`);
  }
  for (const [name, shape] of Object.entries(fields)) {
    mustBeShape(`${maker}: the field "${name}"${of}`, shape);
  }
}

/**
 * Requires a shape.
 *
 * @throws {TypeError} that names what has to be one, and what was given.
 */
export function mustBeShape(what: string, shape: Partial<Shape<unknown>> | null | undefined): void {
  if (typeof shape?.problem === "function") return;
  const expected = "a shape, such as integer, string or array(integer)";
  throw new TypeError(`${what} must be ${expected}, got ${showValue(shape)}`);
}

/**
 * Says what is wrong with the fields of a body; `undefined` if nothing is. Ignores other fields.
 */
export function fieldProblem(fields: Fields, body: object): string | undefined {
  for (const name in fields) {
    const problem = valueProblem(fields[name], ownField(body, name), name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Makes a body of a type with the described fields of `values` and no others. */
export function bodyOf(type: string, fields: Fields, values: object): Body {
  const body: Body = { type };
  for (const name in fields) {
    const value = ownField(values, name);
    if (value !== undefined) body[name] = value;
  }
  return body;
}

/**
 * Makes the body of a reply, with its described fields only, as Maelstrom rejects any other.
 *
 * @throws {Error} if it is no such reply.
 */
export function replyBody({ type, replyType, reply: fields }: Rpc, reply: unknown): Body {
  if (typeof reply !== "object" || reply === null) {
    throw new Error(`the handler of "${type}" must return a ${replyType}, got ${reply}`);
  }
  const body: Body = { type: replyType };
  for (const name in fields) {
    const value = ownField(reply, name);
    const problem = valueProblem(fields[name], value, name);
    if (problem !== undefined) throw new Error(`the handler's ${replyType}: ${problem}`);
    if (value !== undefined) body[name] = value;
  }
  return body;
}

function valueProblem(
  shape: Shape<unknown> | undefined,
  value: unknown,
  name: string,
): string | undefined {
  if (shape === undefined || (value === undefined && shape.optional)) return undefined;
  return shape.problem(value, name);
}

/** Every object inherits fields, such as `constructor`, that nobody sent. */
function ownField(body: object, name: string): unknown {
  return Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
}

function expected(what: string, value: unknown, path: string): string {
  if (value === undefined) return `"${path}" must be ${what}, but is missing`;
  return `"${path}" must be ${what}, got ${showValue(value)}`;
}

/** A value as an error shows it: as JSON where there is some, and not all of a long one. */
export function showValue(value: unknown): string {
  const text = textOf(value);
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}

function textOf(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "function") return `a function ${value.name}`.trimEnd();
  const name = classOf(value);
  if (name !== undefined) return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
  try {
    return JSON.stringify(value, bigIntegersAsText) ?? String(value);
  } catch {
    return "an object that is no JSON"; // it holds itself
  }
}

/** What an object is where JSON would hide that: a `Map`, a promise, a node. */
function classOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const prototype: { constructor?: { name?: string } } | null = Object.getPrototypeOf(value);
  return prototype === Object.prototype ? undefined : prototype?.constructor?.name;
}

function bigIntegersAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function leaf<T>(what: string, accepts: (value: unknown) => boolean): Shape<T> {
  return { problem: (value, path) => accepts(value) ? undefined : expected(what, value, path) };
}

/** Any JSON value. */
export const json: Shape<Json> = leaf("a JSON value", (value) => value !== undefined);

/** A string. */
export const string: Shape<string> = leaf("a string", (value) => typeof value === "string");

/** An integer between -(2^53 - 1) and 2^53 - 1; JSON parsing rounds any other silently. */
export const integer: Shape<number> = {
  problem(value, path) {
    if (Number.isSafeInteger(value)) return undefined;
    const isBig = typeof value === "bigint" || Number.isInteger(value);
    return expected(isBig ? "an integer of less than 2^53" : "an integer", value, path);
  },
};

/** `true` or `false`. */
export const boolean: Shape<boolean> = leaf("true or false", (value) => typeof value === "boolean");

/**
 * A list.
 *
 * @example
 * ```ts
 * import { array, integer } from "@glomers/maelstrom";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = array(integer);
 * assertEquals(shape.problem([1, 2], "field"), undefined);
 * console.log(shape.problem([1, "2"], "field"));
 * ```
 */
export function array<T>(item: Shape<T>): Shape<T[]> {
  mustBeShape("array: the item", item);
  return {
    problem(value, path) {
      if (!Array.isArray(value)) return expected("a list", value, path);
      for (let i = 0; i < value.length; i++) {
        if (item.problem(value[i], path) === undefined) continue; // naming every path would be slow
        return item.problem(value[i], `${path}[${i}]`);
      }
      return undefined;
    },
  };
}

/**
 * An object used as a map from strings.
 *
 * @example
 * ```ts
 * import { integer, record } from "@glomers/maelstrom";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = record(integer);
 * assertEquals(shape.problem({ n0: 1 }, "field"), undefined);
 * console.log(shape.problem({ n0: null }, "field"));
 * ```
 */
export function record<T>(item: Shape<T>): Shape<Record<string, T>> {
  mustBeShape("record: the item", item);
  return {
    problem(value, path) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        return expected("an object", value, path);
      }
      for (const [key, entry] of Object.entries(value)) {
        if (item.problem(entry, path) !== undefined) return item.problem(entry, `${path}.${key}`);
      }
      return undefined;
    },
  };
}

/**
 * An object with the given fields, and perhaps others.
 *
 * @example
 * ```ts
 * import { integer, object, string } from "@glomers/maelstrom";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = object({ term: integer, leader: string });
 * assertEquals(shape.problem({ term: 1, leader: "n0" }, "field"), undefined);
 * console.log(shape.problem({ term: 1 }, "field"));
 * ```
 */
export function object<F extends Fields>(fields: F): Shape<Of<F>> {
  mustBeFields("object", fields);
  return {
    problem(value, path) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        return expected("an object", value, path);
      }
      const problem = fieldProblem(fields, value);
      return problem === undefined ? undefined : problem.replace(`"`, `"${path}.`);
    },
  };
}

/**
 * A list of fixed length, with a shape for each item.
 *
 * @example
 * ```ts
 * import { integer, string, tuple } from "@glomers/maelstrom";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = tuple<[string, number]>(string, integer);
 * assertEquals(shape.problem(["x", 1], "field"), undefined);
 * console.log(shape.problem(["x"], "field"));
 * ```
 */
export function tuple<T extends readonly unknown[]>(
  ...items: { [I in keyof T]: Shape<T[I]> }
): Shape<T> {
  for (const [i, item] of items.entries()) mustBeShape(`tuple: item ${i + 1}`, item);
  return {
    problem(value, path) {
      if (!Array.isArray(value) || value.length !== items.length) {
        return expected(`a list of ${items.length}`, value, path);
      }
      for (let i = 0; i < items.length; i++) {
        if (items[i]?.problem(value[i], path) === undefined) continue;
        return items[i]?.problem(value[i], `${path}[${i}]`);
      }
      return undefined;
    },
  };
}

/**
 * One of the given strings.
 *
 * @example
 * ```ts
 * import { oneOf } from "@glomers/maelstrom";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = oneOf("r", "w");
 * assertEquals(shape.problem("r", "field"), undefined);
 * console.log(shape.problem("x", "field"));
 * ```
 */
export function oneOf<T extends string>(...values: readonly T[]): Shape<T> {
  const known: readonly unknown[] = values;
  return leaf(`one of ${values.map((v) => `"${v}"`).join(", ")}`, (value) => known.includes(value));
}

/**
 * `null`, or a value of that shape.
 *
 * @example
 * ```ts
 * import { integer, nullable } from "@glomers/maelstrom";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = nullable(integer);
 * assertEquals(shape.problem(null, "field"), undefined);
 * console.log(shape.problem("1", "field"));
 * ```
 */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  mustBeShape("nullable: its argument", shape);
  return { problem: (value, path) => value === null ? undefined : shape.problem(value, path) };
}

/**
 * A field that may be missing.
 *
 * @example
 * ```ts
 * import { boolean, optional, rpc, string } from "@glomers/maelstrom";
 *
 * const read = rpc("read", { key: string, fresh: optional(boolean) }, { value: string });
 * console.log(Object.keys(read.request));
 * ```
 */
export function optional<T>(shape: Shape<T>): Shape<T> & { readonly optional: true } {
  mustBeShape("optional: its argument", shape);
  return { problem: shape.problem, optional: true };
}
