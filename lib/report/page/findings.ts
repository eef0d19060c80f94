/**
 * What went wrong, each finding with the operations and the time that its sentence names.
 *
 * @module
 */
import { clip } from "../../checkers/format.ts";
import { NS_PER_S, type OpPair } from "../../history/operations.ts";
import { type Moment, type Scene, US_PER_S } from "./scene.ts";

/** A sentence and, below it, the lines of its table. */
export interface Finding {
  readonly text: string;
  readonly table: readonly string[];
  /** Where it is to be seen, times close together as one. */
  readonly moments: readonly Moment[];
  /** Whether it names these times itself. */
  readonly isNamed: boolean;
}

/** Times in findings are to the millisecond, so an operation may be that far off. */
const TOLERANCE_NS = 600_000;

/** Characters of a sentence, which may quote what a node said. */
const MOST_WIDTH = 4_000;

/** What sentences are looked up in. */
interface Subject {
  readonly operations: readonly OpPair[];
  /** The rows of operations that a sentence without a time is about. Default: none. */
  readonly rowsOf?: (sentence: string) => readonly number[];
  /** A moment for those about no operation. Default: none. */
  readonly momentOf?: (sentence: string) => Moment | undefined;
}

/** Joins sentences with their tables, and finds what they are about. */
export function readFindings(sentences: readonly string[], subject: Subject): Finding[] {
  const joined: { text: string; table: string[] }[] = [];
  for (const one of sentences) {
    const sentence = clip(one, MOST_WIDTH);
    if (sentence.startsWith("  ") && joined.length > 0) {
      joined.at(-1)?.table.push(sentence.slice(2));
    } else joined.push({ text: sentence, table: [] });
  }
  const findings: Finding[] = [];
  for (const { text, table } of joined) {
    const named = momentsOf([text, ...table], subject.operations);
    const isNamed = named.length > 0;
    const moments = isNamed ? named : momentsFor(text, subject);
    const isMore = moments.length === 0 && /^([\w-]+: )and \S+ more\.$/.test(text);
    const shown = isMore ? findings.at(-1)?.moments ?? [] : moments;
    findings.push({ text, table, moments: shown, isNamed });
  }
  return findings;
}

function momentsFor(text: string, { operations, rowsOf, momentOf }: Subject): Moment[] {
  const rows = rowsOf?.(text) ?? [];
  const moments = rows.flatMap((row) => extentOf([row], operations) ?? []);
  return moments.length > 0 ? join(moments, MOST_FOUND) : [momentOf?.(text) ?? []].flat();
}

/** Times that far apart are moments of their own. */
const APART_US = 1_500_000;
/** What is longer fits no diagram. */
const LONG_US = 2_000_000;
const MOST_MOMENTS = 4;
/** Moments of a sentence that names none itself. */
const MOST_FOUND = 2;

function momentsOf(lines: readonly string[], ops: readonly OpPair[]): Moment[] {
  return join(lines.flatMap((line, i) => spotsIn(line, i === 0 ? IN_WORDS : IN_A_TABLE, ops)));
}

/** Makes one moment of those that are close together; of too many, the first ones and the last stay. */
function join(moments: readonly Moment[], most = MOST_MOMENTS): Moment[] {
  const joined: Moment[] = [];
  for (const moment of moments.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = joined.at(-1);
    const isApart = last === undefined || moment.fromUs - last.toUs > APART_US ||
      moment.toUs - last.fromUs > LONG_US;
    if (isApart) joined.push(moment);
    else {
      joined[joined.length - 1] = {
        fromUs: last.fromUs,
        toUs: Math.max(last.toUs, moment.toUs),
        operations: [...new Set([...last.operations, ...moment.operations])],
      };
    }
  }
  return joined.length <= most ? joined : [...joined.slice(0, most - 1), ...joined.slice(-1)];
}

/** The times in a line, and the operations that it names. */
function spotsIn(line: string, form: RegExp, ops: readonly OpPair[]): Moment[] {
  const byTime = timesIn(line, form).map(({ timeNs, process }): Moment => {
    const rows = process === undefined ? [] : operationAt(timeNs, process, ops);
    return extentOf(rows, ops) ??
      { fromUs: Math.round(timeNs / 1_000), toUs: Math.round(timeNs / 1_000), operations: [] };
  });
  const byIndex = operationsNamed(line, ops).flatMap((row) => extentOf([row], ops) ?? []);
  return [...byTime, ...byIndex];
}

function extentOf(rows: readonly number[], ops: readonly OpPair[]): Moment | undefined {
  const [row] = rows;
  const pair = row === undefined ? undefined : ops[row];
  if (pair === undefined) return undefined;
  const { invocation, completion = invocation } = pair;
  const [fromUs, toUs] = [invocation, completion].map(({ time }) => Math.round(time / 1_000));
  return fromUs === undefined || toUs === undefined
    ? undefined
    : { fromUs, toUs, operations: rows };
}

/** Times as sentences have them; other seconds are durations. In a table they are times. */
const IN_WORDS = /(?<=\b(?:at|from) )(\d[\d,]*\.\d{3}) s\b/g;
const IN_A_TABLE = /(?<![\d.])(\d[\d,]*\.\d{3}) s\b/g;

/** Times such as `12.345 s`, and the process that the words before it name. */
function timesIn(line: string, form: RegExp): { timeNs: number; process: number | undefined }[] {
  return [...line.matchAll(form)].map(({ 1: seconds = "", index }) => {
    const before = line.slice(0, index);
    const process = [...before.matchAll(/process (\d+)/g)].at(-1)?.[1] ??
      /^ *(\d+) /.exec(before)?.[1];
    return {
      timeNs: Number(seconds.replaceAll(",", "")) * NS_PER_S,
      process: process === undefined ? undefined : Number(process),
    };
  });
}

function operationAt(timeNs: number, process: number, ops: readonly OpPair[]): number[] {
  const isClose = (ns: number | undefined) =>
    ns !== undefined && Math.abs(ns - timeNs) < TOLERANCE_NS;
  const row = ops.findIndex(({ invocation, completion }) =>
    invocation.process === process && (isClose(completion?.time) || isClose(invocation.time))
  );
  return row < 0 ? [] : [row];
}

/** Operations that a line names by their index in the history: `operation 12`, `:index 12`. */
function operationsNamed(line: string, ops: readonly OpPair[]): number[] {
  return [...line.matchAll(/(?:operation|:index) (\d+)/g)].flatMap(({ 1: digits }) => {
    const index = Number(digits);
    const row = ops.findIndex(({ invocation, completion }) =>
      invocation.index === index || completion?.index === index
    );
    return row < 0 ? [] : [row];
  });
}

/** What a diagram shows at first: the first finding, else the first fault, else the start; after a crash, the end. */
export function chooseView(
  findings: readonly Finding[],
  { toUs, bands, marginUs }: Pick<Scene, "toUs" | "bands" | "marginUs">,
  { isCrash, operations }: {
    readonly isCrash: boolean;
    readonly operations: readonly OpPair[];
  },
): readonly [fromUs: number, toUs: number] {
  const shown = findings.filter(({ moments, isNamed }) =>
    isNamed || moments.some(({ operations }) => operations.length > 0)
  );
  const [moment] = (shown.find(({ isNamed }) => isNamed) ?? shown[0])?.moments ?? [];
  if (isCrash) return [toUs - US_PER_S / 2, toUs + US_PER_S / 20];
  if (moment === undefined) {
    const startUs = Math.max(0, (bands[0]?.fromUs ?? 0) - US_PER_S / 10);
    return [startUs, Math.min(toUs, startUs + US_PER_S)];
  }
  const [fromUs, endUs] = operations.length <= FEW_OPERATIONS
    ? extentAround(moment, operations)
    : [moment.fromUs, moment.toUs];
  return [fromUs - marginUs, endUs + marginUs];
}

/** With no more of them, a diagram shows all that lie close together. */
const FEW_OPERATIONS = 16;
const CLOSE_US = 2 * US_PER_S;

/** A moment with all operations that begin within two seconds of it. */
function extentAround(
  { fromUs, toUs }: Moment,
  operations: readonly OpPair[],
): readonly [number, number] {
  const close = operations.flatMap((_, row) => extentOf([row], operations) ?? [])
    .filter((one) => one.fromUs >= fromUs - CLOSE_US && one.fromUs <= toUs + CLOSE_US);
  const ends = close.map((one) => Math.min(one.toUs, one.fromUs + CLOSE_US));
  return [
    Math.min(fromUs, ...close.map((one) => one.fromUs)),
    Math.max(toUs, ...ends),
  ];
}
