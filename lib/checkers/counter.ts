/**
 * The checker of g-counter and pn-counter: every final read must be a sum that the adds allow.
 *
 * An acknowledged add counts once, a failed one not at all, and one whose outcome is unknown may or
 * may not have happened. So a final read is acceptable if it is the sum of all acknowledged adds plus
 * the sum of some subset of the unknown ones. The set of all these sums is computed exactly: start
 * from the one certain sum and, for each unknown add, unite the set with itself shifted by the add's
 * delta. It is kept as ranges of integers, which stay few because deltas are small.
 *
 * Earlier reads are not judged: nothing requires a counter to be monotonic or fresh.
 *
 * @module
 */
import { type EdnObject, itemsOf, List, numberOf } from "../history/edn.ts";
import { keyOf } from "../history/equality.ts";
import { type Op, opFromEdn, pairs, taggedOp } from "../history/operations.ts";
import type { Result } from "./checker.ts";
import { formatEvent, formatSeconds, joinWords, pluralize } from "./format.ts";

/** The integers from the first to the second, inclusive. */
type Range = readonly [number, number];

/**
 * Checks a history of `add` and `read`; final reads carry `:final? true`.
 *
 * @example
 * ```ts
 * import { checkCounter } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :add, :value 3}
 *   {:time 5, :type :ok, :process 0, :f :add, :value 3}
 *   {:time 6, :type :invoke, :process 0, :f :read, :value nil, :final? true}
 *   {:time 9, :type :ok, :process 0, :f :read, :value 2, :final? true}
 * `);
 * assertEquals(checkCounter(history)["valid?"], false);
 * ```
 */
export function checkCounter(history: readonly Op[]): Result {
  const { certain, unknown } = addsOf(history);
  const acceptable = acceptableSums(sum(certain), unknown.map(deltaOf));
  const reads = history.filter(isFinalRead);
  const errors = reads.filter((read) => !isWithin(acceptable, numberOf(read.value)));
  return {
    "valid?": errors.length === 0,
    "errors": errors.length === 0 ? null : new List(errors.map(taggedOp)),
    "final-reads": new List(reads.map(({ value }) => value)),
    "acceptable": new List(acceptable.map(([low, high]) => [low, high])),
  };
}

function isFinalRead({ type, extra }: Op): boolean {
  return type === "ok" && extra?.["final?"] === true;
}

/** The acknowledged adds, and those that may have happened: completions, where there are any. */
function addsOf(history: readonly Op[]): { certain: Op[]; unknown: Op[] } {
  const certain: Op[] = [];
  const unknown: Op[] = [];
  for (const { invocation, completion = invocation } of pairs(history)) {
    if (invocation.f !== "add" || completion.type === "fail") continue;
    (completion.type === "ok" ? certain : unknown).push(completion);
  }
  return { certain, unknown };
}

function deltaOf({ value }: Op): number {
  return numberOf(value) ?? 0;
}

function sum(adds: readonly Op[]): number {
  return adds.reduce((total, add) => total + deltaOf(add), 0);
}

/** All sums of `certain` and a subset of `deltas`, as ranges in ascending order. */
function acceptableSums(certain: number, deltas: readonly number[]): Range[] {
  let sums: Range[] = [[certain, certain]];
  for (const delta of deltas) {
    sums = merge([...sums, ...sums.map(([low, high]): Range => [low + delta, high + delta])]);
  }
  return sums;
}

/** Merges ranges that overlap or touch. */
function merge(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const [low, high] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last === undefined || last[1] + 1 < low) result.push([low, high]);
    else result[result.length - 1] = [last[0], Math.max(last[1], high)];
  }
  return result;
}

function isWithin(ranges: readonly Range[], value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) &&
    ranges.some(([low, high]) => low <= value && value <= high);
}

/**
 * How final reads are wrong, worst first. `sum-too-low` and `sum-too-high`: all of them, so that the
 * counter itself is. `reads-differ`: some show what others do not.
 */
export function counterFailures(result: EdnObject): string[] {
  const wrong = itemsOf(result["errors"]).map((error) => opFromEdn(error).value);
  const reads = itemsOf(result["final-reads"]);
  if (wrong.length === 0) return [];
  const values = wrong.map(numberOf);
  const isWhole = (value: number | undefined) => Number.isInteger(value);
  const gaps = values.map((value = NaN) => nearestTo(value, rangesOf(result)) - value);
  const areAll = (holds: (gap: number) => boolean) =>
    wrong.length === reads.length && values.every(isWhole) && gaps.every(holds);
  return [
    ...(values.every(isWhole) ? [] : ["no-integer"]),
    ...(areAll((gap) => gap > 0) ? ["sum-too-low"] : []),
    ...(areAll((gap) => gap < 0) ? ["sum-too-high"] : []),
    ...(new Set(reads.map(keyOf)).size > 1 ? ["reads-differ"] : []),
  ];
}

/** Says by how much each final read was off, and which acknowledged adds could explain it. */
export function explainCounter(result: EdnObject, history: readonly Op[] = []): string[] {
  const errors = itemsOf(result["errors"]).map(opFromEdn);
  if (errors.length === 0) return explainAbsence(result);
  const acceptable = rangesOf(result);
  const { certain, unknown } = addsOf(history);
  return [
    `${errors.length} of ${pluralize(itemsOf(result["final-reads"]).length, "final read")} ` +
    `${errors.length === 1 ? "is not a sum" : "are not sums"} that the adds allow: ` +
    `acceptable ${acceptable.length === 1 ? "is" : "are"} ${printRanges(acceptable)}` +
    `${unknown.length === 0 ? "" : ` (${pluralize(unknown.length, "add")} may have happened)`}.`,
    ...[...Map.groupBy(errors, ({ value }) => keyOf(value)).values()]
      .map((reads) => describe(reads, acceptable, certain)),
  ];
}

function explainAbsence(result: EdnObject): string[] {
  if (result["valid?"] !== true || itemsOf(result["final-reads"]).length > 0) return [];
  return [
    "No final read succeeded, so there was nothing to judge: valid only for lack of evidence.",
  ];
}

function rangesOf(result: EdnObject): Range[] {
  return itemsOf(result["acceptable"]).flatMap((range): Range[] => {
    const [low, high] = itemsOf(range).map(numberOf);
    return low === undefined || high === undefined ? [] : [[low, high]];
  });
}

function printRanges(ranges: readonly Range[]): string {
  const shown = ranges.slice(0, 6).map(([low, high]) =>
    low === high ? `${low}` : `${low} to ${high}`
  );
  if (ranges.length > 6) shown.push(`${ranges.length - 6} more ranges`);
  return joinWords(shown, "or");
}

/** Describes final reads that returned the same value. */
function describe(reads: Op[], acceptable: readonly Range[], certain: readonly Op[]): string {
  const value = numberOf(reads[0]?.value);
  const processes = reads.map(({ process }) => Number(process)).sort((a, b) => a - b);
  const head = `The final read${reads.length === 1 ? "" : "s"} of process ${
    joinWords(processes.map(String))
  } returned`;
  if (value === undefined || !Number.isInteger(value)) return `${head} no integer.`;
  const gap = nearestTo(value, acceptable) - value;
  const off = `${head} ${value}, ${Math.abs(gap)} too ${gap > 0 ? "low" : "high"}.`;
  const causes = causesOf(gap, value, certain);
  return causes.length === 0 ? off : `${off} It could be that ${joinWords(causes, "or that")}.`;
}

function nearestTo(value: number, ranges: readonly Range[]): number {
  let nearest = Infinity;
  for (const bound of ranges.flat()) {
    if (Math.abs(bound - value) < Math.abs(nearest - value)) nearest = bound;
  }
  return nearest;
}

/** Finds simple faults that would make a read fall short of an acceptable sum by `gap`. */
function causesOf(gap: number, value: number, certain: readonly Op[]): string[] {
  const negative = certain.filter((add) => deltaOf(add) < 0);
  if (negative.length > 0 && sum(negative) === gap) {
    return ["none of the negative adds was counted"];
  }
  const causes = [
    ...ofOneProcess(gap, certain),
    ...ofOneAdd(gap, certain, "is missing"),
    ...ofOneAdd(-gap, certain, "was counted twice"),
    ...ofTheLastAdds(gap, certain),
  ];
  if (value === 0 && gap !== 0) causes.unshift("nothing was counted");
  return causes.slice(0, 2);
}

function ofOneProcess(gap: number, certain: readonly Op[]): string[] {
  for (const [process, adds] of Map.groupBy(certain, (add) => add.process)) {
    if (adds.length > 1 && sum(adds) === gap) {
      return [`all ${adds.length} adds acknowledged to process ${process} are missing`];
    }
  }
  return [];
}

function ofOneAdd(delta: number, certain: readonly Op[], what: string): string[] {
  const candidates = delta === 0 ? [] : certain.filter((add) => deltaOf(add) === delta);
  const last = candidates.at(-1);
  if (last === undefined) return [];
  const which = candidates.length === 1
    ? `the add of ${delta} acknowledged to`
    : `one of the ${candidates.length} adds of ${delta}, the last acknowledged to`;
  return [`${which} ${formatEvent(last)}, ${what}`];
}

const LAST_ADDS_LIMIT = 20;

/** Finds out whether the read shows the counter as it was some adds ago. */
function ofTheLastAdds(gap: number, certain: readonly Op[]): string[] {
  let missing = 0;
  const newest = certain.toSorted((a, b) => b.index - a.index).slice(0, LAST_ADDS_LIMIT);
  for (const [position, add] of newest.entries()) {
    missing += deltaOf(add);
    if (position > 0 && missing === gap && deltaOf(add) !== 0) {
      return [
        `the last ${position + 1} adds, acknowledged from ${
          formatSeconds(add.time)
        } on, are missing`,
      ];
    }
  }
  return [];
}
