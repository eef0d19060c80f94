/**
 * How late values come while the network is partitioned: a table in Markdown for each node given.
 *
 *     deno task partition nodes/3d_efficient_broadcast_1.ts
 *
 * Each row is a shape of partition, with the lowest node on its smaller or its larger side; each run
 * is partitioned for ten seconds, Maelstrom's mean, within the challenge's twenty. What is measured
 * is the delay of every value broadcast in that time to every node, beyond the earliest instant at
 * which any path to it existed.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Program } from "../lib/node.ts";
import { runBroadcast } from "../lib/simulator/broadcast_run.ts";
import { loadProgram } from "../lib/simulator/program.ts";
import type { Delay } from "../lib/simulator/propagation.ts";
import {
  grudgeOf,
  PARTITION_SHAPES,
  type PartitionShape,
} from "../lib/workbench/faults/partitions.ts";
import type { Grudge } from "../lib/workbench/network/network.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { UsageError, type Values, whole } from "../lib/workbench/option.ts";
import { Random } from "../lib/workbench/random.ts";
import { conclude, readArguments } from "./shared/command_line.ts";

const FROM_S = 5;
const TO_S = 15;

/** Where the lowest node, the distinguished one of a tree, finds itself. */
type Side = "smaller" | "larger" | "—";

const COMMAND = {
  own: {
    nodes: { kind: whole(1), value: "N", help: "nodes", default: 25 },
    rate: { kind: whole(1), value: "HZ", help: "operations per second", default: 100 },
    latency: { kind: whole(1), value: "MS", help: "latency between nodes", default: 100 },
    seeds: { kind: whole(1), value: "N", help: "runs a row", default: 3 },
  },
  words: Infinity,
} as const;

type Options = Values<typeof COMMAND.own>;

/** Measures what the command line says, and prints it; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, words: files, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(`deno task partition FILE … [options]\n\n${optionsHelp(COMMAND)}`);
    return 0;
  }
  const stray = files.find((file) => !existsSync(file));
  if (stray !== undefined) throw new UsageError(`there is no file ${stray}`);
  if (files.length === 0) throw new UsageError("expected files that export programs");
  for (const file of files) console.log(await table(file, own));
  return 0;
}

async function table(file: string, options: Options): Promise<string> {
  const program = await loadProgram(pathToFileURL(resolve(file)).href);
  const rows: string[] = [];
  for (const shape of PARTITION_SHAPES) {
    const sides: Side[] = shape === "majorities-ring" ? ["—"] : ["smaller", "larger"];
    for (const side of sides) rows.push(await row(program, shape, side, options));
  }
  const { nodes, rate, latency, seeds } = options;
  return [
    `### ${file}`,
    "",
    `${nodes} nodes, ${rate} operations/s, ${latency} ms of latency, ${seeds} runs a row. ` +
    "Delays beyond the earliest path, in ms.",
    "",
    "| partition | lowest node's side | valid | median | p95 | p99 | max | messages per op |",
    "|---|---|---|--:|--:|--:|--:|--:|",
    ...rows,
    "",
  ].join("\n");
}

async function row(
  program: Program,
  shape: PartitionShape,
  side: Side,
  options: Options,
): Promise<string> {
  const delays: Delay[] = [];
  const messages: number[] = [];
  const verdicts = new Set<string>();
  for (let seed = 1; seed <= options.seeds; seed++) {
    const nodes = Array.from({ length: options.nodes }, (_, i) => `n${i}`);
    const grudge = drawn(shape, side, nodes, new Random(seed).split("nemesis"));
    const run = await runBroadcast(program, {
      nodes,
      rate: options.rate,
      latencyMs: options.latency,
      faults: [
        { timeS: FROM_S, f: "start-partition", shape, grudge },
        { timeS: TO_S, f: "stop-partition" },
      ],
      seed,
    });
    for (const delay of run.delays) {
      if (delay.startMs >= FROM_S * 1000 && delay.startMs < TO_S * 1000) delays.push(delay);
    }
    messages.push(run.messagesPerOp);
    verdicts.add(String(run.valid));
  }
  const sorted = delays.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
  const at = (q: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN);
  const mean = messages.reduce((a, b) => a + b, 0) / messages.length;
  const cells = [shape, side, [...verdicts].join(", "), at(0.5), at(0.95), at(0.99), at(1)];
  return `| ${cells.join(" | ")} | ${mean.toFixed(2)} |`;
}

/** A partition of that shape in which the lowest node is on that side. */
function drawn(
  shape: PartitionShape,
  side: Side,
  nodes: readonly string[],
  random: Random,
): Grudge {
  const [lowest = ""] = nodes;
  for (let tries = 0; tries < 1000; tries++) {
    const grudge = grudgeOf(shape, nodes, random);
    const others = grudge[lowest]?.length ?? 0;
    const isSmaller = others > nodes.length / 2;
    if (side === "—" || others === 0 || isSmaller === (side === "smaller")) return grudge;
  }
  throw new Error(`no partition of shape ${shape} has ${lowest} on the ${side} side`);
}

if (import.meta.main) await conclude("deno task partition", () => main(Deno.args));
