/**
 * `serve` as Maelstrom sees it: a process at the other end of a pipe.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { LineSplitter } from "./lines.ts";
import { type Body, type Message, parseMessage } from "./message.ts";

/** A served node. */
class Served implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #splitter = new LineSplitter();
  readonly #lines: string[] = [];
  readonly #errors: Promise<string>;
  #lastMsgId = 0;

  constructor(...args: string[]) {
    const path = fileURLToPath(new URL("testdata/awkward_node.ts", import.meta.url));
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", path, ...args],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(60_000), // a failing test must not hang
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  async write(input: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#input.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
  }

  /** The next line; `undefined` at the end. */
  async line(): Promise<string | undefined> {
    while (this.#lines.length === 0) {
      const { value } = await this.#output.read();
      if (value === undefined) return this.#splitter.end()[0];
      this.#lines.push(...this.#splitter.push(value));
    }
    return this.#lines.shift();
  }

  async message(): Promise<Message> {
    return parseMessage(await this.line() ?? "");
  }

  /** Sends a request and returns the next message's body. */
  async ask(body: Body): Promise<Body> {
    await this.write(request({ ...body, msg_id: ++this.#lastMsgId }));
    return (await this.message()).body;
  }

  async init(): Promise<this> {
    const body = await this.ask({ type: "init", node_id: "n0", node_ids: ["n0"] });
    assertEquals(body, { type: "init_ok", in_reply_to: this.#lastMsgId });
    return this;
  }

  /** Closes the node's standard output, as a harness that dies does. */
  async hangUp(): Promise<void> {
    await this.#output.cancel();
  }

  /** Ends the node's input; returns the rest of its output, its log and its exit status. */
  async end(): Promise<{ rest: string[]; log: string; code: number }> {
    await this.#input.close();
    const rest: string[] = [];
    for (let line = await this.line(); line !== undefined; line = await this.line()) {
      rest.push(line);
    }
    return { rest, ...await this.ended() };
  }

  async ended(): Promise<{ log: string; code: number }> {
    const { code } = await this.#child.status;
    return { log: await this.#errors, code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended already
    }
    await this.#input.abort().catch(() => {});
    await this.#output.cancel();
    await this.ended();
  }
}

function request(body: Body): string {
  return `${JSON.stringify({ id: 0, src: "c1", dest: "n0", body })}\n`;
}

const echo = (echo: unknown, msg_id = 1) => request({ type: "echo", msg_id, echo });

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
  await node.write(request({ type: "slip", kind: "whole console" }));
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
    await node.write(request({ type: "slip", kind: kind ?? "" }));
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
  await node.write(request({ type: "ping", msg_id: 3 }));
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
