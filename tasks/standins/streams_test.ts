import { assertEquals } from "@std/assert";
import * as std from "@std/streams";
import * as standIn from "./streams/mod.ts";

type Streams = typeof standIn;

/** A test of the stand-in, and of `@std/streams`, which is the real package where JSR answers. */
function test(name: string, run: (streams: Streams) => Promise<void>): void {
  Deno.test(`stand-in: ${name}`, () => run(standIn));
  Deno.test(`@std/streams: ${name}`, () => run(std));
}

/** Every way to cut a text into chunks. */
function* cuts(text: string): Generator<string[]> {
  for (let where = 0; where < 1 << (text.length - 1); where++) {
    const chunks = [""];
    for (const [i, character] of [...text].entries()) {
      chunks.push((chunks.pop() ?? "") + character);
      if (where >> i & 1) chunks.push("");
    }
    yield chunks;
  }
}

test("lines do not depend on how the text is cut", async ({ TextLineStream }) => {
  const cases: [text: string, allowCR: boolean, lines: string[]][] = [
    ["ab\ncd\n", false, ["ab", "cd"]],
    ["ab\ncd", false, ["ab", "cd"]],
    ["\r\n\na\r\n", false, ["", "", "a"]],
    ["a\rb\nc\r", false, ["a\rb", "c\r"]],
    ["a\rb\nc\r", true, ["a", "b", "c"]],
    ["\r\r\na\r\n", true, ["", "", "a"]],
    ["", false, []],
  ];
  for (const [text, allowCR, lines] of cases) {
    for (const chunks of text === "" ? [[""]] : cuts(text)) {
      const stream = ReadableStream.from(chunks).pipeThrough(new TextLineStream({ allowCR }));
      assertEquals(await Array.fromAsync(stream), lines, JSON.stringify(chunks));
    }
  }
});

test("a long line in many chunks costs linear time", async ({ TextLineStream }) => {
  // 40,000 chunks joined anew at each would copy 40 GB.
  const chunks = Array.from({ length: 40_000 }, () => "x".repeat(50));
  const stream = ReadableStream.from([...chunks, "\n"]).pipeThrough(new TextLineStream());
  assertEquals((await Array.fromAsync(stream)).map((line) => line.length), [2_000_000]);
});

test("toText reads text, and bytes also where a character is cut", async ({ toText }) => {
  assertEquals(await toText(ReadableStream.from(["a", "b"])), "ab");
  const bytes = new TextEncoder().encode("aé天🦕");
  const cut = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
  assertEquals(await toText(cut), "aé天🦕");
  assertEquals(await toText(ReadableStream.from([bytes.subarray(0, 2)])), "a\ufffd");
});
