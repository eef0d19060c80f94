/**
 * Configurations of the search for a linearization, and the moves from one to the next.
 *
 * @module
 */
import type { Op } from "../../history/operations.ts";
import type { Model } from "./model.ts";
import { type Definite, type Indefinite, type Return, schedule } from "./schedule.ts";
import { EMPTY, SlotSets } from "./slot_sets.ts";
import { StateTable } from "./states.ts";

/** A configuration on a path of the search, and how the path reached it. */
export interface Step {
  /** The next completion. */
  readonly at: number;
  readonly state: number;
  /** The slots of the open operations that have taken effect and may have changed the state. */
  readonly done: number;
  /** The slots of the open reads that have not taken effect. */
  readonly missed: number;
  /** The helpful indefinite operations invoked by then and not used up, the earliest first. */
  readonly unused: readonly Indefinite[];
  /** What took effect in this step: an operation that changed the state, then reads of it. */
  readonly took: readonly Call[];
}

type Call = Definite | Indefinite;

/** A step that is not finished. */
type Draft = { -readonly [K in keyof Step]: Step[K] } & { readonly took: Call[] };

/**
 * Which operation a search tries first: `saving`, one with a definite outcome, so that indefinite
 * ones are left for later; or `spending`, the one invoked first, so that few are left to choose from.
 */
export type Preference = "saving" | "spending";

/** The moves that a history and a model allow. */
export class Moves<State> {
  readonly states: StateTable<State>;
  readonly sets: SlotSets;
  readonly returns: readonly Return[];
  readonly indefinite: readonly Indefinite[];
  readonly #covers: (op: Op, other: Op) => boolean;
  /** The first helpful indefinite operation of each kind. */
  readonly #firstOfKind: readonly Indefinite[];
  readonly #reachable = new Map<number, Reachable>();

  constructor(history: readonly Op[], model: Model<State>, initial: State) {
    this.states = new StateTable(model, initial);
    const { returns, indefinite, slots } = schedule(history, this.states);
    this.sets = new SlotSets(slots);
    this.returns = returns;
    this.indefinite = indefinite;
    this.#covers = model.covers?.bind(model) ?? (() => false);
    this.#firstOfKind = firstOfEachKind(indefinite.filter(({ isHelpful }) => isHelpful));
  }

  /** Returns the configuration before anything has happened. */
  start(): Step {
    const [due] = this.returns;
    let missed = EMPTY;
    for (const { slot } of due?.newReads ?? []) missed = this.sets.toggle(missed, slot);
    const unused = this.#invokedBetween(0, due?.indefinite ?? 0);
    return this.#settle({ at: 0, state: 0, done: EMPTY, missed, unused, took: [] });
  }

  /** Returns every operation that may take effect next, the preferred ones first. */
  choices({ at, state, done, unused }: Step, preference: Preference): readonly Call[] {
    const choices: Call[] = [];
    for (const call of this.returns[at]?.changing ?? []) {
      if (this.sets.has(done, call.slot)) continue;
      if (this.states.after(state, call.kind) !== undefined) choices.push(call);
    }
    if (unused.length > 0) choices.push(...this.#usable(state, unused));
    if (preference === "spending" && choices.length > 1) choices.sort(compareInvocations);
    return choices;
  }

  /** Returns the configuration that one of the {@linkcode choices} leads to. */
  take({ at, state, done, missed, unused }: Step, call: Call): Step {
    const isDefinite = "slot" in call;
    return this.#settle({
      at,
      state: this.states.after(state, call.kind) ?? state,
      done: isDefinite ? this.sets.toggle(done, call.slot) : done,
      missed,
      unused: isDefinite ? unused : unused.filter((other) => other !== call),
      took: [call],
    });
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
      const settled = (after: number, done: number, took: Definite[]) =>
        this.#settle({ at, state: after, done, missed, unused: [], took });
      for (const call of due.changing) {
        const after = this.states.after(from, call.kind);
        if (this.sets.has(done, call.slot) || after === undefined) continue;
        if (from !== state && after === this.states.after(state, call.kind)) continue;
        yield settled(after, this.sets.toggle(done, call.slot), [call]);
      }
      const serves = ({ slot, kind }: Definite) =>
        this.sets.has(missed, slot) && this.states.after(from, kind) !== undefined;
      if (due.reading.some(serves)) yield settled(from, done, []);
    }
  }

  /** Takes every read that can be taken, and passes every completion that can be passed. */
  #settle(step: Draft): Step {
    const { sets, states } = this;
    const { at: start, state, took } = step;
    let { at, done, missed } = step;
    let due = this.returns[at];
    for (const read of missed === EMPTY ? [] : due?.reading ?? []) {
      if (!sets.has(missed, read.slot)) continue;
      if (states.after(state, read.kind) === undefined) continue;
      missed = sets.toggle(missed, read.slot);
      took.push(read);
    }
    while (due !== undefined) {
      const { slot, isReadOnly } = due.call;
      if (isReadOnly ? sets.has(missed, slot) : !sets.has(done, slot)) break;
      if (!isReadOnly) done = sets.toggle(done, slot);
      due = this.returns[++at];
      for (const read of due?.newReads ?? []) {
        if (states.after(state, read.kind) !== undefined) took.push(read);
        else missed = sets.toggle(missed, read.slot);
      }
    }
    const invoked = this.#invokedBetween(this.#invokedBy(start), this.#invokedBy(at));
    if (invoked.length > 0) step.unused = step.unused.concat(invoked);
    step.at = at;
    step.done = done;
    step.missed = missed;
    return step;
  }

  /** How many indefinite operations had been invoked by a completion, or by the end. */
  #invokedBy(at: number): number {
    return this.returns[at]?.indefinite ?? this.indefinite.length;
  }

  #invokedBetween(from: number, to: number): readonly Indefinite[] {
    if (from === to) return [];
    return this.indefinite.slice(from, to).filter(({ isHelpful }) => isHelpful);
  }

  /** Indefinite operations that would change the state; of several with one effect, the weakest. */
  #usable(state: number, unused: readonly Indefinite[]): readonly Indefinite[] {
    const usable: Indefinite[] = [];
    for (const call of unused) {
      const after = this.states.after(state, call.kind);
      if (after === undefined || after === state) continue;
      if (!includesKind(usable, call.kind)) usable.push(call);
    }
    if (usable.length < 2) return usable;
    const isStronger = (a: Indefinite, b: Indefinite) =>
      this.states.after(state, a.kind) === this.states.after(state, b.kind) &&
      this.#covers(a.op, b.op) && !this.#covers(b.op, a.op);
    return usable.filter((call) => !usable.some((other) => isStronger(call, other)));
  }

  /** The states to which the indefinite operations invoked by then alone lead, the given one first. */
  *#reachableFrom(state: number, invoked: number): Generator<number> {
    let known = this.#reachable.get(state);
    if (known === undefined) {
      known = { kinds: 0, since: new Map([[state, 0]]) };
      this.#reachable.set(state, known);
    }
    this.#extend(known, invoked);
    for (const [to, since] of known.since) {
      if (since > invoked) return;
      yield to;
    }
  }

  /** Considers the kinds of indefinite operations that first occur among the first `invoked`. */
  #extend(known: Reachable, invoked: number): void {
    for (;;) {
      const first = this.#firstOfKind[known.kinds];
      if (first === undefined || first.number >= invoked) return;
      const kinds = this.#firstOfKind.slice(0, ++known.kinds);
      const add = (from: number, kind: number) => {
        const after = this.states.after(from, kind);
        if (after === undefined || known.since.has(after)) return;
        known.since.set(after, first.number + 1);
        for (const other of kinds) add(after, other.kind);
      };
      for (const from of [...known.since.keys()]) add(from, first.kind);
    }
  }
}

/** The states that indefinite operations lead to from some state. */
interface Reachable {
  /** How many kinds of operations have been considered. */
  kinds: number;
  /** For each state, how many operations must have been invoked; in ascending order. */
  readonly since: Map<number, number>;
}

function includesKind(calls: readonly Indefinite[], kind: number): boolean {
  let i = 0;
  while (i < calls.length && calls[i]?.kind !== kind) i++;
  return i < calls.length;
}

function compareInvocations(a: Call, b: Call): number {
  return a.invocation.index - b.invocation.index;
}

/** Returns the first call of each kind, in order of invocation. */
function firstOfEachKind(calls: readonly Indefinite[]): Indefinite[] {
  const first = new Map<number, Indefinite>();
  for (const call of calls) if (!first.has(call.kind)) first.set(call.kind, call);
  return [...first.values()];
}
