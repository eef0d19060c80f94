import { assertEquals } from "@std/assert";
import { Float, parseEdn } from "./edn.ts";
import { bodyToEdn, ednToJson, jsonToEdn, parseJson, printJson } from "./json.ts";

Deno.test("numbers that a double cannot hold keep every digit and their form", () => {
  const text = '{"id":12345678901234567891,"near":12345678901234567892,"whole":5.0,"big":1e3}';
  assertEquals(parseJson(text), {
    id: 12345678901234567891n,
    near: 12345678901234567892n,
    whole: new Float(5),
    big: new Float(1000),
  });
});

Deno.test("printing gives the same numbers back", () => {
  const text = '{"id":12345678901234567891,"whole":5.0,"list":[1,null,"a\\"b",true,0.5]}';
  assertEquals(printJson(parseJson(text)), text);
  assertEquals(printJson({ gone: undefined, here: 1 }), '{"here":1}');
});

Deno.test("plain JSON parses as with JSON.parse", () => {
  const text = '{"a":[1,-2,0.5,"10000000000000000000","7e2b-5.0"]}';
  assertEquals(parseJson(text), JSON.parse(text));
  assertEquals(parseJson("[ 5.0,-0.99999999999999999]"), [new Float(5), new Float(-1)]);
});

Deno.test("a body's top-level keys become keywords, nested ones strings", () => {
  assertEquals(bodyToEdn({ type: "read_ok", value: { a: [1, null] } }), {
    type: "read_ok",
    value: new Map([["a", [1, null]]]),
  });
  assertEquals(jsonToEdn(undefined), null);
});

Deno.test("EDN becomes JSON again, with its numbers", () => {
  const edn = parseEdn('{"a" [1 1.0 1.5 12345678901234567890 7N 0.50M], :b (nil c \\d), 2.0 #{3}}');
  assertEquals(
    printJson(ednToJson(edn)),
    '{"a":[1,1.0,1.5,12345678901234567890,7,0.50],"b":[null,"c","d"],"2.0":[3]}',
  );
});
