/**
 * Computes when each node could first know a value, given which links worked when.
 *
 * While a network is partitioned, a value cannot be everywhere, and no protocol is to blame for that.
 * A protocol is to blame for the time beyond the first moment at which *some* path existed: a chain
 * of messages, each sent as soon as the one before it arrived, or as soon as its link worked. A link
 * that fails before the path reaches it does not help. Dijkstra's algorithm finds the earliest
 * arrivals over all such paths, since waiting never makes a later arrival earlier (Xuan, Ferreira, Jarry, "Computing shortest, fastest, and foremost journeys in
 * dynamic networks", 2003).
 *
 * @module
 */
import type { Grudge } from "../workbench/network/network.ts";

/** A network whose links come and go. */
interface ChangingNetwork {
  readonly nodes: readonly string[];
  /** Changes of the cut links, in order of time. Before the first, all links work. */
  readonly changes: readonly Change[];
  /** How long each message takes, in milliseconds. */
  readonly latencyMs: number;
}

/** From this time on these links are cut, and no others. */
export interface Change {
  readonly atMs: number;
  readonly grudge: Grudge;
}

/**
 * Finds when each node could first know what `origin` knows at `startMs`. A message gets through if
 * its link works when it is sent: Maelstrom's idle reader looks at a message as soon as it is sent.
 *
 * @returns for every node, milliseconds on the same clock as `startMs`, or `Infinity` if no path
 * ever leads there.
 */
export function earliestArrivals(
  network: ChangingNetwork,
  origin: string,
  startMs: number,
): Map<string, number> {
  const arrivals = new Map(network.nodes.map((node) => [node, Infinity]));
  arrivals.set(origin, startMs);
  const open = new Set(network.nodes);
  while (open.size > 0) {
    const node = [...open].reduce((a, b) => at(arrivals, b) < at(arrivals, a) ? b : a);
    open.delete(node);
    for (const dest of open) {
      const sentMs = firstOpenMs(network.changes, node, dest, at(arrivals, node));
      arrivals.set(dest, Math.min(at(arrivals, dest), sentMs + network.latencyMs));
    }
  }
  return arrivals;
}

function at(arrivals: ReadonlyMap<string, number>, node: string): number {
  return arrivals.get(node) ?? Infinity;
}

/** Finds the first time from `fromMs` on at which `dest` hears `src`. */
function firstOpenMs(
  changes: readonly Change[],
  src: string,
  dest: string,
  fromMs: number,
): number {
  const isCut = (change: Change | undefined) => change?.grudge[dest]?.includes(src) ?? false;
  if (!isCut(changes.findLast(({ atMs }) => atMs <= fromMs))) return fromMs;
  return changes.find((change) => change.atMs > fromMs && !isCut(change))?.atMs ?? Infinity;
}
