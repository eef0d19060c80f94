/**
 * How long messages take, as Maelstrom draws it.
 *
 * @module
 */
import type { Random } from "../random.ts";

/** How latencies are spread around their mean. */
export type LatencyDistribution = "constant" | "uniform" | "exponential";

/** The latency of messages between nodes, and between nodes and services; clients have none. */
export interface Latency {
  /** The mean, in milliseconds. */
  readonly meanMs: number;
  /** How single latencies scatter around it. */
  readonly distribution: LatencyDistribution;
}

/** Draws the latency of one message, in whole milliseconds. */
export function drawLatencyMs({ meanMs, distribution }: Latency, random: Random): number {
  switch (distribution) {
    case "constant":
      return Math.floor(meanMs);
    case "uniform":
      return Math.floor(random.between(0, 2 * meanMs));
    case "exponential":
      return Math.floor(random.exponential(meanMs));
  }
}
