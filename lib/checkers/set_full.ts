/**
 * The set checker of broadcast and g-set: every value whose addition was acknowledged, or that some
 * read contained, must be in all later reads.
 *
 * A value is *known* from the moment its addition is acknowledged or a read that contains it
 * returns. Of the reads that returned after its addition began, two decide its outcome: the last to
 * begin that contains it, and the last to begin that misses it.
 *
 *     known        absent      present                       known      present      absent
 *     ──┼────────────┼───────────┼────▶  stable              ──┼──────────┼────────────┼───▶  lost
 *       ╰─ latency ──╯
 *
 * A value that is neither stable nor lost was *never read*. A stable value's latency runs from the
 * moment it was known to the start of the last read, on any node, that missed it.
 *
 * This is Jepsen's `set-full` (jepsen/checker.clj), figure by figure, including that it never reports
 * a duplicate. A check takes one step for each value that a read contains or misses.
 *
 * @module
 */
import { compareEdn } from "../history/compare.ts";
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  itemsOf,
  keyword,
  List,
  numberOf,
} from "../history/edn.ts";
import { keyOf } from "../history/equality.ts";
import { NS_PER_MS, NS_PER_S, type Op, opFromEdn, taggedOp } from "../history/operations.ts";
import { type Result, UNKNOWN, type Verdict } from "./checker.ts";
import {
  formatEvent,
  formatFigure,
  formatSeconds,
  joinWords,
  listValues,
  pluralize,
  tally,
} from "./format.ts";

const QUANTILES = [0, 0.5, 0.95, 0.99, 1];
const WORST_STALE_LIMIT = 8;

/** What a history says about one value. */
interface Element {
  readonly value: Edn;
  /** The completion that made it known. */
  readonly known: Op | undefined;
  /** The latest invocation of a read that contained it. */
  readonly present: Op | undefined;
  /** The latest invocation of a read that missed it. */
  readonly absent: Op | undefined;
}

type Outcome = "stable" | "lost" | "never-read";

interface Judged {
  readonly element: Element;
  readonly outcome: Outcome;
  /** Milliseconds from known to the last read that missed it (stable) or contained it (lost). */
  readonly latencyMs: number | undefined;
}

/**
 * Checks a history of `add` (or `broadcast`) and `read`, which returns all values.
 *
 * @example
 * ```ts
 * import { checkSetFull } from "@glomers/maelstrom/checkers";
 * import { parseHistory } from "@glomers/maelstrom/history";
 * import { assertEquals } from "@std/assert";
 *
 * const history = parseHistory(`
 *   {:time 0, :type :invoke, :process 0, :f :broadcast, :value 7}
 *   {:time 5, :type :ok, :process 0, :f :broadcast, :value 7}
 *   {:time 6, :type :invoke, :process 1, :f :read, :value nil}
 *   {:time 9, :type :ok, :process 1, :f :read, :value []}
 * `);
 * assertEquals(checkSetFull(history)["valid?"], false);
 * ```
 */
export function checkSetFull(history: readonly Op[]): Result {
  const judged = elementsOf(history)
    .sort((a, b) => compareEdn(a.value, b.value))
    .map(judge);
  const of = (outcome: Outcome) => judged.filter((one) => one.outcome === outcome);
  const [stable, lost, neverRead] = [of("stable"), of("lost"), of("never-read")];
  const stale = stable.filter(({ latencyMs = 0 }) => latencyMs > 0);
  return {
    "worst-stale": new List(worstOf(stale).map(record)),
    "duplicated-count": 0,
    "valid?": verdict(lost.length, stable.length),
    "lost-count": lost.length,
    "lost": valuesOf(lost),
    "stable-count": stable.length,
    "stale-count": stale.length,
    "stale": valuesOf(stale),
    "never-read-count": neverRead.length,
    "stable-latencies": distribution(stable),
    "attempt-count": judged.length,
    "lost-latencies": distribution(lost),
    "never-read": valuesOf(neverRead),
    "duplicated": {},
  };
}

function verdict(lost: number, stable: number): Verdict {
  return lost > 0 ? false : stable === 0 ? UNKNOWN : true;
}

/** No operation, no element. */
const NONE = -1;

/**
 * What a history says about its values so far, in columns: operations are their positions in the
 * history, a value's row is the order in which it was added first.
 */
class Elements {
  readonly values: Edn[] = [];
  readonly rows = new Map<Edn, number>();
  readonly known: Int32Array;
  readonly present: Int32Array;
  readonly absent: Int32Array;
  /** The position of the last read that contained it. */
  readonly seenBy: Int32Array;

  constructor(capacity: number) {
    const column = () => new Int32Array(capacity).fill(NONE);
    [this.known, this.present, this.absent, this.seenBy] = [column(), column(), column(), column()];
  }

  noteAdd(op: Op, position: number): void {
    const key = keyOf(op.value);
    const row = this.rows.get(key);
    if (op.type === "invoke") this.#begin(key, op.value, row ?? this.values.length);
    else if (op.type === "ok" && row !== undefined && this.known[row] === NONE) {
      this.known[row] = position;
    }
  }

  /** A value that is added again begins anew. */
  #begin(key: Edn, value: Edn, row: number): void {
    this.rows.set(key, row);
    this.values[row] = value;
    this.known[row] =
      this.present[row] =
      this.absent[row] =
      this.seenBy[row] =
        NONE;
  }

  /** Notes which values a read contained, once they are marked as seen, and which it missed. */
  noteRead(invocation: number, position: number): void {
    const { known, present, absent, seenBy, values: { length } } = this;
    for (let row = 0; row < length; row++) {
      if (seenBy[row] !== position) {
        if (invocation > (absent[row] ?? NONE)) absent[row] = invocation;
        continue;
      }
      if (known[row] === NONE) known[row] = position;
      if (invocation > (present[row] ?? NONE)) present[row] = invocation;
    }
  }
}

/**
 * A process that reads. Most of what it reads stands where it stood in its last read, which is found
 * without looking it up.
 */
class Reader {
  /** Of the read that is under way. */
  invocation = NONE;
  #values: readonly Edn[] = [];
  /** The rows of these values. */
  readonly #rows: number[] = [];

  /** Marks the values of a read as seen. */
  mark(values: readonly Edn[], position: number, { rows, seenBy }: Elements): void {
    const [before, found] = [this.#values, this.#rows];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? null;
      let row = found[i] ?? NONE;
      if (row === NONE || value !== before[i]) {
        row = found[i] = rows.get(keyOf(value)) ?? NONE;
      }
      if (row !== NONE) seenBy[row] = position;
    }
    this.#values = values;
  }
}

function elementsOf(history: readonly Op[]): Element[] {
  const isAdd = ({ f }: Op) => f === "add" || f === "broadcast";
  const elements = new Elements(history.filter((op) => isAdd(op) && op.type === "invoke").length);
  const readers = new Map<Op["process"], Reader>();
  for (const [position, op] of history.entries()) {
    if (op.process === "nemesis") continue;
    if (isAdd(op)) elements.noteAdd(op, position);
    if (op.f !== "read") continue;
    const reader = readers.get(op.process) ?? new Reader();
    readers.set(op.process, reader);
    if (op.type === "invoke") reader.invocation = position;
    if (op.type !== "ok") continue;
    reader.mark(itemsOf(op.value), position, elements);
    elements.noteRead(reader.invocation === NONE ? position : reader.invocation, position);
  }
  const opAt = (column: Int32Array, row: number) => history[column[row] ?? NONE];
  return elements.values.map((value, row) => ({
    value,
    known: opAt(elements.known, row),
    present: opAt(elements.present, row),
    absent: opAt(elements.absent, row),
  }));
}

function later(a: Op, b: Op): Op {
  return a.index < b.index ? b : a;
}

function judge(element: Element): Judged {
  const { known, present, absent } = element;
  if (present !== undefined && (absent === undefined || absent.index < present.index)) {
    return { element, outcome: "stable", latencyMs: latencyMs(known, absent) };
  }
  const lost = known !== undefined && absent !== undefined && known.index < absent.index;
  if (!lost) return { element, outcome: "never-read", latencyMs: undefined };
  return { element, outcome: "lost", latencyMs: latencyMs(known, present) };
}

/** From the known moment to just after an invocation; 0 where there was none. */
function latencyMs(known: Op | undefined, invocation: Op | undefined): number {
  if (known === undefined || invocation === undefined) return 0;
  return Math.trunc(Math.max(0, invocation.time + 1 - known.time) / NS_PER_MS);
}

function valuesOf(judged: readonly Judged[]): List {
  return new List(judged.map(({ element }) => element.value));
}

/** Picks the longest latencies; of equal ones, the greatest value first. */
function worstOf(stale: readonly Judged[]): Judged[] {
  return stale.toReversed()
    .sort((a, b) => (b.latencyMs ?? 0) - (a.latencyMs ?? 0))
    .slice(0, WORST_STALE_LIMIT);
}

function record({ element, outcome, latencyMs }: Judged): EdnObject {
  const { value, known, absent } = element;
  return {
    "element": value,
    "outcome": keyword(outcome),
    "stable-latency": outcome === "stable" ? latencyMs ?? null : null,
    "lost-latency": outcome === "lost" ? latencyMs ?? null : null,
    "known": known === undefined ? null : taggedOp(asAdd(known)),
    "last-absent": absent === undefined ? null : taggedOp(absent),
  };
}

/**
 * How many values count as stable although a final read misses them. Final reads run almost at once,
 * and of those that do, the checker looks at the last to begin alone.
 */
export function countMissingAtEnd(result: EdnObject, history: readonly Op[]): number {
  const finals = history.filter(({ f, type, extra }) =>
    f === "read" && type === "ok" && extra?.["final?"] === true
  ).map(({ value }) => new Set(itemsOf(value).map(keyOf)));
  return itemsOf(result["stale"]).filter((value) => finals.some((read) => !read.has(keyOf(value))))
    .length;
}

function asAdd(op: Op): Op {
  return op.f === "broadcast" ? { ...op, f: "add" } : op;
}

/** Latencies at each quantile: the sorted latency at index ⌊n·q⌋, or the last. */
function distribution(judged: readonly Judged[]): Map<Edn, Edn> | undefined {
  const sorted = judged.map(({ latencyMs = 0 }) => latencyMs).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const at = (quantile: number) =>
    Math.min(sorted.length - 1, Math.floor(sorted.length * quantile));
  return new Map(QUANTILES.map((quantile) => [quantile, sorted[at(quantile)] ?? 0]));
}

/** Says which values were lost, who had acknowledged them, and which reads missed them. */
export function explainSetFull(result: EdnObject, history: readonly Op[] = []): string[] {
  if (result["valid?"] === UNKNOWN && result["error"] === undefined) {
    return [
      `No read ever contained a value (${
        pluralize(numberOf(result["attempt-count"]) ?? 0, "value")
      } added), so there is nothing to judge.`,
    ];
  }
  const lost = itemsOf(result["lost"]);
  const attempts = numberOf(result["attempt-count"]) ?? 0;
  if (lost.length === 0) return explainLateFinalReads(result, history);
  return [
    `${pluralize(lost.length, "value")} of ${attempts} ${
      lost.length === 1 ? "was" : "were"
    } lost, ` +
    `known and later missing: ${listValues(lost)}.`,
    ...(history.length === 0 ? [] : explainLost(lost, history)),
  ];
}

/** How many lost values are shown by their operations. */
const SHOWN_LOSSES = 12;

/** Of lost values, what made them known, and the last reads that miss them. */
export function findLosses(result: EdnObject, history: readonly Op[]): Op[] {
  const lost = new Set(itemsOf(result["lost"]).slice(0, SHOWN_LOSSES).map((value) => keyOf(value)));
  if (lost.size === 0) return [];
  return elementsOf(history).filter(({ value }) => lost.has(keyOf(value)))
    .flatMap(({ known, absent }) => [known ?? [], absent ?? []].flat());
}

const DETAILS_LIMIT = 2;
const LAST_READS_LIMIT = 25;

function explainLost(lost: readonly Edn[], history: readonly Op[]): string[] {
  const elements = new Map(elementsOf(history).map((one) => [keyOf(one.value), one]));
  const gone = lost.flatMap((value) => elements.get(keyOf(value)) ?? []);
  return [
    ...(gone.length > 1 ? describeAcknowledgers(gone) : []),
    ...describePartitions(gone, history),
    ...(gone.length > 1 ? describeLastReads(gone, history) : []),
    ...gone.slice(0, DETAILS_LIMIT).map((element) => describeLoss(element, history)),
  ];
}

function describeLoss({ value, known, present, absent }: Element, history: readonly Op[]): string {
  const name = `Value ${listValues([value])}`;
  if (known === undefined || absent === undefined) return `${name} was lost.`;
  const how = known.f === "read" ? "was first seen in a read of" : "was acknowledged to";
  const since = present === undefined ? known : later(present, known);
  const missed = readsBegunAfter(since, history);
  const laterMs = (absent.time - since.time) / NS_PER_MS;
  const last = `, the last ${formatFigure(laterMs)} ms later by process ${absent.process}`;
  return `${name} ${how} ${formatEvent(known)}. ` +
    (present === undefined
      ? "No read ever contained it"
      : `The last read that contained it began at ${formatSeconds(present.time)}`) +
    `; it is missing from ${missed === 1 ? "the only read" : `all ${missed} reads`} begun since` +
    `${missed === 1 ? `, by ${formatEvent(absent)}` : last}.`;
}

function readsBegunAfter(since: Op, history: readonly Op[]): number {
  const reading = new Map<Op["process"], Op>();
  let count = 0;
  for (const op of history) {
    if (op.f !== "read") continue;
    if (op.type === "invoke") reading.set(op.process, op);
    else if (op.type === "ok" && (reading.get(op.process) ?? op).index > since.index) count++;
  }
  return count;
}

function describeAcknowledgers(gone: readonly Element[]): string[] {
  const processes = gone.flatMap(({ known }) => known === undefined ? [] : [known.process]);
  const counts = tally(processes).slice(0, 6);
  const [first] = counts;
  if (first === undefined) return [];
  if (counts.length === 1) return [`All became known through process ${first[0]}.`];
  return [
    `They became known through process ${
      joinWords(counts.map(([process, count]) => `${process} (${count})`))
    }.`,
  ];
}

/** Says how many of the lost values the last read of each process misses. */
function describeLastReads(gone: readonly Element[], history: readonly Op[]): string[] {
  const last = new Map<Op["process"], Op>();
  for (const op of history) if (op.f === "read" && op.type === "ok") last.set(op.process, op);
  const newest = [...last.values()].sort((a, b) => b.index - a.index).slice(0, LAST_READS_LIMIT);
  if (newest.length < 2) return [];
  const missing = Map.groupBy(newest, ({ value }) => {
    const read = new Set(itemsOf(value).map(keyOf));
    return gone.filter((element) => !read.has(keyOf(element.value))).length;
  });
  const groups = [...missing].sort(([a], [b]) => a - b).map(([missed, reads]) => {
    const processes = reads.map(({ process }) => Number(process)).sort((a, b) => a - b);
    const share = missed === 0 ? "none" : missed === gone.length ? `all ${missed}` : `${missed}`;
    return `${share} ${missed === 1 ? "is" : "are"} missing for process ${
      joinWords(processes.map(String))
    }`;
  });
  return [`In the last reads ${groups.join("; ")}.`];
}

function describePartitions(gone: readonly Element[], history: readonly Op[]): string[] {
  const partitions = partitionsOf(history);
  const during = gone.filter(({ known }) =>
    known !== undefined &&
    partitions.some(({ from, to }) => from <= known.time && known.time <= to)
  );
  if (during.length === 0) return [];
  const share = during.length === gone.length ? "All" : `${during.length} of them`;
  return [`${share} became known while the network was partitioned.`];
}

function partitionsOf(history: readonly Op[]): { from: number; to: number }[] {
  const partitions: { from: number; to: number }[] = [];
  for (const { process, f, time } of history) {
    const open = partitions.at(-1);
    if (process !== "nemesis") continue;
    if (f === "start-partition" && open?.to !== Infinity) {
      partitions.push({ from: time, to: Infinity });
    } else if (f === "stop-partition" && open !== undefined) {
      open.to = Math.min(open.to, time);
    }
  }
  return partitions;
}

/** A read that begins this long after the last addition is a final one. */
const FINAL_READ_DELAY_NS = 5 * NS_PER_S;

/** Final reads run almost at once; a value that only the last to begin contains counts as stable. */
function explainLateFinalReads(result: EdnObject, history: readonly Op[]): string[] {
  const lastAdd = history.findLast(({ f }) => f === "add" || f === "broadcast");
  if (lastAdd === undefined) return [];
  const late = itemsOf(result["worst-stale"]).flatMap((stale) => {
    if (!isEdnObject(stale) || stale["last-absent"] == null) return [];
    const absent = opFromEdn(stale["last-absent"]);
    return absent.time - lastAdd.time < FINAL_READ_DELAY_NS
      ? []
      : [{ value: stale["element"] ?? null, absent }];
  });
  return late.slice(0, DETAILS_LIMIT).map(({ value, absent }) =>
    `Value ${
      listValues([value])
    } counts as stable because the last read to begin contains it; the ` +
    `final read of ${formatEvent(absent)} still missed it.`
  );
}
