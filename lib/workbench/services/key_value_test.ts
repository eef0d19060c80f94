import { assertEquals } from "@std/assert";
import { parseJson } from "../../history/json.ts";
import { applyRequest, identityOf, type Stored } from "./key_value.ts";

const stored = (value: unknown): Stored => ({ value, identity: identityOf(value) });
const same = (a: string, b: string) => identityOf(parseJson(a)) === identityOf(parseJson(b));

Deno.test('values are equal as in Clojure: 1 equals neither 1.0 nor "1"', () => {
  assertEquals(same("1", "1"), true);
  assertEquals(same("1", "1.0"), false);
  assertEquals(same("[1]", "[1.0]"), false);
  assertEquals(same("1", '"1"'), false);
  assertEquals(same("100.0", "1e2"), true);
  assertEquals(same("null", "false"), false);
  assertEquals(same("[]", "{}"), false);
});

Deno.test("integers beyond 2^53 are distinct", () => {
  assertEquals(same("9007199254740993", "9007199254740993"), true);
  assertEquals(same("9007199254740993", "9007199254740992"), false);
});

Deno.test("objects are equal in any order of their keys, lists only in the same order", () => {
  assertEquals(
    same('{"a": 1, "b": [{"c": 2, "d": 3}]}', '{"b": [{"d": 3, "c": 2}], "a": 1}'),
    true,
  );
  assertEquals(same('{"a": 1}', '{"a": 1, "b": null}'), false);
  assertEquals(same("[1, 2]", "[2, 1]"), false);
});

Deno.test("a read returns the value, and error 20 where there is none", () => {
  assertEquals(applyRequest({ type: "read", key: 1 }, stored([5])), {
    reply: { type: "read_ok", value: [5] },
  });
  assertEquals(applyRequest({ type: "read", key: 1 }, undefined), {
    reply: { type: "error", code: 20, text: "key does not exist" },
  });
});

Deno.test("a key that holds null exists", () => {
  assertEquals(applyRequest({ type: "read", key: 1 }, stored(null))?.reply, {
    type: "read_ok",
    value: null,
  });
  assertEquals(
    applyRequest({ type: "cas", key: 1, from: null, to: 2 }, stored(null))?.next,
    stored(2),
  );
});

Deno.test("a write sets the value; a write of the current value changes nothing", () => {
  const write = { type: "write", key: 1, value: 7 };
  assertEquals(applyRequest(write, undefined), { reply: { type: "write_ok" }, next: stored(7) });
  assertEquals(applyRequest(write, stored(6)), { reply: { type: "write_ok" }, next: stored(7) });
  assertEquals(applyRequest(write, stored(7)), { reply: { type: "write_ok" } });
});

Deno.test("a compare-and-set that matches sets the value; any other gets error 22 with the reason", () => {
  const cas = { type: "cas", key: 1, from: "a", to: "b" };
  assertEquals(applyRequest(cas, stored("a")), { reply: { type: "cas_ok" }, next: stored("b") });
  assertEquals(applyRequest(cas, stored({ x: [1, null] })), {
    reply: {
      type: "error",
      code: 22,
      text: 'current value {"x" [1 nil]} is not "a"',
    },
  });
});

Deno.test("a compare-and-set creates a missing key only if asked to, whatever value it expects", () => {
  const cas = { type: "cas", key: 1, from: 99, to: 2 };
  assertEquals(applyRequest(cas, undefined)?.reply.code, 20);
  assertEquals(applyRequest({ ...cas, create_if_not_exists: false }, undefined)?.reply.code, 20);
  assertEquals(applyRequest({ ...cas, create_if_not_exists: true }, undefined), {
    reply: { type: "cas_ok" },
    next: stored(2),
  });
  assertEquals(applyRequest({ ...cas, create_if_not_exists: true }, stored(1))?.reply.code, 22);
});

Deno.test("a request of an unknown type has no effect and no reply", () => {
  assertEquals(applyRequest({ type: "delete", key: 1 }, stored(1)), undefined);
});
