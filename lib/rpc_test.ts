import { assertEquals, assertThrows } from "@std/assert";
import {
  array,
  bodyOf,
  boolean,
  fieldProblem,
  integer,
  json,
  nullable,
  object,
  oneOf,
  oneWay,
  optional,
  record,
  rpc,
  type Shape,
  string,
  tuple,
} from "./rpc.ts";

Deno.test("an RPC's reply is named after its request", () => {
  const read = rpc("read", { key: json }, { value: json });
  assertEquals([read.type, read.replyType], ["read", "read_ok"]);
  assertEquals("reply" in oneWay("gossip", {}), false);
});

const pair = tuple<[string, number]>(string, integer);

const GOOD: [name: string, shape: Shape<unknown>, values: unknown[]][] = [
  ["json", json, [null, false, 0, "", [], {}, { deep: [{}] }]],
  ["string", string, ["", "a"]],
  ["integer", integer, [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1]],
  ["boolean", boolean, [true, false]],
  ["array", array(integer), [[], [1, 2]]],
  ["record", record(integer), [{}, { a: 1 }]],
  ["tuple", pair, [["a", 1]]],
  ["oneOf", oneOf("r", "w"), ["r", "w"]],
  ["nullable", nullable(integer), [1, null]],
  ["optional", optional(integer), [1]],
];

for (const [name, shape, values] of GOOD) {
  Deno.test(`${name} accepts what it describes`, () => {
    for (const value of values) assertEquals(shape.problem(value, "x"), undefined);
  });
}

const BAD: [shape: Shape<unknown>, value: unknown, problem: string][] = [
  [json, undefined, '"x" must be a JSON value, but is missing'],
  [string, undefined, '"x" must be a string, but is missing'],
  [string, 1, '"x" must be a string, got 1'],
  [string, null, '"x" must be a string, got null'],
  [integer, "1", '"x" must be an integer, got "1"'],
  [integer, 1.5, '"x" must be an integer, got 1.5'],
  [integer, 2 ** 53, '"x" must be an integer of less than 2^53, got 9007199254740992'],
  [integer, 2n ** 60n, '"x" must be an integer of less than 2^53, got 1152921504606846976'],
  [array(integer), { 0: 2n ** 60n }, '"x" must be a list, got {"0":"1152921504606846976"}'],
  [boolean, 0, '"x" must be true or false, got 0'],
  [array(integer), { 0: 1 }, '"x" must be a list, got {"0":1}'],
  [array(integer), null, '"x" must be a list, got null'],
  [array(integer), [1, "2"], '"x[1]" must be an integer, got "2"'],
  [record(integer), [1], '"x" must be an object, got [1]'],
  [record(integer), null, '"x" must be an object, got null'],
  [record(integer), { a: 1, b: "2" }, '"x.b" must be an integer, got "2"'],
  [record(array(pair)), { k: [["a", 1], ["b"]] }, '"x.k[1]" must be a list of 2, got ["b"]'],
  [object({ a: integer }), [1], '"x" must be an object, got [1]'],
  [object({ a: integer }), { a: "1" }, '"x.a" must be an integer, got "1"'],
  [object({ a: pair }), {}, '"x.a" must be a list of 2, but is missing'],
  [pair, "a", '"x" must be a list of 2, got "a"'],
  [pair, ["a", 1, 2], '"x" must be a list of 2, got ["a",1,2]'],
  [pair, ["a", "b"], '"x[1]" must be an integer, got "b"'],
  [oneOf("r", "w"), "a", '"x" must be one of "r", "w", got "a"'],
  [nullable(integer), "1", '"x" must be an integer, got "1"'],
  [nullable(array(integer)), [null], '"x[0]" must be an integer, got null'],
  [optional(integer), "1", '"x" must be an integer, got "1"'],
  [string, ["y".repeat(100)], `"x" must be a string, got ["${"y".repeat(58)}…`],
];

for (const [shape, value, problem] of BAD) {
  Deno.test(`a value of the wrong kind is reported: ${problem}`, () => {
    assertEquals(shape.problem(value, "x"), problem);
  });
}

Deno.test("fieldProblem names the first ill-typed field, and ignores unknown fields", () => {
  const fields = { key: string, value: integer, force: optional(boolean) };
  assertEquals(fieldProblem(fields, { key: "k", value: 1, other: 2 }), undefined);
  assertEquals(fieldProblem(fields, { key: "k", value: 1, force: true }), undefined);
  assertEquals(
    fieldProblem(fields, { key: "k", value: 1, force: 1 }),
    '"force" must be true or false, got 1',
  );
  assertEquals(fieldProblem(fields, { value: "1" }), '"key" must be a string, but is missing');
  assertEquals(fieldProblem({}, {}), undefined);
});

Deno.test("bodyOf takes only the described fields, so a received body can be forwarded", () => {
  const received = { type: "broadcast", msg_id: 3, message: 7, in_reply_to: 2 };
  assertEquals(bodyOf("gossip", { message: integer }, received), { type: "gossip", message: 7 });
  const body = bodyOf("cas", { create: optional(boolean) }, {});
  assertEquals(Object.keys(body), ["type"]);
});

Deno.test("what every object inherits is no field of a body", () => {
  const fields = { constructor: json };
  assertEquals(fieldProblem(fields, {}), '"constructor" must be a JSON value, but is missing');
  assertEquals(bodyOf("x", fields, {}), { type: "x" });
});

Deno.test("a field without a shape is refused where the message is described", () => {
  const cases: [make: () => unknown, text: string][] = [
    [
      () => Reflect.apply(oneWay, null, ["tell", { value: "integer" }]),
      'oneWay: the field "value" of "tell" must be a shape, such as integer, string or ' +
      'array(integer), got "integer"',
    ],
    [
      () => Reflect.apply(rpc, null, ["tell", {}, { value: Number }]),
      'rpc: the field "value" of "tell" must be a shape, such as integer, string or ' +
      "array(integer), got a function Number",
    ],
    [
      () => Reflect.apply(oneWay, null, ["tell"]),
      'oneWay: the fields of "tell" must be an object that gives each a shape, such as ' +
      "{ value: integer }, got undefined",
    ],
    [() => Reflect.apply(oneWay, null, [7, {}]), "oneWay: the type must be a string, got 7"],
    ...[array, record, nullable, optional].map((make): [() => unknown, string] => [
      () => Reflect.apply(make, null, ["integer"]),
      `${make.name}: ${
        make.name === "array" || make.name === "record" ? "the item" : "its argument"
      }` +
      ' must be a shape, such as integer, string or array(integer), got "integer"',
    ]),
    [
      () => Reflect.apply(tuple, null, [integer, 5]),
      "tuple: item 2 must be a shape, such as integer, string or array(integer), got 5",
    ],
    [
      () => Reflect.apply(object, null, [{ term: null }]),
      'object: the field "term" must be a shape, such as integer, string or array(integer), got null',
    ],
  ];
  for (const [make, text] of cases) assertEquals(assertThrows(make, TypeError).message, text);
});
