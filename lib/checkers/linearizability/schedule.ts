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
  /** A bit that no other operation open at the same time has. */
  readonly bit: bigint;
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
  /** The open operations that only read it. */
  readonly reading: readonly Definite[];
  /** The bits of the reads invoked since the completion before. */
  readonly newReads: bigint;
  /** How many indefinite operations had been invoked by then. */
  readonly indefinite: number;
}

/** Arranges a history's operations for the search. */
export function schedule<State>(history: readonly Op[], states: StateTable<State>) {
  const returns: Return[] = [];
  const indefinite: Indefinite[] = [];
  const open = new Map<Op, Definite>();
  const free: bigint[] = [];
  const calls = pairs(history).filter(({ completion }) => completion?.type !== "fail");
  const helpful = states.helpful(calls.flatMap(okOf), calls.flatMap(invocationOfIndefinite));
  let next = 0;
  let newReads = 0n;
  const begin = ({ invocation, completion }: OpPair) => {
    if (completion?.type === "ok") {
      const bit = free.pop() ?? 1n << BigInt(open.size);
      const isReadOnly = states.isReadOnly(completion);
      const kind = states.kindOf(completion);
      open.set(completion, { invocation, op: completion, kind, isReadOnly, bit });
      if (isReadOnly) newReads |= bit;
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
  for (const completion of calls.flatMap(okOf).sort((a, b) => a.index - b.index)) {
    for (let pair = calls[next]; pair !== undefined; pair = calls[++next]) {
      if (pair.invocation.index > completion.index) break;
      begin(pair);
    }
    const call = open.get(completion);
    if (call === undefined) continue;
    const others = [...open.values()].filter((other) => other !== call);
    const [reading, changing] = partition([call, ...others], ({ isReadOnly }) => isReadOnly);
    returns.push({ call, changing, reading, newReads, indefinite: indefinite.length });
    newReads = 0n;
    open.delete(completion);
    free.push(call.bit);
  }
  return { returns, indefinite };
}

function okOf({ completion }: OpPair): Op[] {
  return completion?.type === "ok" ? [completion] : [];
}

function invocationOfIndefinite({ invocation, completion }: OpPair): Op[] {
  return completion?.type === "ok" ? [] : [invocation];
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
