/**
 * Linearizability: could operations that overlapped in time have happened one after another, each at
 * some instant between its invocation and its completion?
 *
 * The search walks through the completions of a history. Whatever completes must have taken effect by
 * then; if it has not yet, it is made to, after as many of the other open operations as that takes
 * ("just in time"). A *configuration* says where the walk is, which open operations have taken effect
 * already, and in what state that leaves the object. Two ways that lead to one configuration have the
 * same future, so each is searched once. If every way gets stuck, the history is not linearizable, and
 * the completion at which the furthest of them did ends its shortest prefix that is not.
 *
 * An operation without a definite outcome may take effect at any time after its invocation, or never.
 * Two equal ones are interchangeable, so the earlier is used up first; and of two ways to one
 * configuration, one that used up fewer of them can do whatever the other can. Without that, each would
 * double the search.
 *
 * The problem is NP-complete (Gibbons and Korach, Testing shared memories, 1997); the search is
 * bounded, and says so where the bound cuts it off.
 *
 * Sources: Wing and Gong, Testing and verifying concurrent objects (1993); Lowe, Testing for
 * linearizability (2017), which adds the memory of configurations and the just-in-time search.
 *
 * @module
 */
import type { Op } from "../history.ts";
import type { UNKNOWN } from "./checker.ts";
import { search } from "./linearizability/search.ts";

export { type Stretch, unexplainedStretch } from "./linearizability/stretch.ts";

/** What a sequential object does. */
export interface Model<State> {
  readonly initial: State;
  /**
   * The state after an operation, or `undefined` if it cannot happen in that state. The operation is
   * its `ok` completion, or its invocation if its outcome is not known; the answer may depend on its
   * name and value alone.
   */
  step(state: State, op: Op): State | undefined;
  /** A text or number that two states share exactly if they are equal. */
  identify(state: State): string | number;
  /**
   * True of an operation that changes no state. A hint that saves work: such an operation takes effect
   * as soon as it can.
   */
  isReadOnly?(op: Op): boolean;
  /**
   * True if in every state in which `other` can happen `op` can too, with the same state after it.
   * A hint that saves work; without it no operation is taken to cover another.
   */
  covers?(op: Op, other: Op): boolean;
}

/** Bounds of a search. */
export interface SearchOptions {
  /** How many configurations to try before giving up. Default: 300,000. */
  readonly maxConfigurations?: number;
}

/** A way in which the operations before some completion may have happened. */
export interface Configuration<State> {
  readonly state: State;
  /** The operation that took effect last, if any: its completion, or its invocation. */
  readonly last: Op | undefined;
  /** The invocations of open operations that have not taken effect, with the values they got. */
  readonly pending: readonly Op[];
}

/** The outcome of a search. */
export type Linearization<State> =
  | {
    readonly verdict: true;
    /** An order that explains everything: completions, or invocations of indefinite operations. */
    readonly order: readonly Op[];
    readonly configurations: readonly Configuration<State>[];
  }
  | {
    readonly verdict: false;
    /**
     * The completion that no order of what came before it explains: the first such, unless the search
     * was cut off after it knew of this one. Then there are no configurations.
     */
    readonly op: Op;
    /** The last `ok` completion before it. */
    readonly previousOk: Op | undefined;
    /** The ways in which everything completed before it may have happened. */
    readonly configurations: readonly Configuration<State>[];
  }
  | {
    readonly verdict: typeof UNKNOWN;
    /** Why it gave up. */
    readonly cause: string;
  };

/**
 * Searches for an order of a history's operations that respects both its times and the model.
 * Operations that failed are left out, as are those of the nemesis.
 */
export function linearizable<State>(
  history: readonly Op[],
  model: Model<State>,
  options: SearchOptions = {},
): Linearization<State> {
  return search(history, model, options.maxConfigurations ?? 300_000);
}
