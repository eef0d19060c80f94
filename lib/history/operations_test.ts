import { assertEquals, assertThrows } from "@std/assert";
import { keyword, printEdn } from "./edn.ts";
import {
  HistoryReader,
  type Op,
  opFromEdn,
  opToEdn,
  pairs,
  parseHistory,
  printHistory,
  taggedOp,
} from "./operations.ts";

const TEXT = `{:index 0, :time 5, :type :invoke, :process 0, :f :read, :value nil, :final? true}
{:index 1, :time 6, :type :info, :process :nemesis, :f :start-partition, :value :one}
{:index 2, :time 7, :type :fail, :process 0, :f :read, :value nil, :error :net-timeout, :final? true}
`;

Deno.test("a history is read and printed line by line", () => {
  const history = parseHistory(`${TEXT}\n`);
  assertEquals(history.map(({ process }) => process), [0, "nemesis", 0]);
  assertEquals(history[2]?.error, keyword("net-timeout"));
  assertEquals(history[0]?.extra, { "final?": true });
  assertEquals(printHistory(history), TEXT);
});

Deno.test("an operation is read from a plain map or from a tagged one, as results hold it", () => {
  const [op] = parseHistory(TEXT);
  if (op === undefined) throw new Error("the history is empty");
  assertEquals(printEdn(taggedOp(op)).startsWith("#jepsen.history.Op{:index 0, :time 5"), true);
  assertEquals(opFromEdn(taggedOp(op)), op);
  assertEquals(opFromEdn(opToEdn(op)), op);
});

Deno.test("a line that is not an operation is refused by its number, with the reason", () => {
  const wrong = (line: string, message: string) =>
    assertThrows(() => parseHistory(`${TEXT}${line}\n`), SyntaxError, message);
  wrong("{:index 3}", "history line 4: :time must be an integer, got nil");
  wrong("{:index 3, :time 1, :type :maybe, :f :a, :process 1}", ":type must be one of :invoke");
  wrong(
    "{:index 3, :time 1, :type :ok, :f :a, :process :me}",
    ":process must be an integer or :nemesis",
  );
  wrong("[1 2]", "expected an operation's map");
  wrong("{", "history line 4");
});

Deno.test("several operations may share a line, and one may take several", () => {
  const [first, second, third] = TEXT.trim().split("\n");
  const cramped = `${first} ${second}\n;a comment\n${third?.replaceAll(", ", ",\n")}`;
  assertEquals(parseHistory(cramped), parseHistory(TEXT));
});

Deno.test("a missing :index is the operation's position", () => {
  assertEquals(parseHistory(TEXT.replaceAll(/:index \d+, /g, "")), parseHistory(TEXT));
});

Deno.test("a :time beyond 2^53 keeps every digit", () => {
  const text = TEXT.replace(":time 5", ":time 1589367458073308289");
  const [op] = parseHistory(text);
  assertEquals([op?.time, op?.exactTime], [Number(1589367458073308289n), 1589367458073308289n]);
  assertEquals(printHistory(parseHistory(text)), text);
});

Deno.test("whole floats keep their form when a history is read and printed again", () => {
  const text = TEXT.replace(":value nil", ":value [1 1.0 {2.0 [3.0 4N]}]");
  assertEquals(printHistory(parseHistory(text)), text);
});

/** Reads a history that arrives in pieces of that many bytes. */
function readInPieces(text: string, pieceBytes: number): Op[] {
  const history: Op[] = [];
  const reader = new HistoryReader();
  const take = () => {
    for (let op = reader.next(); op !== undefined; op = reader.next()) history.push(op);
  };
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    reader.push(bytes.subarray(from, from + pieceBytes));
    take();
  }
  reader.end();
  take();
  return history;
}

Deno.test("a history that arrives in pieces is read, however it is cut", () => {
  const text = TEXT.repeat(20);
  for (const pieceBytes of [1, 7, 64, text.length]) {
    assertEquals(printHistory(readInPieces(text, pieceBytes)), text);
    assertThrows(
      () => readInPieces(text.slice(0, -3), pieceBytes),
      SyntaxError,
      "history line 60, column 1: ",
    );
  }
});

Deno.test("invocations pair with their completions; one that the run cut off has none", () => {
  const op = (index: number, type: "invoke" | "ok" | "info", process: number) =>
    ({ index, time: index, type, process, f: "read", value: null }) as const;
  const history = [
    op(0, "invoke", 0),
    op(1, "invoke", 1),
    { ...op(2, "info", 0), process: "nemesis" } as const,
    op(3, "ok", 0),
    op(4, "invoke", 0),
    op(5, "info", 1),
  ];
  assertEquals(
    pairs(history).map(({ invocation, completion }) => [invocation.index, completion?.index]),
    [
      [0, 3],
      [1, 5],
      [4, undefined],
    ],
  );
});
