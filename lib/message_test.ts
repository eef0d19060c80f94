import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  ErrorCode,
  errorName,
  isClient,
  MalformedMessage,
  parseMessage,
  RpcError,
} from "./message.ts";

Deno.test("parseMessage reads an envelope as Maelstrom writes it", () => {
  const line = '{"id":4,"src":"c1","dest":"n0","body":{"type":"echo","msg_id":1,"echo":"hé 🌍"}}';
  assertEquals(parseMessage(line), {
    id: 4,
    src: "c1",
    dest: "n0",
    body: { type: "echo", msg_id: 1, echo: "hé 🌍" },
  });
});

Deno.test("parseMessage accepts a reply to a message that had no msg_id, as services send it", () => {
  const line = '{"src":"lin-kv","dest":"n0","body":{"type":"write_ok","in_reply_to":null}}';
  assertEquals(parseMessage(line).body.in_reply_to, null);
});

const MALFORMED: [line: string, problem: string][] = [
  ["", "not JSON"],
  ["hello", "not JSON"],
  ['{"src":"n1","dest":"n0","body":{"type":"x"}', "not JSON"],
  ['{"src":"n1"}{"dest":"n0"}', "not JSON"],
  ["null", "a message must be a JSON object"],
  ["7", "a message must be a JSON object"],
  ["[]", "a message must be a JSON object"],
  ['{"dest":"n0","body":{"type":"x"}}', '"src" must be a string'],
  ['{"src":1,"dest":"n0","body":{"type":"x"}}', '"src" must be a string'],
  ['{"src":"n1","body":{"type":"x"}}', '"dest" must be a string'],
  ['{"src":"n1","dest":"n0"}', '"body" must be an object'],
  ['{"src":"n1","dest":"n0","body":null}', '"body" must be an object'],
  ['{"src":"n1","dest":"n0","body":["x"]}', '"body" must be an object'],
  ['{"src":"n1","dest":"n0","body":"x"}', '"body" must be an object'],
  ['{"src":"n1","dest":"n0","body":{}}', '"body.type" must be a string'],
  ['{"src":"n1","dest":"n0","body":{"type":null}}', '"body.type" must be a string'],
  ['{"src":"n1","dest":"n0","body":{"type":"x","msg_id":"1"}}', '"body.msg_id" must be an integer'],
  ['{"src":"n1","dest":"n0","body":{"type":"x","msg_id":1.5}}', '"body.msg_id" must be an integer'],
  ['{"src":"n1","dest":"n0","body":{"type":"x","msg_id":null}}', '"body.msg_id" must be an'],
  ['{"src":"n1","dest":"n0","body":{"type":"x","in_reply_to":"1"}}', '"body.in_reply_to" must be'],
];

for (const [line, problem] of MALFORMED) {
  Deno.test(`parseMessage refuses ${line || "an empty line"} and says what is wrong`, () => {
    const error = assertThrows(() => parseMessage(line), MalformedMessage, problem);
    assertEquals(error.line, line);
    assertStringIncludes(error.message, line);
  });
}

Deno.test("a MalformedMessage quotes the beginning of a long line and keeps all of it", () => {
  const line = "x".repeat(1_000_000);
  const error = assertThrows(() => parseMessage(line), MalformedMessage);
  assertEquals(error.message, `not JSON: ${"x".repeat(200)}…`);
  assertEquals(error.line, line);
});

// Maelstrom's table: code, name, and whether the request certainly did not take effect.
const ERRORS: [code: number, name: string, definite: boolean][] = [
  [0, "timeout", false],
  [1, "node-not-found", true],
  [10, "not-supported", true],
  [11, "temporarily-unavailable", true],
  [12, "malformed-request", true],
  [13, "crash", false],
  [14, "abort", true],
  [20, "key-does-not-exist", true],
  [21, "key-already-exists", true],
  [22, "precondition-failed", true],
  [30, "txn-conflict", true],
];

Deno.test("error codes have Maelstrom's names and definiteness", () => {
  for (const [code, name, definite] of ERRORS) {
    assertEquals([code, errorName(code), new RpcError(code).definite], [code, name, definite]);
  }
  assertEquals(Object.values(ErrorCode).toSorted((a, b) => a - b), ERRORS.map(([code]) => code));
});

Deno.test("a code that Maelstrom does not list is unknown and indefinite", () => {
  for (const code of [2, 999, 1000, -1]) {
    assertEquals([errorName(code), new RpcError(code).definite], ["unknown", false]);
  }
});

Deno.test("an RpcError without a text is named after its code", () => {
  assertEquals(new RpcError(ErrorCode.keyDoesNotExist).message, "key-does-not-exist");
  assertEquals(new RpcError(ErrorCode.abort, "no").message, "no");
});

Deno.test("an id that begins with a c is a client's", () => {
  assertEquals(["c0", "c12", "n0", "lin-kv", ""].map(isClient), [true, true, false, false, false]);
});
