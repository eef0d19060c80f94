/**
 * The options of a run that a page offers.
 *
 * @module
 */
import type { FaultKind } from "../workbench/faults/kinds.ts";

/** Numbers, with what a run has where its challenge does not say. */
export const NUMBERS = [
  { field: "nodeCount", label: "nodes", standard: 5, min: 1, max: 50, step: 1 },
  { field: "rate", label: "operations per second", standard: 5, min: 0, max: 2_000, step: "any" },
  { field: "timeLimitS", label: "seconds", standard: 60, min: 1, max: 120, step: "any" },
  { field: "latencyMs", label: "latency (ms)", standard: 0, min: 0, max: 5_000, step: 1 },
  { field: "loss", label: "messages lost (share)", standard: 0, min: 0, max: 0.9, step: "any" },
  {
    field: "faultIntervalS",
    label: "seconds between faults",
    standard: 10,
    min: 0.1,
    max: 60,
    step: "any",
  },
] as const;

/** Kinds of faults, in words. */
export const FAULTS: readonly { readonly kind: FaultKind; readonly label: string }[] = [
  { kind: "partition", label: "partitions" },
  { kind: "kill", label: "kills" },
  { kind: "pause", label: "pauses" },
  { kind: "slow", label: "slow nodes" },
  { kind: "skew", label: "skewed clocks" },
];
