/**
 * `glomers services --on nats://HOST`: the key-value services and the timestamp oracle for nodes of a
 * system that just runs.
 *
 * @module
 */
import { closing, connectTo, untilLost } from "../lib/nats/connection.ts";
import { SERVER_OPTIONS, serverOf } from "../lib/nats/server.ts";
import { startServices } from "../lib/nats/services.ts";
import { CLUSTER_OPTION, requireToken } from "../lib/nats/transport.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { type Options, UsageError } from "../lib/workbench/option.ts";
import { readArguments } from "./shared/command_line.ts";
import { interruptible } from "./shared/interrupt.ts";
import { callOf } from "./shared/invocation.ts";

const OWN = {
  ...SERVER_OPTIONS,
  ...CLUSTER_OPTION,
} as const satisfies Options;

const COMMAND = { own: OWN } as const;

/** Serves until it is interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const server = serverOf(own);
  if (server === undefined) throw new UsageError("--on is missing: the address of a NATS server");
  const { name: system } = own;
  requireToken("name", system);
  const say = (sentence: string) => console.log(sentence);
  return await interruptible(async (signal) => {
    const { promise: interrupted, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    signal.throwIfAborted();
    const connection = await connectTo(server, {
      say: (sentence) => say(`services of ${system}: ${sentence}`),
      name: `glomers services ${system}`,
    });
    await using _closing = closing(connection);
    await startServices(connection, { system, say });
    say(describe(system, server.address));
    return await Promise.race([interrupted, untilLost(connection, server)]);
  });
}

/** What was found about the buckets, and what of it matters. */
function describe(system: string, address: string): string {
  return [
    `The services of ${system} answer on ${address}, each from one copy of its bucket.`,
    "  lin-kv, seq-kv, lww-kv  linearizable",
    "  lin-tso                 linearizable: timestamps rise, and none comes twice",
    "What is acknowledged outlasts the server. It outlasts a crash of the server's machine only if",
    'the server\'s configuration says "sync_interval: always", which clients cannot see.',
  ].join("\n");
}

function helpText(): string {
  return [
    `${callOf("services")} --on nats://HOST [options]`,
    "",
    "Serves seq-kv, lin-kv, lww-kv and lin-tso from JetStream, to nodes that run with --on.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
