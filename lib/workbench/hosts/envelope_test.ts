import { assertEquals } from "@std/assert";
import { findFault, readEnvelope } from "./envelope.ts";

Deno.test("a message keeps the text that the node wrote", () => {
  const text = '{"src":"n0", "dest":"n1", "body":{"type":"a","x":1.0}}';
  const read = readEnvelope(text);
  assertEquals(typeof read === "object" && [read.src, read.dest, read.text], ["n0", "n1", text]);
  assertEquals(typeof read === "object" && read.hasSurplus, false);
});

/** Lines that Maelstrom tolerates, and the message that it reads. */
const TOLERATED: [string, string][] = [
  ['{"src":"n0","dest":"n1","id":3,"body":{"x":1}}', '{"src":"n0","dest":"n1","body":{"x":1}}'],
  ['{"src":"n0","dest":"n1","id":1152921504606846976}', '{"src":"n0","dest":"n1","body":{}}'],
  [' {"src":"n1","dest":"n1","body":{"x":1}}', '{"src":"n1","dest":"n1","body":{"x":1}}'],
  ['{"src":"n0","dest":"n1"}', '{"src":"n0","dest":"n1","body":{}}'],
  ['{"src":"n0","dest":"n1","body":null}', '{"src":"n0","dest":"n1","body":{}}'],
  ['{"src":"n0","dest":"n1","body":[]}', '{"src":"n0","dest":"n1","body":{}}'],
  [
    '[["src","n0"],["dest","n1"],["body",[["type","a"],["x",[["y",1]]]]]]',
    '{"src":"n0","dest":"n1","body":{"type":"a","x":[["y",1]]}}',
  ],
];

Deno.test("an id, space before the message, a missing body and arrays of pairs are tolerated", () => {
  for (const [line, text] of TOLERATED) {
    const read = readEnvelope(line);
    assertEquals(typeof read === "string" ? read : read.text, text);
  }
});

Deno.test("of two messages on a line the first one counts", () => {
  const first = '{"src":"n0","dest":"n1","body":{"type":"a\\"}b","more":{}}}';
  for (const behind of [first, " and more"]) {
    const read = readEnvelope(first + behind);
    assertEquals(typeof read === "object" && [read.text, read.hasSurplus], [first, true]);
  }
});

/** Lines that are no messages, and what is wrong with them. */
const MALFORMED: [string, string][] = [
  ["", "it is empty"],
  ["hello", "it is not JSON"],
  ["[1]", "it is not a JSON object"],
  ["hello {}", "it is not JSON"],
  ['{"src":"n0","dest":"n1","body":{', "it is not JSON"],
  [
    `\ufeff{"src":"n0","dest":"n1","body":{}}`,
    "it begins with a byte order mark, which is not JSON",
  ],
  [`${"[".repeat(100_000)}1.0${"]".repeat(100_000)}`, "it nests more than 1000 levels deep"],
  ['{"dest":"n1","body":{}}', '"src" must be a string'],
  ['{"src":"n0","body":{}}', '"dest" must be a string'],
  ['{"src":"n0","dest":"n1","body":[1]}', '"body" must be an object'],
  ['{"src":"n0","dest":"n1","body":[[1,2]]}', '"body" must be an object'],
  ['{"src":"n0","dest":"n1","body":{},"x":1}', '"x" does not belong in an envelope'],
  ['{"src":"n0","dest":"n1","id":"a","body":{}}', '"id" must be an integer'],
];

Deno.test("a line that is no message says what is wrong with it", () => {
  for (const [line, problem] of MALFORMED) assertEquals(readEnvelope(line), problem);
});

Deno.test("a string of any length and the deepest message that is read do no harm", () => {
  const long = "[{".repeat(5_000_000);
  const deep = `${"[".repeat(997)}${"]".repeat(997)}`;
  for (const value of [JSON.stringify(long), JSON.stringify('"\\'.repeat(1_000)), deep]) {
    const text = `{"src":"n0","dest":"n1","body":{"value":${value}}}`;
    const read = readEnvelope(text);
    assertEquals(typeof read === "object" && read.text.length, text.length);
    const twice = readEnvelope(text + text);
    assertEquals(typeof twice === "object" && twice.text.length, text.length);
  }
});

Deno.test("the place is found at which a line stops being JSON", () => {
  const fault = (line: string) => {
    const at = findFault(line);
    return at === undefined ? undefined : line.slice(at);
  };
  assertEquals(fault('{"src": "n0", "body": {"type": "echo_ok", }}'), "}}");
  assertEquals(fault("listening..."), "listening...");
  assertEquals(fault('{"a": True}'), "True}");
  assertEquals(fault('{"a": [1, 2}'), "}");
  assertEquals(fault('{"a": "no end'), "");
  assertEquals(fault('{"a": 1'), "");
  assertEquals(fault("{'a': 1}"), "'a': 1}");
  assertEquals(fault('{"a": 1}'), undefined);
  assertEquals(fault('{"a": 1} and more'), "and more");
});
