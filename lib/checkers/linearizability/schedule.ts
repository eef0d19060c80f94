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
  /** Those of them that were invoked since the completion before. */
  readonly newReads: readonly Definite[];
  /** How many indefinite operations had been invoked by then. */
  readonly indefinite: number;
}

/** The open operations of one sort, in order of invocation, and their slots. */
class Open {
  readonly calls: Definite[] = [];
  /** How many slots have been in use at once. */
  slots = 0;
  readonly #free: number[] = [];

  takeSlot(): number {
    return this.#free.pop() ?? this.slots++;
  }

  remove(call: Definite): void {
    this.calls.splice(this.calls.indexOf(call), 1);
    this.#free.push(call.slot);
  }
}

/** Arranges a history's operations for the search; `slots` is a bound of all slots. */
export function schedule<State>(history: readonly Op[], states: StateTable<State>) {
  const returns: Return[] = [];
  const indefinite: Indefinite[] = [];
  const open = new Map<Op["process"], Definite>();
  const [reads, changes] = [new Open(), new Open()];
  const calls = pairs(history).filter(({ completion }) => completion?.type !== "fail");
  const helpful = helpfulOf(calls, states);
  let newReads: Definite[] = [];
  const begin = ({ invocation, completion: op }: OpPair) => {
    if (op?.type === "ok") {
      const isReadOnly = states.isReadOnly(op);
      const own = isReadOnly ? reads : changes;
      const call = { invocation, op, kind: states.kindOf(op), isReadOnly, slot: own.takeSlot() };
      open.set(op.process, call);
      own.calls.push(call);
      if (isReadOnly) newReads.push(call);
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
    const call = open.get(op.process);
    if (call?.op !== op) continue;
    open.delete(op.process);
    (call.isReadOnly ? reads : changes).remove(call);
    const changing = call.isReadOnly ? changes.calls.slice() : [call].concat(changes.calls);
    const reading = call.isReadOnly ? [call].concat(reads.calls) : reads.calls.slice();
    if (newReads.includes(call)) newReads = [call, ...newReads.filter((read) => read !== call)];
    returns.push({ call, changing, reading, newReads, indefinite: indefinite.length });
    newReads = [];
  }
  return { returns, indefinite, slots: Math.max(reads.slots, changes.slots) };
}

function helpfulOf<State>(calls: readonly OpPair[], states: StateTable<State>): ReadonlySet<Op> {
  const [definite, indefinite]: [Op[], Op[]] = [[], []];
  for (const { invocation, completion } of calls) {
    if (completion?.type === "ok") definite.push(completion);
    else indefinite.push(invocation);
  }
  return indefinite.length === 0 ? new Set() : states.helpful(definite, indefinite);
}
