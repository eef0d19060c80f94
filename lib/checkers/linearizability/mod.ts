/**
 * Linearizability: could operations that overlapped in time have happened one after another, each at
 * some instant between its invocation and its completion?
 *
 * The search walks through the completions of a history. An operation that completes must have taken
 * effect by then; if it has not, the search lets it, after as many of the other open operations as that
 * takes ("just in time"). A *configuration* says where the walk is, which open operations have taken
 * effect, and in what state that leaves the object. Two paths to one configuration have the same
 * future, so the search visits each configuration once. If every path gets stuck, the history is not
 * linearizable, and the completion at which the furthest path got stuck ends its shortest prefix that
 * is not.
 *
 * An operation without a definite outcome may take effect at any time after its invocation, or never.
 * Two equal ones are interchangeable, so the search uses up the earlier one first; and of two paths to
 * one configuration, the one that used up fewer of them can do whatever the other can. Without these
 * rules, each such operation would double the search.
 *
 * The problem is NP-complete (Gibbons and Korach, Testing shared memories, 1997), so the search is
 * bounded, and says so where it exceeds its bound.
 *
 * Sources: Wing and Gong, Testing and verifying concurrent objects (1993); Lowe, Testing for
 * linearizability (2017), which adds the memory of configurations and the just-in-time search.
 *
 * @module
 */
import type { Op } from "../../history/operations.ts";
import type { Linearization, Model } from "./model.ts";
import { search } from "./search.ts";

export { judgeDistinctValues } from "./distinct_values.ts";
export type { Configuration, Linearization, Model } from "./model.ts";
export { findMinimalWitness } from "./minimal_witness.ts";

/**
 * Bounds of a search.
 *
 * @experimental
 */
export interface SearchOptions {
  /** How many configurations to try before giving up. Default: 300,000, and ten for each event. */
  readonly maxConfigurations?: number;
  /** Returns whether the time for the search is up; asked now and then. Default: it never is. */
  readonly isOver?: () => boolean;
  /** The first completion without an explanation, where it is known. */
  readonly unexplained?: Op;
}

/**
 * Searches for an order of a history's operations that respects both its times and the model.
 * It leaves out operations that failed and those of the nemesis.
 */
export function findLinearization<State>(
  history: readonly Op[],
  model: Model<State>,
  { maxConfigurations = 300_000 + 10 * history.length, isOver, unexplained }: SearchOptions = {},
): Linearization<State> {
  return search(history, model, { maxConfigurations, isOver, unexplained });
}
