/**
 * Operations written down one by one, in place of a workload's own generators.
 *
 * @module
 */
import type { Assignment, Context, Generator } from "./generator.ts";

export interface ScriptedOp extends Assignment {
  /** Nanoseconds since the start of the run. */
  readonly timeNs: number;
}

/**
 * Has each operation at its time, or as soon after it as its thread is free.
 *
 * @param observer The generator that the script replaces; it still observes the history's events.
 */
export function scripted(script: readonly ScriptedOp[], observer: Generator): Generator {
  const left = script.toSorted((a, b) => a.timeNs - b.timeNs);
  const next = ({ free }: Context): number => left.findIndex(({ thread }) => free.includes(thread));
  return {
    ...(observer.observe && { observe: observer.observe.bind(observer) }),
    when(context) {
      if (left.length === 0) return "never";
      const op = left[next(context)];
      return op === undefined ? "pending" : Math.max(op.timeNs, context.nowNs);
    },
    take(context) {
      const [op] = left.splice(next(context), 1);
      if (op === undefined) throw new Error("took from a script that has nothing");
      const { timeNs: _, ...assignment } = op;
      return assignment;
    },
  };
}
