/**
 * How late values come while the network is partitioned.
 *
 * @module
 */
import {
  grudgeOf,
  PARTITION_SHAPES,
  type PartitionShape,
} from "../../lib/workbench/faults/partitions.ts";
import type { Program } from "../../lib/node.ts";
import { runBroadcast } from "../../lib/simulator/broadcast_run.ts";
import type { Delay } from "../../lib/simulator/propagation.ts";
import type { Grudge } from "../../lib/workbench/network/network.ts";
import { Random } from "../../lib/workbench/random.ts";

/** Each run is partitioned for ten seconds, Maelstrom's mean, within the challenge's twenty. */
const FROM_S = 5;
const TO_S = 15;

/** Where the lowest node, the distinguished one of a tree, finds itself. */
type Side = "smaller" | "larger" | "—";

/** How a network is cut. */
export interface Cut {
  readonly shape: PartitionShape;
  readonly side: Side;
}

/** Every shape, with the lowest node on its smaller and on its larger side. */
export const CUTS: readonly Cut[] = PARTITION_SHAPES.flatMap((shape): Cut[] =>
  shape === "majorities-ring"
    ? [{ shape, side: "—" }]
    : [{ shape, side: "smaller" }, { shape, side: "larger" }]
);

/** What is run, and how often. */
interface CutRuns {
  readonly nodes: number;
  readonly rate: number;
  readonly latencyMs: number;
  readonly seeds: number;
  readonly args?: readonly string[];
}

/** What came of runs with a cut. */
interface CutFigures {
  /** Delays of every value to every node beyond the earliest path, in ascending order, in ms. */
  readonly delaysMs: readonly number[];
  readonly verdicts: ReadonlySet<string>;
  readonly messagesPerOp: number;
}

/** Runs a program with its network cut in that way. */
export async function runCut(program: Program, cut: Cut, runs: CutRuns): Promise<CutFigures> {
  const { rate, latencyMs, seeds, args = [] } = runs;
  const nodes = Array.from({ length: runs.nodes }, (_, i) => `n${i}`);
  const delays: Delay[] = [];
  const messages: number[] = [];
  const verdicts = new Set<string>();
  for (let seed = 1; seed <= seeds; seed++) {
    const grudge = drawGrudge(cut, nodes, new Random(seed).split("nemesis"));
    const run = await runBroadcast(program, {
      nodes,
      rate,
      latencyMs,
      args,
      faults: [
        { timeS: FROM_S, f: "start-partition", shape: cut.shape, grudge },
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
  return {
    delaysMs: delays.map(({ delayMs }) => delayMs).sort((a, b) => a - b),
    verdicts,
    messagesPerOp: messages.reduce((a, b) => a + b, 0) / messages.length,
  };
}

/** A quantile of sorted values. */
export function quantileOf(sorted: readonly number[], q: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN);
}

/** A partition of that shape in which the lowest node is on that side. */
function drawGrudge({ shape, side }: Cut, nodes: readonly string[], random: Random): Grudge {
  const [lowest = ""] = nodes;
  for (let tries = 0; tries < 1000; tries++) {
    const grudge = grudgeOf(shape, nodes, random);
    const others = grudge[lowest]?.length ?? 0;
    const isSmaller = others > nodes.length / 2;
    if (side === "—" || others === 0 || isSmaller === (side === "smaller")) return grudge;
  }
  throw new Error(`no partition of shape ${shape} has ${lowest} on the ${side} side`);
}
