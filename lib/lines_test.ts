import { assertEquals } from "@std/assert";
import { LineSplitter } from "./lines.ts";

const encoder = new TextEncoder();

/** All lines of a stream that arrives in these chunks. */
function lines(chunks: Iterable<Uint8Array>): string[] {
  const splitter = new LineSplitter();
  return [...[...chunks].flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

function* cut(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const TEXT = ["plain", "é ü ß", "", "日本語", "🌍🧵", '{"a":"\\n"}'];
const BYTES = encoder.encode(TEXT.map((line) => `${line}\n`).join(""));

Deno.test("a stream yields the same lines wherever it is cut", () => {
  for (let at = 0; at <= BYTES.length; at++) {
    assertEquals(lines([BYTES.subarray(0, at), BYTES.subarray(at)]), TEXT);
  }
  for (let size = 1; size <= BYTES.length; size++) assertEquals(lines(cut(BYTES, size)), TEXT);
});

Deno.test("a line is returned with the chunk that ends it", () => {
  const splitter = new LineSplitter();
  assertEquals(splitter.push(encoder.encode("on")), []);
  assertEquals(splitter.push(encoder.encode("e\ntwo\nthr")), ["one", "two"]);
  assertEquals(splitter.push(encoder.encode("ee")), []);
  assertEquals(splitter.push(encoder.encode("\n")), ["three"]);
  assertEquals(splitter.end(), []);
});

Deno.test("a chunk may hold many lines", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => `line ${i}`);
  assertEquals(lines([encoder.encode(`${many.join("\n")}\n`)]), many);
});

Deno.test("a line may be megabytes long", () => {
  const long = "ö0123456789".repeat(400_000);
  const bytes = encoder.encode(`before\n${long}\nafter\n`);
  assertEquals(lines(cut(bytes, 65_536)), ["before", long, "after"]);
});

Deno.test("a line longer than the bound is cut there, and the next one is whole", () => {
  const splitter = new LineSplitter(5);
  const chunks = ["123", "4567", "89\nabc\nABCDEFGH\n", "next\nlast line"];
  const found = chunks.flatMap((chunk) => splitter.push(encoder.encode(chunk)));
  assertEquals([...found, ...splitter.end()], ["12345", "abc", "ABCDE", "next", "last "]);
});

Deno.test("a last line without a newline is returned at the end of the stream", () => {
  assertEquals(lines([encoder.encode("one\ntwo")]), ["one", "two"]);
  assertEquals(lines([]), []);
});

Deno.test("a character cut off by the end of the stream becomes the replacement character", () => {
  assertEquals(lines([encoder.encode("caf"), encoder.encode("é").subarray(0, 1)]), ["caf\u{fffd}"]);
});

Deno.test("a chunk may be overwritten after it was pushed", () => {
  const splitter = new LineSplitter();
  const buffer = encoder.encode("abc");
  splitter.push(buffer);
  buffer.fill(0);
  assertEquals(splitter.push(encoder.encode("\n")), ["abc"]);
});

Deno.test("pending counts the characters of an unfinished line", () => {
  const splitter = new LineSplitter();
  splitter.push(encoder.encode("one\ntw"));
  assertEquals(splitter.pending, 2);
  splitter.push(encoder.encode("o, and"));
  assertEquals(splitter.pending, 8);
  splitter.push(encoder.encode(" more\n"));
  assertEquals(splitter.pending, 0);
});
