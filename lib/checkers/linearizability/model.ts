/**
 * What a search for linearizations is asked about, and what it finds: a sequential object, and the
 * orders in which operations may have happened to it.
 *
 * @module
 */
import type { Op } from "../../history/operations.ts";
import type { UNKNOWN } from "../checker.ts";

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
