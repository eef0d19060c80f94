/**
 * A history in the form that the search for a linearization walks through: completion by completion.
 *
 * @module
 */
import { type Op, type OpPair, pairs } from "../../history/operations.ts";
import type { StateTable } from "./states.ts";

/** An operation with a definite outcome. */
export interface Definite {
  readonly invocation: Op;
  readonly op: Op;
  readonly kind: number;
  readonly isReadOnly: boolean;
  /** A number that no other operation has that is open at the same time and alike in `isReadOnly`. */
  readonly slot: number;
}

/** An operation without a definite outcome. */
export interface Indefinite {
  readonly invocation: Op;
  /** The invocation, too: no completion says more. */
  readonly op: Op;
  readonly kind: number;
  /** How many were invoked before it. */
  readonly number: number;
  /** Whether it could make another operation possible; if not, the search need not consider it. */
  readonly isHelpful: boolean;
}

/** The completion of an operation, and what could take effect before it. */
export interface Return {
  readonly call: Definite;
  /** The open operations that may change the state, the completing one first if it does. */
  readonly changing: readonly Definite[];
  /** The open operations that only read it, the completing one first if it does. */
  readonly reading: readonly Definite[];
  /** The slots of the reads invoked since the completion before. */
  readonly newReads: readonly number[];
  /** How many indefinite operations had been invoked by then. */
  readonly indefinite: number;
}

/** Gives slots to operations of one sort. */
class Slots {
  /** How many have been in use at once. */
  count = 0;
  readonly #free: number[] = [];

  take(): number {
    return this.#free.pop() ?? this.count++;
  }

  release(slot: number): void {
    this.#free.push(slot);
  }
}

/** Arranges a history's operations for the search; `slots` is a bound of all slots. */
export function schedule<State>(history: readonly Op[], states: StateTable<State>) {
  const returns: Return[] = [];
  const indefinite: Indefinite[] = [];
  const open: Definite[] = [];
  const [reads, changes] = [new Slots(), new Slots()];
  const calls = pairs(history).filter(({ completion }) => completion?.type !== "fail");
  const helpful = helpfulOf(calls, states);
  let newReads: number[] = [];
  const begin = ({ invocation, completion: op }: OpPair) => {
    if (op?.type === "ok") {
      const isReadOnly = states.isReadOnly(op);
      const slot = (isReadOnly ? reads : changes).take();
      open.push({ invocation, op, kind: states.kindOf(op), isReadOnly, slot });
      if (isReadOnly) newReads.push(slot);
    } else {
      indefinite.push({
        invocation,
        op: invocation,
        kind: states.kindOf(invocation),
        number: indefinite.length,
        isHelpful: helpful.has(invocation),
      });
    }
  };
  let next = 0;
  for (const op of history) {
    const pair = calls[next];
    if (op === pair?.invocation) {
      begin(pair);
      next++;
      continue;
    }
    const place = open.findIndex((call) => call.op === op);
    const [call] = place < 0 ? [] : open.splice(place, 1);
    if (call === undefined) continue;
    const [changing, reading]: [Definite[], Definite[]] = [[], []];
    (call.isReadOnly ? reading : changing).push(call);
    for (const other of open) (other.isReadOnly ? reading : changing).push(other);
    returns.push({ call, changing, reading, newReads, indefinite: indefinite.length });
    newReads = [];
    (call.isReadOnly ? reads : changes).release(call.slot);
  }
  return { returns, indefinite, slots: Math.max(reads.count, changes.count) };
}

function helpfulOf<State>(calls: readonly OpPair[], states: StateTable<State>): ReadonlySet<Op> {
  const [definite, indefinite]: [Op[], Op[]] = [[], []];
  for (const { invocation, completion } of calls) {
    if (completion?.type === "ok") definite.push(completion);
    else indefinite.push(invocation);
  }
  return indefinite.length === 0 ? new Set() : states.helpful(definite, indefinite);
}
