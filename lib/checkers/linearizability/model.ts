/**
 * What a search for a linearization works on, and what it finds: a sequential object, and an order in
 * which its operations may have happened.
 *
 * @module
 */
import type { Key } from "../../history/equality.ts";
import type { Op } from "../../history/operations.ts";
import type { UNKNOWN } from "../checker.ts";

/** A sequential object. */
export interface Model<State> {
  readonly initial: State;
  /**
   * Returns the state after an operation, or `undefined` if it cannot happen in that state. The
   * operation is an `ok` completion, or an invocation whose outcome is unknown; the answer may depend
   * on its name and value alone.
   */
  step(state: State, op: Op): State | undefined;
  /** Returns a key that two states share exactly if they are equal. */
  identify(state: State): Key;
  /**
   * Returns whether an operation changes no state. A hint that saves work: such an operation takes
   * effect as soon as it can.
   */
  isReadOnly?(op: Op): boolean;
  /**
   * Returns whether in every state in which `other` can happen, `op` can too, with the same state
   * after it. A hint that saves work; by default no operation covers another.
   */
  covers?(op: Op, other: Op): boolean;
  /**
   * Returns which operations of unknown outcome could make another operation possible, given all
   * operations of a history by outcome. A hint that saves work; by default each of them could.
   */
  helpful?(definite: readonly Op[], indefinite: readonly Op[]): ReadonlySet<Op>;
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
     * The completion that no order of the operations before it explains: the first such, unless the
     * search exceeded its bound after finding this one. Then there are no configurations.
     */
    readonly op: Op;
    /** The last `ok` completion before it. */
    readonly previousOk: Op | undefined;
    /** The ways in which everything completed before it may have happened. */
    readonly configurations: readonly Configuration<State>[];
  }
  | {
    readonly verdict: typeof UNKNOWN;
    /** Why the search gave up. */
    readonly cause: string;
  };
