/**
 * `glomers worker --on nats://HOST`: simulates, on all cores, what `glomers sim … --on` asks for.
 *
 * @module
 */
import { pluralize } from "../lib/checkers/format.ts";
import { SERVER_OPTIONS, serverOf } from "../lib/nats/server.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { type Options, UsageError, whole } from "../lib/workbench/option.ts";
import { readArguments } from "./shared/command_line.ts";
import { interruptible } from "./shared/interrupt.ts";
import { callOf } from "./shared/invocation.ts";

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
  const server = serverOf(own);
  if (server === undefined) {
    throw new UsageError("--on nats://HOST is missing: the server to work for");
  }
  const { cores = navigator.hardwareConcurrency } = own;
  const [{ closing, connectTo }, { SweepQueue }, { work }, { engineName }] = await Promise.all([
    import("../lib/nats/connection.ts"),
    import("../lib/nats/queue.ts"),
    import("../lib/nats/worker.ts"),
    import("../lib/nats/engine.ts"),
  ]);
  const say = (sentence: string) => console.log(sentence);
  return await interruptible(async (signal) => {
    const connection = await connectTo(server, { name: "glomers worker", say });
    await using _ = closing(connection);
    const [queue, engine] = await Promise.all([SweepQueue.open(connection, signal), engineName()]);
    say(`works for ${server.address} on ${pluralize(cores, "core")}: ${engine}`);
    await work(queue, { engine, cores, say, signal });
    signal.throwIfAborted();
    return 0;
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
