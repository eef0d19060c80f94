/**
 * The states and operations of a model as small numbers, and a memory of its steps.
 *
 * @module
 */
import { type Key, keyOf } from "../../history/equality.ts";
import type { Op } from "../../history/operations.ts";
import type { Model } from "./model.ts";

/** Stands for the number of a state that does not exist. */
const IMPOSSIBLE = -1;

/** Numbers the states and kinds of operations of a model, and remembers its steps. */
export class StateTable<State> {
  readonly #model: Model<State>;
  readonly #all: State[] = [];
  readonly #numbers = new Map<Key, number>();
  /** By the operation's name, then by its value. */
  readonly #kinds = new Map<string, Map<Key, number>>();
  readonly #examples: Op[] = [];
  /** For each state and kind, the number of the state after it, as far as is known. */
  readonly #after: number[][] = [];

  /** The initial state gets the number 0. */
  constructor(model: Model<State>, initial: State) {
    this.#model = model;
    this.#numberOf(initial);
  }

  /** Returns the number that an operation shares with all that do the same. */
  kindOf(op: Op): number {
    let kinds = this.#kinds.get(op.f);
    if (kinds === undefined) this.#kinds.set(op.f, kinds = new Map());
    const value = keyOf(op.value);
    let kind = kinds.get(value);
    if (kind === undefined) {
      kinds.set(value, kind = this.#examples.length);
      this.#examples.push(op);
    }
    return kind;
  }

  isReadOnly(op: Op): boolean {
    return this.#model.isReadOnly?.(op) ?? false;
  }

  helpful(definite: readonly Op[], indefinite: readonly Op[]): ReadonlySet<Op> {
    return this.#model.helpful?.(definite, indefinite) ?? new Set(indefinite);
  }

  get(state: number): State {
    return this.#all[state] ?? this.#model.initial;
  }

  after(state: number, kind: number): number | undefined {
    const known = this.#after[state];
    let number = known?.[kind];
    if (number === undefined) {
      const op = this.#examples[kind];
      const next = op === undefined ? undefined : this.#model.step(this.get(state), op);
      number = next === undefined ? IMPOSSIBLE : this.#numberOf(next);
      if (known !== undefined) known[kind] = number;
    }
    return number === IMPOSSIBLE ? undefined : number;
  }

  #numberOf(state: State): number {
    const identity = this.#model.identify(state);
    let number = this.#numbers.get(identity);
    if (number === undefined) {
      this.#numbers.set(identity, number = this.#all.length);
      this.#all.push(state);
      this.#after.push([]);
    }
    return number;
  }
}
