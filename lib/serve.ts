/**
 * Runs a program on standard input and output, as Maelstrom runs a node.
 *
 * @module
 */
import { describeError, MalformedMessage, type Message, parseMessage } from "./message.ts";
import { Node, type Program } from "./node.ts";
import type { Platform } from "./platform.ts";
import { deno } from "./deno.ts";
import { BEAT_MS, Stalls } from "./stalls.ts";
import { divertConsole, LineWriter, readLines } from "./stdio.ts";

/**
 * Runs a program on standard input and output until the input ends, then ends the process.
 *
 * Standard output belongs to the protocol, so `console.log` writes to standard error. An error that
 * nobody catches is logged and the node keeps running, because Maelstrom takes any exit for a
 * crash.
 *
 * @param program Registers the node's handlers. If it throws, the process ends with its error.
 *
 * @example
 * ```ts
 * import { Echo, type Node, serve } from "@glomers/maelstrom";
 *
 * export default function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * if (import.meta.main) await serve(echo);
 * ```
 */
export async function serve(program: Program): Promise<never> {
  const platform: Platform = "Deno" in globalThis ? deno : (await import("./node_js.ts")).nodeJs;
  const log = (text: string) => console.error(text);
  divertConsole();
  const output = new LineWriter(platform, (error) => {
    log(`nobody reads this node any more: ${describeError(error)}`);
    platform.exit(1);
  });
  const send = (message: Message) => output.write(JSON.stringify(message));
  const node = new Node({ send, log }, { openDisk: platform.openRunFolder, args: platform.args });
  program(node);
  platform.surviveUncaught((what, error) => log(`${what}: ${describeError(error)}`));
  const stalls = new Stalls(performance.now());
  setInterval(() => stalls.beat(performance.now()), BEAT_MS);
  try {
    for await (const lines of readLines(platform)) {
      const nowMs = performance.now();
      stalls.beat(nowMs);
      const ageMs = stalls.ageMs(nowMs);
      for (const line of lines) if (line !== "") receiveLine(node, line, ageMs);
    }
  } catch (error) {
    log(`cannot read standard input: ${describeError(error)}`);
    platform.exit(1);
  }
  await node.stored();
  await new Promise((resolve) => setTimeout(resolve)); // let handlers that have finished reply
  await output.flushed();
  platform.exit(0); // timers may still be pending
}

function receiveLine(node: Node, line: string, ageMs: number): void {
  try {
    node.receive(parseMessage(line), ageMs);
  } catch (error) {
    const malformed = error instanceof MalformedMessage;
    node.log(
      malformed ? `ignored a line that is no message: ${error.message}` : describeError(error),
    );
  }
}
