/**
 * One simulated run of the workload `broadcast`, and the figures that matter about it.
 *
 * @module
 */
import { type Edn, isEdnObject, numberOf } from "../history/edn.ts";
import type { Program } from "../node.ts";
import { NS_PER_MS } from "../history/operations.ts";
import type { Latency } from "../workbench/network/latency.ts";
import type { LinkOptions } from "../workbench/network/loss.ts";
import type { RunOptions } from "../workbench/run.ts";
import { broadcast } from "../workbench/workloads/broadcast.ts";
import { isClient } from "../message.ts";
import { type Delay, Propagation } from "./propagation.ts";
import { simulate } from "./simulate.ts";

/** A run: by default that of challenge 3d. */
export interface BroadcastRun {
  readonly nodes?: number;
  readonly rate?: number;
  readonly timeLimitS?: number;
  readonly latency?: Latency;
  readonly imperfections?: LinkOptions;
  readonly faults?: RunOptions["faults"];
  readonly seed: number | string;
}

/** What came of it. */
export interface BroadcastFigures {
  readonly valid: Edn | undefined;
  readonly messagesPerOp: number;
  /** Stable latencies, as the checker of the workload has them. */
  readonly medianMs: number;
  readonly maxMs: number;
  /** When the last message between nodes was sent. */
  readonly lastMessageMs: number;
  /** When a partition last ended, or was made; `-Infinity` if there was none. */
  readonly lastChangeMs: number;
  /** How late each value came to each node. Only of use with a constant latency. */
  readonly delays: readonly Delay[];
}

/** Runs a program in virtual time. */
export async function runBroadcast(
  program: Program,
  options: BroadcastRun,
): Promise<BroadcastFigures> {
  const { nodes: count = 25, rate = 100, timeLimitS = 20, imperfections, faults, seed } = options;
  const latency = options.latency ?? { meanMs: 100, distribution: "constant" };
  const nodes = Array.from({ length: count }, (_, i) => `n${i}`);
  const propagation = new Propagation();
  let lastMessageMs = 0;
  const { results } = await simulate(program, {
    workload: broadcast,
    nodes,
    concurrency: count,
    topology: "grid",
    keyCount: 10,
    maxTxnLength: 4,
    maxWritesPerKey: 16,
    rate,
    timeLimitS,
    latency,
    ...(imperfections && { imperfections }),
    ...(faults && { faults }),
    seed,
  }, {
    ...propagation.observer,
    message(time, fate, packet) {
      propagation.observer.message?.(time, fate, packet);
      if (fate === "send" && !isClient(packet.src) && !isClient(packet.dest)) {
        lastMessageMs = time / NS_PER_MS;
      }
    },
  });
  const at = (...path: string[]) =>
    path.reduce<Edn | undefined>((map, key) => isEdnObject(map) ? map[key] : undefined, results);
  const latencies = at("workload", "stable-latencies");
  const quantile = (q: number) => latencies instanceof Map ? Number(latencies.get(q)) : NaN;
  return {
    valid: at("valid?"),
    messagesPerOp: numberOf(at("net", "servers", "msgs-per-op")) ?? NaN,
    medianMs: quantile(0.5),
    maxMs: quantile(1),
    lastMessageMs,
    lastChangeMs: propagation.changes.at(-1)?.atMs ?? -Infinity,
    delays: propagation.delays(nodes, latency.meanMs),
  };
}
