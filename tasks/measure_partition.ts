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
import { loadProgram } from "../lib/simulator/program.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { UsageError, type Values, whole } from "../lib/workbench/option.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { CUTS, quantileOf, runCut } from "./shared/partitions.ts";

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
  const { nodes, rate, latency: latencyMs, seeds } = options;
  const program = await loadProgram(pathToFileURL(resolve(file)).href);
  const rows: string[] = [];
  for (const cut of CUTS) {
    const { delaysMs, verdicts, messagesPerOp } = await runCut(program, cut, {
      nodes,
      rate,
      latencyMs,
      seeds,
    });
    const quantiles = [0.5, 0.95, 0.99, 1].map((q) => quantileOf(delaysMs, q));
    const cells = [cut.shape, cut.side, [...verdicts].join(", "), ...quantiles];
    rows.push(`| ${cells.join(" | ")} | ${messagesPerOp.toFixed(2)} |`);
  }
  return [
    `### ${file}`,
    "",
    `${nodes} nodes, ${rate} operations/s, ${latencyMs} ms of latency, ${seeds} runs a row. ` +
    "Delays beyond the earliest path, in ms.",
    "",
    "| partition | lowest node's side | valid | median | p95 | p99 | max | messages per op |",
    "|---|---|---|--:|--:|--:|--:|--:|",
    ...rows,
    "",
  ].join("\n");
}

if (import.meta.main) await conclude("deno task partition", () => main(Deno.args));
