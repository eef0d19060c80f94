/**
 * One simulated run of the workload `broadcast`, and the figures that matter about it.
 *
 * @module
 */
import { type Edn, isEdnObject, numberOf } from "../history/edn.ts";
import type { Program } from "../node.ts";
import { NS_PER_MS } from "../history/operations.ts";
import { amend, planOf, type PlanOptions } from "../workbench/plan.ts";
import { isClient } from "../message.ts";
import { type Delay, Propagation } from "./propagation.ts";
import { simulateOnce } from "./simulate_once.ts";

interface BroadcastFigures {
  readonly valid: Edn | undefined;
  readonly messagesPerOp: number;
  /** Messages between nodes for each second of operations. */
  readonly messagesPerS: number;
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

const CHALLENGE: Partial<PlanOptions> = {
  nodeCount: 25,
  rate: 100,
  timeLimitS: 20,
  latencyMs: 100,
  deliveryMs: 0,
};

/** Runs a program in virtual time, by default as challenge 3d asks, and with no time for deliveries. */
export async function runBroadcast(
  program: Program,
  options: Partial<PlanOptions>,
): Promise<BroadcastFigures> {
  const plan = planOf({ ...amend(CHALLENGE, options), workload: "broadcast" });
  const propagation = new Propagation();
  let lastMessageMs = 0;
  const { results } = await simulateOnce(program, plan, {
    ...propagation.observer,
    message(timeNs, event, packet) {
      propagation.observer.message?.(timeNs, event, packet);
      if (event === "send" && !isClient(packet.src) && !isClient(packet.dest)) {
        lastMessageMs = timeNs / NS_PER_MS;
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
    messagesPerS: (numberOf(at("net", "servers", "send-count")) ?? NaN) / plan.timeLimitS,
    medianMs: quantile(0.5),
    maxMs: quantile(1),
    lastMessageMs,
    lastChangeMs: propagation.changes.at(-1)?.atMs ?? -Infinity,
    get delays() {
      return propagation.delays(plan.nodes, plan.latencyMs);
    },
  };
}
