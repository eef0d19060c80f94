/**
 * Who sends when: the messages between nodes for a little while of a simulated run.
 *
 * @module
 */
import { NS_PER_MS } from "../../lib/history/operations.ts";
import { isClient } from "../../lib/message.ts";
import type { Program } from "../../lib/node.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { planOf } from "../../lib/workbench/plan.ts";

/** A message between nodes. Nodes are numbers, as in n7. */
export interface Sent {
  readonly src: number;
  readonly dest: number;
  readonly sentMs: number;
  readonly receivedMs: number;
}

interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is shown of which challenge: some windows of 3d, and a round of 3e, long after the start. */
export const EXCHANGES: readonly (Interval & { readonly id: string })[] = [
  { id: "3d", fromMs: 10_000, toMs: 10_600 },
  { id: "3e", fromMs: 10_000, toMs: 11_800 },
];

/** The messages that are sent in an interval of a run of 3d, once they are received. */
export async function traceExchange(program: Program, { fromMs, toMs }: Interval): Promise<Sent[]> {
  const plan = planOf({
    workload: "broadcast",
    nodeCount: 25,
    rate: 100,
    timeLimitS: 20,
    latencyMs: 100,
    deliveryMs: 0,
    seed: 1,
  });
  const sentMs = new Map<number, number>();
  const sent: Sent[] = [];
  await simulateOnce(program, plan, {
    message(timeNs, event, { id, src, dest }) {
      if (isClient(src) || isClient(dest)) return;
      const ms = Math.round(timeNs / NS_PER_MS);
      if (event === "send" && fromMs <= ms && ms < toMs) sentMs.set(id, ms);
      const begunMs = sentMs.get(id);
      if (event !== "recv" || begunMs === undefined) return;
      sent.push({ src: numberOf(src), dest: numberOf(dest), sentMs: begunMs, receivedMs: ms });
    },
  });
  return sent;
}

function numberOf(node: string): number {
  return Number(node.slice(1));
}
