/**
 * Configurations of the search for a linearization, and the moves from one to the next.
 *
 * @module
 */
import type { Op } from "../../history/operations.ts";
import type { Model } from "./model.ts";
import { type Definite, type Indefinite, type Return, schedule } from "./schedule.ts";
import { StateTable } from "./states.ts";

/** A configuration on a path of the search, and how the path reached it. */
export interface Step {
  /** The next completion. */
  readonly at: number;
  readonly state: number;
  /** The bits of the open operations that have taken effect and may have changed the state. */
  readonly done: bigint;
  /** The bits of the open reads that have not taken effect. */
  readonly missed: bigint;
  /** The bits of the indefinite operations that are used up. */
  readonly used: bigint;
  /** What took effect in this step: an operation that changed the state, then reads of it. */
  readonly took: readonly (Definite | Indefinite)[];
}

/** The moves that a history and a model allow. */
export class Moves<State> {
  readonly states: StateTable<State>;
  readonly returns: readonly Return[];
  readonly indefinite: readonly Indefinite[];
  readonly #covers: (op: Op, other: Op) => boolean;
  /** Indefinite operations by kind, the earliest first. */
  readonly #ofKind: ReadonlyMap<number, readonly Indefinite[]>;
  readonly #reachable = new Map<number, { readonly invoked: number; states: readonly number[] }>();

  constructor(history: readonly Op[], model: Model<State>, initial: State) {
    this.states = new StateTable(model, initial);
    const { returns, indefinite } = schedule(history, this.states);
    this.returns = returns;
    this.indefinite = indefinite;
    this.#covers = model.covers?.bind(model) ?? (() => false);
    this.#ofKind = Map.groupBy(indefinite, ({ kind }) => kind);
  }

  /** Returns the configuration before anything has happened. */
  start(): Step {
    return this.#settled(0, 0, 0n, this.returns[0]?.newReads ?? 0n, 0n, []);
  }

  /**
   * Yields every configuration that one more operation leads to: definite operations first, so that
   * indefinite ones are used up only where they are needed.
   */
  *successors({ at, state, done, missed, used }: Step): Generator<Step> {
    const due = this.returns[at];
    for (const call of due?.changing ?? []) {
      if ((done & call.bit) !== 0n) continue;
      const after = this.states.after(state, call.kind);
      if (after !== undefined) {
        yield this.#settled(at, after, done | call.bit, missed, used, [call]);
      }
    }
    for (const { call, after } of this.#usable(state, used, due?.indefinite ?? 0)) {
      yield this.#settled(at, after, done, missed, used | call.bit, [call]);
    }
  }

  /**
   * Yields every configuration that one more definite operation would lead to if indefinite operations
   * could take effect any number of times. An indefinite operation is used only if it enables a
   * definite one, or changes its outcome, so each of these moves makes progress.
   */
  *relaxedSuccessors({ at, state, done, missed }: Step): Generator<Step> {
    const due = this.returns[at];
    if (due === undefined) return;
    for (const from of this.#reachableFrom(state, due.indefinite)) {
      for (const call of due.changing) {
        const after = this.states.after(from, call.kind);
        if ((done & call.bit) !== 0n || after === undefined) continue;
        if (from !== state && after === this.states.after(state, call.kind)) continue;
        yield this.#settled(at, after, done | call.bit, missed, 0n, [call]);
      }
      const serves = ({ bit, kind }: Definite) =>
        (missed & bit) !== 0n && this.states.after(from, kind) !== undefined;
      if (due.reading.some(serves)) yield this.#settled(at, from, done, missed, 0n, []);
    }
  }

  /** Takes every read that can be taken, and passes every completion that can be passed. */
  #settled(
    at: number,
    state: number,
    done: bigint,
    missed: bigint,
    used: bigint,
    took: (Definite | Indefinite)[],
  ): Step {
    for (let due = this.returns[at]; due !== undefined; due = this.returns[at]) {
      for (const read of due.reading) {
        if ((missed & read.bit) === 0n) continue;
        if (this.states.after(state, read.kind) === undefined) continue;
        missed ^= read.bit;
        took.push(read);
      }
      const { bit, isReadOnly } = due.call;
      if (isReadOnly ? (missed & bit) !== 0n : (done & bit) === 0n) break;
      if (!isReadOnly) done ^= bit;
      missed |= this.returns[++at]?.newReads ?? 0n;
    }
    return { at, state, done, missed, used, took };
  }

  /** Indefinite operations that would change the state; of several with one effect, the weakest. */
  #usable(state: number, used: bigint, invoked: number) {
    const usable: { call: Indefinite; after: number }[] = [];
    for (const [kind, calls] of this.#ofKind) {
      const after = this.states.after(state, kind);
      if (after === undefined || after === state) continue;
      const call = calls.find(({ bit }) => (used & bit) === 0n);
      if (call !== undefined && call.number < invoked) usable.push({ call, after });
    }
    const isStronger = (a: Indefinite, b: Indefinite) =>
      this.#covers(a.op, b.op) && !this.#covers(b.op, a.op);
    return usable.filter(({ call, after }) =>
      !usable.some((other) => other.after === after && isStronger(call, other.call))
    );
  }

  /** The states to which indefinite operations alone lead from a state, itself first. */
  #reachableFrom(state: number, invoked: number): readonly number[] {
    const known = this.#reachable.get(state);
    if (known?.invoked === invoked) return known.states;
    const states = new Set([state]);
    const kinds = [...this.#ofKind].filter(([, [first]]) => (first?.number ?? invoked) < invoked);
    for (const from of states) {
      for (const [kind] of kinds) {
        const after = this.states.after(from, kind);
        if (after !== undefined) states.add(after);
      }
    }
    this.#reachable.set(state, { invoked, states: [...states] });
    return [...states];
  }
}
