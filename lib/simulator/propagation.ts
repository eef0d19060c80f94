/**
 * Measures how long each value takes to reach each node, beyond the least time possible.
 *
 * A node knows a value from the first message that carries it: the `broadcast` of a client, or any
 * other message with the value in a list. From the partitions follows the earliest instant at which
 * the node could have known it (see `reachability.ts`).
 *
 * @module
 */
import type { Edn } from "../history/edn.ts";
import { isClient } from "../message.ts";
import { NS_PER_MS, type Op } from "../history/operations.ts";
import type { Grudge } from "../workbench/network/network.ts";
import type { Packet } from "../workbench/network/packet.ts";
import type { Observer } from "../workbench/run.ts";
import { type Change, earliestArrivals } from "./reachability.ts";

/** How long one value took to one node. */
export interface Delay {
  readonly value: number;
  readonly node: string;
  /** When a client broadcast it, and to which node. */
  readonly startMs: number;
  readonly origin: string;
  /** When the node knew it; `Infinity` if it never did. */
  readonly arrivedMs: number;
  /** How much later that is than the earliest possible arrival. */
  readonly delayMs: number;
}

/** Observes one run of `broadcast`. */
export class Propagation {
  /** The observer to pass to the run. */
  readonly observer: Observer = {
    message: (timeNs, event, packet) => {
      if (event === "recv" && !isClient(packet.dest)) this.#receive(timeNs / NS_PER_MS, packet);
    },
    op: (op) => this.#noteFault(op),
  };
  readonly #origins = new Map<number, { node: string; startMs: number }>();
  readonly #arrivals = new Map<number, Map<string, number>>();
  readonly #changes: Change[] = [];

  /** Changes of the cut links so far. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Computes the delay of each value to each node that some path led to, except its origin. */
  delays(nodes: readonly string[], latencyMs: number): Delay[] {
    const network = { nodes, changes: this.#changes, latencyMs };
    return [...this.#origins].flatMap(([value, { node: origin, startMs }]) =>
      [...earliestArrivals(network, origin, startMs)]
        .filter(([node, earliestMs]) => node !== origin && earliestMs < Infinity)
        .map(([node, earliestMs]) => {
          const arrivedMs = this.#arrivals.get(value)?.get(node) ?? Infinity;
          const delayMs = Math.max(0, arrivedMs - earliestMs);
          return { value, node, startMs, origin, arrivedMs, delayMs };
        })
    );
  }

  #receive(nowMs: number, { src, dest, body }: Packet): void {
    if (isClient(src)) {
      const { type, message } = body;
      if (type !== "broadcast" || typeof message !== "number") return;
      if (!this.#origins.has(message)) this.#origins.set(message, { node: dest, startMs: nowMs });
      return;
    }
    for (const list of Object.values(body)) {
      if (!Array.isArray(list)) continue;
      for (const value of list) {
        if (typeof value === "number") this.#noteArrival(value, dest, nowMs);
      }
    }
  }

  #noteArrival(value: number, node: string, nowMs: number): void {
    const arrivals = this.#arrivals.get(value) ?? new Map<string, number>();
    this.#arrivals.set(value, arrivals);
    if (!arrivals.has(node)) arrivals.set(node, nowMs);
  }

  #noteFault({ process, f, value, time }: Op): void {
    if (process !== "nemesis" || value === null) return;
    const grudge = f === "stop-partition" ? {} : grudgeIn(value);
    if (grudge !== undefined) this.#changes.push({ atMs: time / NS_PER_MS, grudge });
  }
}

/** Reads the partition from a completed `start-partition`: `[:isolated {"n1" #{"n0"}, …}]`. */
function grudgeIn(value: Edn): Grudge | undefined {
  if (!Array.isArray(value) || !(value[1] instanceof Map)) return undefined;
  const sources = (set: unknown) => set instanceof Set ? [...set].map(String) : [];
  return Object.fromEntries([...value[1]].map(([node, set]) => [String(node), sources(set)]));
}
