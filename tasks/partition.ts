/**
 * `deno task partition`: how late values come while the network is partitioned, and who sends when in
 * an exchange of 3d and of 3e without faults; all in the simulator.
 *
 * Each row is a shape of partition, with the lowest node on its smaller or its larger side; each run
 * is partitioned for ten seconds, Maelstrom's mean, within the challenge's twenty. What is measured
 * is the delay of every value broadcast in that time to every node, beyond the earliest instant at
 * which any path to it existed.
 *
 *     deno task partition                                    # 3c, 3d and 3e, for results/partition.md
 *     deno task partition nodes/3d_efficient_broadcast_1.ts  # a node of one's own, only printed
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { loadProgram } from "../lib/simulator/program.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { UsageError, type Values, whole } from "../lib/workbench/option.ts";
import { challengeOf } from "./shared/challenges.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { EXCHANGES, traceExchange } from "./shared/exchange.ts";
import { CUTS, quantileOf, runCut } from "./shared/partitions.ts";
import {
  type CutRow,
  PARTITION,
  type PartitionData,
  PARTITIONED,
  QUANTILES,
  renderCuts,
} from "./shared/partition_page.ts";
import { writeResults } from "./shared/result_pages.ts";
import { stampNow } from "./shared/stamp.ts";

const COMMAND = {
  own: {
    nodes: { kind: whole(1), value: "N", help: "nodes", default: 25 },
    rate: { kind: whole(1), value: "HZ", help: "operations per second", default: 100 },
    latency: { kind: whole(1), value: "MS", help: "latency between nodes", default: 100 },
    seeds: { kind: whole(1), value: "N", help: "runs a row", default: 30 },
  },
  words: Infinity,
} as const;

type Options = Values<typeof COMMAND.own>;

/** Measures what the command line says, and prints it; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, words: files, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const stray = files.find((file) => !existsSync(file));
  if (stray !== undefined) throw new UsageError(`there is no file ${stray}`);
  if (files.length === 0) await measureChallenges(own);
  for (const file of files) console.log(`${file}\n\n${renderCuts(await measure(file, own))}\n`);
  return 0;
}

async function measureChallenges(own: Options): Promise<void> {
  const stamp = await stampNow();
  const cuts: Record<string, CutRow[]> = {};
  for (const id of PARTITIONED) {
    cuts[id] = await measure(challengeOf(id).node, own);
    console.log(`${id}\n\n${renderCuts(cuts[id])}\n`);
  }
  const exchanges: PartitionData["exchanges"][number][] = [];
  for (const { id, ...interval } of EXCHANGES) {
    exchanges.push({
      id,
      sent: await traceExchange(await programOf(challengeOf(id).node), interval),
    });
  }
  const data: PartitionData = { ...stamp, engine: "simulator", options: own, cuts, exchanges };
  Deno.writeTextFileSync(PARTITION, `${JSON.stringify(data)}\n`);
  writeResults();
}

function programOf(file: string) {
  return loadProgram(pathToFileURL(resolve(file)).href);
}

async function measure(file: string, options: Options): Promise<CutRow[]> {
  const { nodes, rate, latency: latencyMs, seeds } = options;
  const program = await programOf(file);
  const rows: CutRow[] = [];
  for (const cut of CUTS) {
    const figures = await runCut(program, cut, { nodes, rate, latencyMs, seeds });
    rows.push({
      ...cut,
      valid: [...figures.verdicts].join(", "),
      delaysMs: QUANTILES.map(({ q }) => quantileOf(figures.delaysMs, q)),
      messagesPerOp: figures.messagesPerOp,
    });
  }
  return rows;
}

function helpText(): string {
  return [
    "deno task partition [FILE …] [options]",
    "",
    "Simulates how late values come while the network is partitioned: of 3c, 3d and 3e for",
    "results/partition.md, or of the nodes in files, which is only printed.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}

if (import.meta.main) await conclude("deno task partition", () => main(Deno.args));
