/**
 * Faults and operations that are written down, each with its time, as a plan holds them: plain data,
 * in which an operation's value is a text in EDN.
 *
 * @module
 */
import { type Edn, isEdnObject, parseEdn, printEdn } from "../history/edn.ts";
import { fieldProblem, integer, optional, string } from "../rpc.ts";
import { NS_PER_S } from "../history/operations.ts";
import type { ScriptedOp } from "./clients/script.ts";
import { type Fault, isFault } from "./faults/kinds.ts";
import type { TimedFault } from "./faults/schedule.ts";

/** A fault that is written down: what strikes, and when, in seconds since the start of the run. */
export type PlannedFault = {
  /** Seconds since the start of the run. */
  readonly timeS: number;
} & Fault;

/** An operation that is written down. */
export interface PlannedOperation {
  /** Seconds since the start of the run. */
  readonly timeS: number;
  /** The client thread that makes it. */
  readonly thread: number;
  /** The operation's name. */
  readonly f: string;
  /** The operation's value, as EDN. */
  readonly value: string;
  /** Further keys of the operation, as an EDN map. */
  readonly extra?: string;
}

/** A fault as a run inflicts it. */
export function timedFault({ timeS, ...fault }: PlannedFault): TimedFault {
  return { timeNs: toNs(timeS), fault };
}

/** A fault, written down. */
export function plannedFault({ timeNs, fault }: TimedFault): PlannedFault {
  return { timeS: timeNs / NS_PER_S, ...fault };
}

/** An operation as a generator takes it. */
export function timedOperation({ timeS, thread, f, value, extra }: PlannedOperation): ScriptedOp {
  const keys = extra === undefined ? undefined : parseEdn(extra);
  return {
    timeNs: toNs(timeS),
    thread,
    f,
    value: parseEdn(value),
    ...(isEdnObject(keys) && { extra: keys }),
  };
}

/** An operation, written down. */
export function plannedOperation(
  { timeNs, thread, f, value, extra }: ScriptedOp,
): PlannedOperation {
  const keys: Edn | undefined = extra;
  return {
    timeS: timeNs / NS_PER_S,
    thread,
    f,
    value: printEdn(value),
    ...(keys !== undefined && { extra: printEdn(keys) }),
  };
}

/** Whole nanoseconds, exactly those that were written down as seconds. */
function toNs(timeS: number): number {
  return Math.round(timeS * NS_PER_S);
}

/** Whether a value that was read, from a file for example, is a fault. */
export function isPlannedFault(value: unknown): value is PlannedFault {
  return isTimed(value) && isFault(value);
}

/** Whether a value that was read is an operation. */
export function isPlannedOperation(value: unknown): value is PlannedOperation {
  const fields = { thread: integer, value: string, extra: optional(string) };
  return isTimed(value) && fieldProblem(fields, value) === undefined;
}

function isTimed(value: unknown): value is { readonly timeS: number; readonly f: string } {
  return typeof value === "object" && value !== null && "timeS" in value &&
    typeof value.timeS === "number" && value.timeS >= 0 && "f" in value &&
    typeof value.f === "string";
}
