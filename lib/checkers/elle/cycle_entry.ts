/**
 * Cycles as read from a result, to be explained or drawn.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  itemsOf,
  Keyword,
  printEdn,
} from "../../history/edn.ts";
import { type Op, opFromEdn } from "../../history/operations.ts";

/** One step of a cycle: why the transaction at its number precedes the next. */
export interface CycleStep {
  /** `ww`, `wr`, `rw`, `process` or `realtime`. */
  readonly relation: string;
  /** The step as the result has it. */
  readonly details: EdnObject;
}

/** A cycle of transactions T1, T2 …, the last of which precedes T1 again. */
export interface CycleEntry {
  readonly type: string;
  readonly transactions: readonly Op[];
  /** One for each transaction. */
  readonly steps: readonly CycleStep[];
}

/** Reads a case of an anomaly as a cycle; `undefined` where it is not one. */
export function readCycle(entry: Edn): CycleEntry | undefined {
  if (!isEdnObject(entry) || !(entry.type instanceof Keyword)) return undefined;
  const cycle = itemsOf(entry.cycle).map(opFromEdn);
  const steps = itemsOf(entry.steps).filter(isEdnObject).map((details) => ({
    relation: details.type instanceof Keyword ? details.type.name : "",
    details,
  }));
  if (cycle.length < 2 || steps.length !== cycle.length - 1) return undefined;
  return { type: entry.type.name, transactions: cycle.slice(0, -1), steps };
}

/** Prints a transaction's micro-operations. */
export function printMicroOps({ value }: Op): string[] {
  return itemsOf(value).map(printEdn);
}
