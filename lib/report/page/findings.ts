/**
 * What went wrong, each finding with the operations and the time that its sentence names.
 *
 * @module
 */
import { NS_PER_S, type OpPair } from "../../history/operations.ts";
import { type Moment, type Scene, US_PER_S } from "./scene.ts";

/** A sentence and, below it, the lines of its table. */
export interface Finding {
  readonly text: string;
  readonly table: readonly string[];
  /** The times that it names, those close together as one. */
  readonly moments: readonly Moment[];
}

/** Times in findings are to the millisecond, so an operation may be that far off. */
const TOLERANCE_NS = 600_000;

/** Joins sentences with their tables, and finds what they are about. */
export function readFindings(sentences: readonly string[], ops: readonly OpPair[]): Finding[] {
  const joined: { text: string; table: string[] }[] = [];
  for (const sentence of sentences) {
    if (sentence.startsWith("  ") && joined.length > 0) {
      joined.at(-1)?.table.push(sentence.slice(2));
    } else joined.push({ text: sentence, table: [] });
  }
  return joined.map(({ text, table }) => ({
    text,
    table,
    moments: momentsOf([text, ...table], ops),
  }));
}

/** Times that far apart are moments of their own. */
const APART_US = 1_500_000;
const MOST_MOMENTS = 4;

function momentsOf(lines: readonly string[], ops: readonly OpPair[]): Moment[] {
  const moments: Moment[] = lines
    .flatMap((line, i) => spotsIn(line, i === 0 ? IN_WORDS : IN_A_TABLE, ops))
    .sort((a, b) => a.fromUs - b.fromUs);
  const joined: Moment[] = [];
  for (const moment of moments) {
    const last = joined.at(-1);
    if (last === undefined || moment.fromUs - last.toUs > APART_US) joined.push(moment);
    else {
      joined[joined.length - 1] = {
        fromUs: last.fromUs,
        toUs: Math.max(last.toUs, moment.toUs),
        operations: [...new Set([...last.operations, ...moment.operations])],
      };
    }
  }
  return joined.slice(0, MOST_MOMENTS);
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
  { isCrash }: { readonly isCrash: boolean },
): readonly [fromUs: number, toUs: number] {
  const moment = findings.find(({ moments }) => moments.length > 0)?.moments[0];
  if (isCrash) return [toUs - US_PER_S / 2, toUs + US_PER_S / 20];
  if (moment === undefined) {
    const startUs = Math.max(0, (bands[0]?.fromUs ?? 0) - US_PER_S / 10);
    return [startUs, Math.min(toUs, startUs + US_PER_S)];
  }
  return [moment.fromUs - marginUs, moment.toUs + marginUs];
}
