import { assertEquals } from "@std/assert";
import { ErrorLog } from "./error_log.ts";

function read(text: string): ErrorLog {
  const log = new ErrorLog();
  for (const line of text.split("\n")) log.take("n0", line);
  return log;
}

/** What a program's end looks like, by language: the error and the place that are found. */
const ENDS: Record<string, [log: string, text: string, place: string]> = {
  deno: [
    "error: Uncaught (in promise) TypeError: boom\n    throw new TypeError('boom');\n" +
    "          ^\n    at ext:core/mod.js:1:2\n    at handle (file:///work/mine/echo.ts:12:9)",
    "error: Uncaught (in promise) TypeError: boom",
    "/work/mine/echo.ts:12",
  ],
  node: [
    "/app/index.js:7\n  throw new Error('boom');\n  ^\n\nError: boom\n" +
    "    at node:internal/main:1:2\n    at on (/app/node_modules/x/y.js:3:4)\n" +
    "    at Object.<anonymous> (/app/index.js:7:9)\n\nNode.js v22.0.0",
    "Error: boom",
    "/app/index.js:7",
  ],
  python: [
    'Traceback (most recent call last):\n  File "/app/echo.py", line 4, in <module>\n    go()\n' +
    '  File "/app/echo.py", line 9, in go\n    json.loads("")\n' +
    '  File "/usr/lib/python3.12/json/decoder.py", line 337, in decode\n' +
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    "/app/echo.py:9",
  ],
  java: [
    'Exception in thread "main" java.lang.IllegalStateException: boom\n' +
    "\tat java.base/java.util.List.of(List.java:10)\n\tat app.Main.run(Main.java:42)\n" +
    "Caused by: java.lang.NullPointerException\n\t... 1 more",
    'Exception in thread "main" java.lang.IllegalStateException: boom',
    "Main.java:42",
  ],
  go: [
    "panic: boom\n\ngoroutine 1 [running]:\nlog.Panicf({0x1, 0x2})\n" +
    "\t/usr/local/go/src/log/log.go:439 +0x65\nmain.main()\n\t/app/main.go:21 +0x1d\nexit status 2",
    "panic: boom",
    "/app/main.go:21",
  ],
  rust: [
    "thread 'main' panicked at src/main.rs:3:5:\nboom\nnote: run with `RUST_BACKTRACE=1`",
    "thread 'main' panicked at src/main.rs:3:5:",
    "src/main.rs:3",
  ],
  dotnet: [
    "Unhandled exception. System.Exception: boom\n   at App.Program.Main() in /app/Program.cs:line 8",
    "Unhandled exception. System.Exception: boom",
    "/app/Program.cs:8",
  ],
};

for (const [language, [log, text, place]] of Object.entries(ENDS)) {
  Deno.test(`the error that ended a program is found, and where: ${language}`, () => {
    assertEquals(read(log).errors, [{ node: "n0", text, place, count: 1 }]);
  });
}

Deno.test("last words are the error's first line, what it quotes, and the first own frame", () => {
  assertEquals(read(ENDS["deno"]?.[0] ?? "").lastWords("n0"), [
    "error: Uncaught (in promise) TypeError: boom",
    "    throw new TypeError('boom');",
    "    at handle (file:///work/mine/echo.ts:12:9)",
  ]);
  assertEquals(read(ENDS["rust"]?.[0] ?? "").lastWords("n0")?.[1], "boom");
  assertEquals(read("Error: early\n    at f (/a.js:1:2)\ngoing on").lastWords("n0"), undefined);
  assertEquals(read("nothing wrong here").lastWords("n0"), undefined);
});

Deno.test("an error that a handler of the library threw is counted, however its numbers change", () => {
  const text = [1, 2, 3].map((n) =>
    `echo from c${n} failed: TypeError: boom\n    at file:///mine/echo.ts:3:9\nserved ${n}`
  ).join("\n");
  assertEquals(read(text).errors, [{
    node: "n0",
    text: "echo from c1 failed: TypeError: boom",
    place: "/mine/echo.ts:3",
    count: 3,
  }]);
});

Deno.test("colour does not hide an error", () => {
  const { errors } = read("\x1b[0m\x1b[1m\x1b[31merror\x1b[0m: Uncaught Error: boom");
  assertEquals(errors.map(({ text }) => text), ["error: Uncaught Error: boom"]);
});

Deno.test("ordinary lines are no errors, and what is kept is bounded", () => {
  assertEquals(read("listening\n0 errors so far\nretrying n1").errors, []);
  const many = Array.from({ length: 100 }, (_, n) => `Error: ${"x".repeat(n)}`).join("\n");
  assertEquals(read(many).errors.length, 8);
  assertEquals((read(`Error: ${"x".repeat(100_000)}`).errors[0]?.text.length ?? 0) <= 301, true);
});

Deno.test("errors of several nodes are in the order in which they came", () => {
  const log = new ErrorLog();
  log.take("n2", "starting");
  log.take("n0", "Error: first");
  log.take("n2", "Error: second");
  log.take("n0", "TypeError: third");
  assertEquals(log.errors.map(({ text }) => text), [
    "Error: first",
    "Error: second",
    "TypeError: third",
  ]);
});
