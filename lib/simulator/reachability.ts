/**
 * The earliest instant at which anyone can know a thing, given who could reach whom and when.
 *
 * While a network is partitioned, a value can not be everywhere, and no protocol is to blame for
 * that. What a protocol adds is the time beyond the first moment at which *some* path existed: a
 * chain of messages, each sent as soon as the one before arrived, or as soon as its link worked.
 * Such a path respects time: a link that fails before the path gets there is of no use. The earliest
 * arrivals over all such paths come out of Dijkstra's algorithm, since waiting never makes a later
 * arrival earlier (Xuan, Ferreira, Jarry, "Computing shortest, fastest, and foremost journeys in
 * dynamic networks", 2003).
 *
 * @module
 */
import type { Grudge } from "../workbench/network/network.ts";

/** A network whose links come and go. */
export interface ChangingNetwork {
  readonly nodes: readonly string[];
  /** From when on who does not hear whom, in order of time; before the first, everyone hears all. */
  readonly changes: readonly Change[];
  /** The time each message takes, in milliseconds. */
  readonly latencyMs: number;
}

/** From a time on (milliseconds) the cut links are these, and no others. */
export interface Change {
  readonly atMs: number;
  readonly grudge: Grudge;
}

/**
 * When each node could first know what `origin` knows at `startMs`. A message gets through if its
 * link works when it is sent: Maelstrom's idle reader looks at a message as soon as it was sent.
 *
 * @returns milliseconds on the clock of `startMs`, for every node; `Infinity` for one that no path
 * ever leads to.
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

/** The first time from `fromMs` on at which `dest` hears `src`. */
function firstOpenMs(
  changes: readonly Change[],
  src: string,
  dest: string,
  fromMs: number,
): number {
  const isCut = (change: Change | undefined) => change?.grudge.get(dest)?.has(src) ?? false;
  if (!isCut(changes.findLast(({ atMs }) => atMs <= fromMs))) return fromMs;
  return changes.find((change) => change.atMs > fromMs && !isCut(change))?.atMs ?? Infinity;
}
