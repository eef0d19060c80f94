/**
 * What broadcast costs at what latency: points of our own nodes, the bound that arithmetic gives, and
 * what others have published.
 *
 * @module
 */
import type { Program } from "../../lib/node.ts";
import { spreadOf } from "../../lib/report/metrics.ts";
import { runBroadcast } from "../../lib/simulator/broadcast_run.ts";
import { CUTS, quantileOf, runCut } from "./partitions.ts";

/** A script, and the argument that it is given. */
export interface Point {
  /** The challenge's id. */
  readonly challenge: "3d" | "3e";
  readonly args: readonly string[];
  /** What it is called, unless it is only one of a sweep. */
  readonly name?: string;
}

/** The points that are nodes of their own. */
export const NAMED: readonly Required<Point>[] = [
  { challenge: "3d", args: ["fastest"], name: "3d fastest" },
  { challenge: "3d", args: [], name: "3d" },
  { challenge: "3d", args: ["lean"], name: "3d lean" },
  { challenge: "3e", args: [], name: "3e" },
  { challenge: "3e", args: ["lean"], name: "3e lean" },
];

const WINDOWS_MS = [
  20,
  40,
  60,
  80,
  102,
  125,
  150,
  175,
  200,
  225,
  250,
  275,
  300,
  350,
  400,
  425,
  450,
  475,
  500,
];
const PERIODS_MS = [800, 900, 1000, 1100, 1200, 1300, 1400, 1500, 1600, 1650, 1700];

/** The points of a sweep: windows of 3d, and periods of 3e. */
export const SWEPT: readonly Point[] = [
  ...WINDOWS_MS.map((ms): Point => ({ challenge: "3d", args: [`${ms}`] })),
  ...PERIODS_MS.map((ms): Point => ({ challenge: "3e", args: [`${ms}`] })),
];

/** Median, least and greatest of some runs. */
export type Spread = readonly [median: number, least: number, greatest: number];

/** What a point costs. Messages are those between servers, for each operation. */
export interface Figures {
  readonly messagesPerOp: Spread;
  /** Stable latency, as Maelstrom measures it: what readers notice. */
  readonly medianMs: Spread;
  readonly maxMs: Spread;
}

/** What a point costs in the simulator, which also sees when each value reaches each node. */
export interface SimulatedFigures extends Figures {
  /** 99 of 100 values are on a node that long after they came, in milliseconds. */
  readonly spreadMs: number;
}

/** The challenge's network. */
export const NETWORK = { nodes: 25, rate: 100, latencyMs: 100 } as const;

/** Messages per operation that values cost at least which have to be everywhere after `spreadMs`. */
export function leastMessages(
  spreadMs: number,
  { nodes, rate, latencyMs }: { nodes: number; rate: number; latencyMs: number } = NETWORK,
): number {
  const others = nodes - 1;
  const valuesPerS = rate / 2;
  const direct = others * valuesPerS / rate;
  const waitS = (spreadMs - 2 * latencyMs) / 1000;
  if (waitS <= 0) return direct;
  const rounds = 2 * others / waitS / rate;
  const reports = valuesPerS * others / nodes;
  const gathered = (reports + others / (waitS + 1 / valuesPerS)) / rate;
  return Math.min(direct, rounds, gathered);
}

/** Simulates a point once for each seed. */
export async function simulatePoint(
  program: Program,
  { args }: Point,
  { seeds, nodes = NETWORK.nodes }: { readonly seeds: number; readonly nodes?: number },
): Promise<SimulatedFigures> {
  const runs = [];
  const delaysMs: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await runBroadcast(program, { seed, args, nodeCount: nodes });
    if (run.valid !== true) throw new Error(`${args} on ${nodes} nodes: seed ${seed} is not valid`);
    runs.push(run);
    for (const { startMs, arrivedMs } of run.delays) delaysMs.push(arrivedMs - startMs);
  }
  const spread = (values: number[]): Spread => {
    const { median = NaN, min = NaN, max = NaN } = spreadOf(values) ?? {};
    return [median, min, max];
  };
  return {
    messagesPerOp: spread(runs.map(({ messagesPerOp }) => messagesPerOp)),
    medianMs: spread(runs.map(({ medianMs }) => medianMs)),
    maxMs: spread(runs.map(({ maxMs }) => maxMs)),
    spreadMs: quantileOf(delaysMs.sort((a, b) => a - b), 0.99),
  };
}

/** How late 99 of 100 values come beyond the first path, in the worst kind of partition. */
export async function cutPoint(
  program: Program,
  { args }: Point,
  seeds: number,
): Promise<{ readonly p99Ms: number; readonly shape: string; readonly messagesPerOp: number }> {
  let worst = { p99Ms: -Infinity, shape: "", messagesPerOp: 0 };
  for (const cut of CUTS) {
    const { delaysMs, messagesPerOp } = await runCut(program, cut, { ...NETWORK, seeds, args });
    const p99Ms = quantileOf(delaysMs, 0.99);
    if (p99Ms > worst.p99Ms) worst = { p99Ms, shape: cut.shape, messagesPerOp };
  }
  return worst;
}

/** A result of 3d or 3e that somebody has published. */
export interface Published {
  /** Where it stands. */
  readonly source: string;
  readonly messagesPerOp: number;
  readonly medianMs: number;
  readonly maxMs: number;
  /** What is special about it: another command, say, or none of the repairs. */
  readonly scope?: string;
}

/** A published result of another challenge, where only messages are compared. */
export interface PublishedCost extends Pick<Published, "source" | "messagesPerOp" | "scope"> {
  readonly challenge: string;
}

/** What is published about broadcast. */
export function broadcastsOf(all: readonly (Published | PublishedCost)[]): Published[] {
  return all.filter((one) => "medianMs" in one);
}

/** How a published result compares. */
export interface Comparison {
  readonly published: Published;
  /** The cheapest of ours at no worse latency, median and maximum. */
  readonly best?: { readonly name: string; readonly messagesPerOp: number };
  /** How often cheaper that is. */
  readonly ratio?: number;
}

/** Holds published results against ours. */
export function compare(
  published: readonly Published[],
  ours: readonly { readonly name: string; readonly figures: Figures }[],
): Comparison[] {
  return published.map((one) => {
    const [best] = ours
      .filter(({ figures: { medianMs: [median], maxMs: [max] } }) =>
        median <= one.medianMs && max <= one.maxMs
      )
      .map(({ name, figures: { messagesPerOp: [messagesPerOp] } }) => ({ name, messagesPerOp }))
      .sort((a, b) => a.messagesPerOp - b.messagesPerOp);
    if (best === undefined) return { published: one };
    return { published: one, best, ratio: one.messagesPerOp / best.messagesPerOp };
  });
}
