import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { showLine } from "./progress_line.ts";

/** A terminal that keeps what is written on it. */
function keepingTerminal({ isTerminal = true, columns = 80, isDumb = false } = {}) {
  const written: string[] = [];
  const write = (bytes: Uint8Array) => {
    written.push(new TextDecoder().decode(bytes));
    return Promise.resolve(bytes.length);
  };
  return {
    written,
    isTerminal: () => isTerminal,
    write,
    columns: () => columns,
    isDumb: () => isDumb,
  };
}

Deno.test("a progress line shows how far it is, is redrawn in place, and leaves nothing", async () => {
  const terminal = keepingTerminal();
  let done = 0;
  const line = showLine(() => ({ done, total: 2, words: [`${done} of 2`] }), terminal);
  done = 1;
  while (terminal.written.length < 2) await delay(10);
  await line.stop();
  const drawn = (bar: string, words: string) => `\r\x1b[K${bar} ${words}`;
  assertEquals(terminal.written[0], drawn("╌".repeat(24), "0 of 2"));
  assertEquals(terminal.written[1], drawn("━".repeat(12) + "╌".repeat(12), "1 of 2"));
  assertEquals(terminal.written.at(-1), "\r\x1b[K");
});

Deno.test("the bar of a progress line is never longer than whole nor shorter than nothing", async () => {
  const bars: unknown[] = [];
  for (const done of [-1, 5]) {
    const terminal = keepingTerminal();
    await showLine(() => ({ done, total: 2, words: [] }), terminal).stop();
    bars.push(terminal.written[0]?.match(/[━╌]+/)?.[0]);
  }
  assertEquals(bars, ["╌".repeat(24), "━".repeat(24)]);
});

Deno.test("where no terminal is, or none any more, a progress line keeps quiet", async () => {
  const file = keepingTerminal({ isTerminal: false });
  await showLine(() => ({ done: 0, total: 1, words: [] }), file).stop();
  assertEquals(file.written, []);
  const gone = {
    ...keepingTerminal(),
    write: () => Promise.reject(new Deno.errors.BrokenPipe()),
  };
  await showLine(() => ({ done: 0, total: 1, words: [] }), gone).stop();
  const dumb = keepingTerminal({ isDumb: true });
  await showLine(() => ({ done: 0, total: 1, words: [] }), dumb).stop();
  assertEquals(dumb.written, []);
});

Deno.test("a progress line stays narrower than the terminal: words go from the right", async () => {
  const words = ["letting nodes recover", "12 of 20 s", "2,026 ops", "4.17 messages per op"];
  for (const columns of [200, 120, 80, 60, 40, 20, 8]) {
    const terminal = keepingTerminal({ columns });
    await showLine(() => ({ done: 1, total: 2, words }), terminal).stop();
    const line = (terminal.written[0] ?? "").replace("\r\x1b[K", "");
    assert(line.length < columns, `${columns}: ${line}`);
    assertStringIncludes(line, "lett");
    assertEquals(line.includes("per op"), columns >= 120, line);
  }
});
