/**
 * `glomers worker --on nats://HOST`: simulates, on all cores, what `glomers sim … --on` asks for.
 *
 * @module
 */
import { pluralize } from "../lib/checkers/format.ts";
import { engineName } from "../lib/nats/engine.ts";
import { SweepQueue } from "../lib/nats/queue.ts";
import { SERVER_OPTIONS } from "../lib/nats/server.ts";
import { work } from "../lib/nats/worker.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { type Options, whole } from "../lib/workbench/option.ts";
import { readArguments } from "./shared/command_line.ts";
import { callOf } from "./shared/invocation.ts";
import { serveOn } from "./shared/serving.ts";

const COMMAND = {
  own: {
    ...SERVER_OPTIONS,
    cores: { kind: whole(1), value: "N", help: "threads; default one for each core" },
  } satisfies Options,
} as const;

/** Works until it is interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(HELP);
    return 0;
  }
  const { cores = navigator.hardwareConcurrency } = own;
  const say = (sentence: string) => console.log(sentence);
  const listener = { name: "glomers worker", say };
  return await serveOn(own, listener, async ({ connection, address, signal }) => {
    const [queue, engine] = await Promise.all([SweepQueue.open(connection, signal), engineName()]);
    say(`works for ${address} on ${pluralize(cores, "core")}: ${engine}`);
    await work(queue, { engine, cores, say, signal });
    return undefined;
  });
}

const HELP = [
  `${callOf("worker")} --on nats://HOST [options]`,
  "",
  "Simulates what sim … --on nats://HOST asks for, on all cores, until it is interrupted. Programs",
  "come from the server and run in threads without any permission.",
  "",
  optionsHelp(COMMAND),
].join("\n");
