import { assertEquals, assertThrows } from "@std/assert";
import { isAnyInteger, parseExact } from "./exact_json.ts";

Deno.test("parseExact keeps what JSON.stringify would otherwise print differently", () => {
  const text = '{"a":[9007199254740993,-1e400,5.0,1E2,-0.0,1.5e3],"b":-12345678901234567890}';
  assertEquals(JSON.stringify(parseExact(text)), text);
});

Deno.test("a single number is enough for parseExact to notice, wherever it is", () => {
  const numbers = ["9007199254740993", "1234567890123456789", "-1e400", "5.0", "12E+2", "-0.0"];
  for (const number of numbers) {
    for (const text of [number, `{"a":${number}}`, `[${number}]`, `[1,${number},"x"]`]) {
      assertEquals(JSON.stringify(parseExact(text)), text);
    }
  }
});

Deno.test("parseExact makes ordinary numbers of those that a double holds", () => {
  const text = '{"a":[0,-1,1.5,9007199254740991,0.1234567890123456789,1.5e-7],"b":"1e400, 5.0"}';
  assertEquals(parseExact(text), JSON.parse(text));
  assertThrows(() => parseExact('{"a":1e400,'), SyntaxError);
});

Deno.test("an integer is one however large, and an object is none whatever its fields", () => {
  const numbers = parseExact('[1,9007199254740993,5.0,1.5,"1",{"rawJSON":"5"},1e400]');
  const found = Array.isArray(numbers) ? numbers.map(isAnyInteger) : [];
  assertEquals(found, [true, true, false, false, false, false, false]);
});
