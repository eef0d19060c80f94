/**
 * `serve` as Maelstrom sees it: a process at the other end of a pipe.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { fileURLToPath } from "node:url";
import { parseMessage } from "./message.ts";
import { NodeProcess, requestLine } from "./testing/process.ts";

/** A served node that does awkward things when asked to. */
class Served extends NodeProcess {
  constructor(...args: string[]) {
    const path = fileURLToPath(new URL("testdata/awkward_node.ts", import.meta.url));
    super({
      command: Deno.execPath(),
      args: ["run", "--quiet", path, ...args],
      signal: AbortSignal.timeout(60_000), // a failing test must not hang
    });
  }
}

const echo = (echo: unknown, msg_id = 1) => requestLine({ type: "echo", msg_id, echo });

Deno.test("a served node answers init and requests, one JSON object per line", async () => {
  await using node = new Served();
  await node.init();
  await node.write(echo("hé 🌍", 5));
  assertEquals(
    await node.line(),
    '{"src":"n0","dest":"c1","body":{"type":"echo_ok","echo":"hé 🌍","in_reply_to":5}}',
  );
  assertEquals(await node.end(), { rest: [], log: "", code: 0 });
});

Deno.test("a message may arrive in pieces that cut lines and characters", async () => {
  await using node = await new Served().init();
  const first = new TextEncoder().encode(echo("first"));
  const second = new TextEncoder().encode(echo("日本語"));
  const cut = second.indexOf(0xe6) + 1; // one byte into 日
  await node.write(new Uint8Array([...first, ...second.subarray(0, cut)]));
  assertEquals((await node.message()).body.echo, "first"); // so the first piece was read on its own
  await node.write(second.slice(cut));
  assertEquals((await node.message()).body.echo, "日本語");
});

Deno.test("what waited in the pipe of a stopped process is not answered when its client is gone, what comes later is", async () => {
  await using node = await new Served("--hurry").init();
  assertEquals((await node.ask({ type: "echo", echo: "before" })).echo, "before");
  node.signal("SIGSTOP");
  for (const id of [100, 101]) await node.write(echo("waits", id));
  await delay(1_200); // six seconds of the node's hurried time
  node.signal("SIGCONT");
  const told = await node.message(); // to itself
  assertEquals([told.src, told.dest], ["n0", "n0"]);
  await node.write(`${JSON.stringify(told)}\n${echo("later", 102)}`);
  assertEquals((await node.message()).body.echo, "later");
  const { log } = await node.end();
  assertMatch(log, /^(dropped echo_ok to c1 after \d+ ms: its echo has timed out\n){2}$/);
});

Deno.test("many lines may arrive at once, and are answered in order", async () => {
  await using node = await new Served().init();
  const count = 2000;
  const lines = Array.from({ length: count }, (_, i) => echo(i));
  const writing = node.write(lines.join(""));
  for (let i = 0; i < count; i++) assertEquals((await node.message()).body.echo, i);
  await writing;
});

Deno.test("a line may be megabytes long, in and out", async () => {
  await using node = await new Served().init();
  const text = "ö0123456789".repeat(300_000);
  assertEquals((await node.ask({ type: "echo", echo: text })).echo, text);
});

Deno.test("replies made before the end of input are written in full", async () => {
  await using node = await new Served().init();
  const text = "0123456789".repeat(300_000);
  await node.write(echo(text));
  const { rest } = await node.end();
  assertEquals(rest.map((line) => parseMessage(line).body.echo), [text]);
});

Deno.test("the last line needs no newline", async () => {
  await using node = await new Served().init();
  await node.write(echo("last").trimEnd());
  const { rest, code } = await node.end();
  assertEquals(rest.map((line) => parseMessage(line).body.echo), ["last"]);
  assertEquals(code, 0);
});

Deno.test("lines that are no messages are logged and ignored, and the node keeps running", async () => {
  await using node = await new Served().init();
  await node.write('\n\nhello\n{"src":"n1"}\n{"src":"n1","dest":"n0"}\n[]\n');
  assertEquals((await node.ask({ type: "echo", echo: "alive" })).echo, "alive");
  const { rest, log } = await node.end();
  assertEquals(rest, []);
  assertEquals(log.trimEnd().split("\n"), [
    "ignored a line that is no message: not JSON: hello",
    'ignored a line that is no message: "dest" must be a string: {"src":"n1"}',
    'ignored a line that is no message: "body" must be an object: {"src":"n1","dest":"n0"}',
    "ignored a line that is no message: a message must be a JSON object: []",
  ]);
});

Deno.test("requests that arrive before init are answered after it", async () => {
  await using node = new Served();
  await node.write(echo("early", 9));
  await node.init();
  assertEquals((await node.message()).body, { type: "echo_ok", echo: "early", in_reply_to: 9 });
});

Deno.test("whatever a program prints goes to standard error", async () => {
  await using node = await new Served().init();
  await node.write(requestLine({ type: "slip", kind: "whole console" }));
  assertEquals((await node.ask({ type: "echo", echo: "clean" })).echo, "clean");
  const { rest, log, code } = await node.end();
  assertEquals([rest, code], [[], 0]);
  assertStringIncludes(log, "said by a program");
});

for (
  const [kind, logged] of [
    ["uncaught error", "uncaught error: Error: nobody caught me\n    at "],
    ["unhandled rejection", "unhandled rejection: Error: nobody handled me\n    at "],
  ]
) {
  Deno.test(`an ${kind} is logged with its stack, and the node keeps running`, async () => {
    await using node = await new Served().init();
    await node.write(requestLine({ type: "slip", kind: kind ?? "" }));
    for (const echo of ["alive", "and well"]) {
      assertEquals((await node.ask({ type: "echo", echo })).echo, echo);
    }
    const { log, code } = await node.end();
    assertStringIncludes(log, logged ?? "");
    assertEquals(code, 0);
  });
}

Deno.test("the end of input ends the process once it has answered, even with timers pending", async () => {
  await using node = await new Served().init();
  await node.write(requestLine({ type: "ping", msg_id: 3 }));
  const { rest, log, code } = await node.end();
  assertEquals(rest.map((line) => parseMessage(line).body), [{ type: "ping_ok", in_reply_to: 3 }]);
  assertEquals([log, code], ["", 0]);
});

Deno.test("a node whose output nobody reads says so and exits", async () => {
  await using node = await new Served().init();
  await node.hangUp();
  await node.write(echo("anyone?"));
  const { log, code } = await node.ended();
  assertStringIncludes(log, "nobody reads this node any more");
  assertEquals(code, 1);
});

Deno.test("a program that throws at the start ends the process with its error", async () => {
  await using node = new Served("--fail");
  const { log, code } = await node.ended();
  assertStringIncludes(log, "Error: no such luck");
  assertEquals(code, 1);
});
