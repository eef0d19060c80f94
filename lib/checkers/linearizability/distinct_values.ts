/**
 * Registers to which each value is written at most once, judged without a search.
 *
 * Who reads a value then tells who wrote it. A write and the reads of its value form a *cluster*: in
 * any explanation they come one after another, with nothing else between them. A compare-and-set
 * ends one cluster and begins the next, so it joins the two. Of every operation of a cluster that
 * completes before some operation of another begins, the first cluster comes before the other; the
 * history is linearizable exactly if no two clusters come before each other, and each by itself is in
 * order. A cluster's *zone* lies between the first completion and the last invocation in it; they
 * tell all that matters, so sorting decides.
 *
 * An operation of unknown outcome took effect if its value was read, and makes no difference if not.
 *
 * Source: Gibbons and Korach, Testing shared memories (1997), section 4.
 *
 * @module
 */
import type { Edn } from "../../history/edn.ts";
import { type Key, keyOf } from "../../history/equality.ts";
import { type Op, type OpPair, pairs } from "../../history/operations.ts";
import type { Linearization } from "./model.ts";
import { casRegister, changes, valueNeeded, valueSet } from "./register.ts";

/** An order that explains everything, or the first completion that no order explains. */
type Judgement =
  | Extract<Linearization<Edn>, { verdict: true }>
  | { readonly verdict: false; readonly op: Op };

/** An operation that took effect. */
interface Call {
  /** The completion, or the invocation of an indefinite operation. */
  readonly op: Op;
  readonly began: number;
  /** Infinite where no completion says that it took effect. */
  readonly ended: number;
}

/** Operations that follow one another with nothing between. */
interface Cluster {
  readonly calls: readonly Call[];
  readonly firstEnd: number;
  readonly lastBegin: number;
}

/** Judges a register's history; `undefined` if some value was, or may have been, written twice. */
export function judgeDistinctValues(history: readonly Op[]): Judgement | undefined {
  if (isSomeValueWrittenTwice(history)) return undefined;
  const possible = pairs(history).filter(({ completion }) => completion?.type !== "fail");
  const all = callsUntil(possible, Infinity);
  if (!areValuesDistinct(all.calls)) return undefined;
  const order = explain(all);
  if (order !== undefined) return explained(possible, order);
  const completions = possible.flatMap(({ completion }) =>
    completion?.type === "ok" ? [completion] : []
  ).sort((a, b) => a.index - b.index);
  let [enough, tooMany] = [0, completions.length];
  while (tooMany - enough > 1) {
    const middle = (enough + tooMany) >>> 1;
    const end = completions[middle - 1]?.index ?? 0;
    if (explain(callsUntil(possible, end)) === undefined) tooMany = middle;
    else enough = middle;
  }
  const op = completions[tooMany - 1];
  return op && { verdict: false, op };
}

/** Looks at definite outcomes alone, and so tells soon in most histories that have few values. */
function isSomeValueWrittenTwice(history: readonly Op[]): boolean {
  const values = new Set<Key>();
  for (const op of history) {
    if (op.type !== "ok" || op.process === "nemesis" || !changes(op)) continue;
    const key = keyOf(valueSet(op));
    if (values.has(key)) return true;
    values.add(key);
  }
  return false;
}

/** The initial value counts as written. */
function areValuesDistinct(calls: readonly Call[]): boolean {
  const values = calls.filter(({ op }) => changes(op)).map(({ op }) => keyOf(valueSet(op)));
  return new Set(values).add(keyOf(casRegister.initial)).size === values.length + 1;
}

/** Returns an order that explains some operations, if there is one. */
function explain({ calls, free }: Calls): Op[] | undefined {
  const clusters = clustersOf(calls);
  if (clusters === undefined || contradict(clusters)) return undefined;
  const rank = ({ firstEnd, lastBegin }: Cluster) => Math.min(firstEnd, lastBegin);
  const ordered = clusters.toSorted((a, b) => rank(a) - rank(b)).flatMap(({ calls }) => calls);
  return merge(ordered, free).map(({ op }) => op);
}

/** Operations that took effect, and among them reads that were possible at any time. */
interface Calls {
  readonly calls: readonly Call[];
  readonly free: readonly Call[];
}

/** Returns what took effect, as far as is known from what completed by some index. */
function callsUntil(possible: readonly OpPair[], end: number): Calls {
  const [calls, free]: [Call[], Call[]] = [[], []];
  const [definite, open]: [Op[], Op[]] = [[], []];
  const add = (op: Op, began: number, ended: number) => {
    const isFree = !changes(op) && valueNeeded(op) === undefined;
    (isFree ? free : calls).push({ op, began, ended });
  };
  for (const { invocation, completion } of possible) {
    if (invocation.index > end) continue;
    if (completion?.type === "ok" && completion.index <= end) {
      definite.push(completion);
      add(completion, invocation.index, completion.index);
    } else open.push(invocation);
  }
  const helpful = casRegister.helpful?.(definite, open);
  for (const invocation of open) {
    if (helpful?.has(invocation)) add(invocation, invocation.index, Infinity);
  }
  return { calls, free };
}

/** What happened to one value. */
interface Value {
  writer?: Call;
  readonly readers: Call[];
  /** The compare-and-set operations from it to others. */
  readonly leavers: Call[];
}

/** Groups operations into clusters; `undefined` if the operations of a cluster are out of order. */
function clustersOf(calls: readonly Call[]): Cluster[] | undefined {
  const values = new Map<Key, Value>();
  const valueOf = (key: Key) => {
    let value = values.get(key);
    if (value === undefined) values.set(key, value = { readers: [], leavers: [] });
    return value;
  };
  const initial = valueOf(keyOf(casRegister.initial));
  const starts = [initial];
  for (const call of calls) {
    const needed = valueNeeded(call.op);
    const before = needed === undefined ? undefined : valueOf(needed);
    if (!changes(call.op)) {
      before?.readers.push(call);
      continue;
    }
    const value = valueOf(keyOf(valueSet(call.op)));
    value.writer = call;
    if (before === undefined) starts.push(value);
    else before.leavers.push(call);
  }
  const clusters: Cluster[] = [];
  let count = 0;
  for (const start of starts) {
    const cluster = clusterFrom(start, (call) => values.get(keyOf(valueSet(call.op))));
    if (cluster === undefined) return undefined;
    count += cluster.calls.length;
    // Whatever happened to the initial value comes before everything else.
    clusters.push(start === initial ? { ...cluster, firstEnd: -1 } : cluster);
  }
  return count === calls.length ? clusters : undefined;
}

function clusterFrom(start: Value, valueAfter: (call: Call) => Value | undefined) {
  const calls: Call[] = [];
  let [firstEnd, lastBegin] = [Infinity, -1];
  let value: Value | undefined = start;
  while (value !== undefined) {
    const { writer, readers }: Value = value;
    for (const level of writer === undefined ? [readers] : [[writer], readers]) {
      if (level.some(({ ended }) => ended < lastBegin)) return undefined;
      for (const { began, ended } of level) {
        firstEnd = Math.min(firstEnd, ended);
        lastBegin = Math.max(lastBegin, began);
      }
      calls.push(...level);
    }
    if (value.leavers.length > 1) return undefined;
    const leaver: Call | undefined = value.leavers[0];
    value = leaver && valueAfter(leaver);
  }
  return { calls, firstEnd, lastBegin };
}

/** Returns whether two of the clusters come before each other. */
function contradict(clusters: readonly Cluster[]): boolean {
  const sorted = clusters.toSorted((a, b) => a.firstEnd - b.firstEnd);
  const lastBegins: number[] = [];
  for (const { lastBegin } of sorted) {
    lastBegins.push(Math.max(lastBegins.at(-1) ?? -1, lastBegin));
  }
  return sorted.some(({ firstEnd, lastBegin }) => {
    const before = countBelow(sorted, Math.min(firstEnd, lastBegin));
    return (lastBegins[before - 1] ?? -1) > firstEnd;
  });
}

/** Counts the clusters whose first completion lies before an index, by bisection. */
function countBelow(sorted: readonly Cluster[], index: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.firstEnd ?? Infinity) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Describes how everything may have happened, and what the register holds then. */
function explained(possible: readonly OpPair[], order: readonly Op[]): Judgement {
  const taken = new Set(order);
  const pending = possible.flatMap(({ invocation, completion }) =>
    taken.has(completion ?? invocation) || taken.has(invocation) ? [] : [invocation]
  );
  const lastChange = order.findLast(changes);
  const state = lastChange === undefined ? casRegister.initial : valueSet(lastChange);
  return { verdict: true, order, configurations: [{ state, last: order.at(-1), pending }] };
}

/** Puts each free operation directly after the last one that completed before it began. */
function merge(ordered: readonly Call[], free: readonly Call[]): Call[] {
  const byEnd = ordered.map(({ ended }, place) => ({ ended, place }))
    .sort((a, b) => a.ended - b.ended);
  const after = new Map<number, Call[]>();
  let [next, place] = [0, -1];
  for (const call of free.toSorted((a, b) => a.began - b.began)) {
    for (; (byEnd[next]?.ended ?? Infinity) < call.began; next++) {
      place = Math.max(place, byEnd[next]?.place ?? -1);
    }
    const group = after.get(place);
    if (group === undefined) after.set(place, [call]);
    else group.push(call);
  }
  return [
    ...after.get(-1) ?? [],
    ...ordered.flatMap((call, place) => [call, ...after.get(place) ?? []]),
  ];
}
