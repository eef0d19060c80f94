/**
 * `glomers services --on nats://HOST`: the key-value services and the timestamp oracle for nodes of a
 * system that just runs.
 *
 * @module
 */
import { SERVER_OPTIONS } from "../lib/nats/server.ts";
import { startServices } from "../lib/nats/services.ts";
import { CLUSTER_OPTION, requireToken } from "../lib/nats/transport.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import type { Options } from "../lib/workbench/option.ts";
import { readArguments } from "./shared/command_line.ts";
import { callOf } from "./shared/invocation.ts";
import { serveOn } from "./shared/serving.ts";

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
  const { name: system } = own;
  requireToken("name", system);
  const say = (sentence: string) => console.log(sentence);
  const listener = {
    say: (sentence: string) => say(`services of ${system}: ${sentence}`),
    name: `glomers services ${system}`,
  };
  return await serveOn(own, listener, async ({ connection, address }) => {
    await startServices(connection, { system, say });
    say(describe(system, address, connection.info?.version ?? ""));
    return undefined;
  });
}

/** What was found about the buckets, and what could not be. */
function describe(system: string, address: string, version: string): string {
  return [
    `The services of ${system} answer on ${address}, each from one copy of its bucket.`,
    "  lin-kv, seq-kv, lww-kv  linearizable",
    "  lin-tso                 linearizable: timestamps rise, and none comes twice",
    "What is acknowledged outlasts the server, though not a crash of the server's machine",
    ...canSyncAlways(version)
      ? [
        'unless its configuration says "sync_interval: always", which is not checked, as a server',
        "shows that to its monitoring and its system account alone.",
      ]
      : [`within two minutes: nats-server ${version} does not know "sync_interval: always".`],
  ].join("\n");
}

/** Whether a server can be told to sync each change: from 2.10 on. */
function canSyncAlways(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 10);
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
