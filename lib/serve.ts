/**
 * Runs a program on standard input and output, as Maelstrom runs a node; or, with `--on ADDRESS`, as
 * part of a system that just runs.
 *
 * @module
 */
import { findOpener, type Link, type LinkOptions } from "./link.ts";
import { describeError, type Message, reasonOf } from "./message.ts";
import { Node, type Program } from "./node.ts";
import type { Platform } from "./platform.ts";
import { deno } from "./deno.ts";
import { BEAT_MS, Stalls } from "./stalls.ts";
import { divertConsole, StandardStreams } from "./stdio.ts";

/**
 * Runs a program on standard input and output until the input ends, then ends the process.
 *
 * With the argument `--on nats://HOST` messages go over a NATS server instead, and the process ends
 * when it is told to (`lib/nats/transport.ts`).
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
  const fail = (why: string): never => {
    log(why);
    return platform.exit(1);
  };
  divertConsole();
  let watching: Promise<void> | undefined;
  const beat = () => {
    if (watching !== undefined) stalls.beat();
  };
  const link = await openLink(platform, { log, fail, beat });
  const send = (message: Message) => link.send(message);
  const node = new Node({ send, log }, { openDisk: platform.openRunFolder, args: link.args });
  const stalls = new Stalls(node, () => performance.now());
  program(node);
  platform.surviveUncaught((what, error) => log(`${what}: ${describeError(error)}`));
  // Deno loads its timers with the first one, which takes a sixth of the time until init_ok; so that
  // goes out first.
  const watchStalls = async () => {
    try {
      await node.stored();
      await link.flushed();
    } finally {
      setInterval(beat, BEAT_MS);
    }
  };
  await link.run((message) => {
    node.receive(message, stalls.ageMs());
    watching ??= watchStalls();
  });
  await node.stored();
  await new Promise((resolve) => setTimeout(resolve)); // let handlers that have finished reply
  await link.flushed();
  platform.exit(0); // timers may still be pending
}

/** Opens what the arguments name; standard input and output, if they name nothing. */
async function openLink(platform: Platform, options: Omit<LinkOptions, "args">): Promise<Link> {
  const { args } = platform;
  try {
    const open = await findOpener(args);
    return await open?.({ args, ...options }) ?? new StandardStreams(platform, options);
  } catch (error) {
    return options.fail(reasonOf(error));
  }
}
