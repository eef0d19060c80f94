/**
 * Says in words what the transactional checkers found.
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
import { type Explain, verdictOf } from "../checker.ts";
import { formatEvent, formatSeconds } from "../format.ts";
import { CLASSES } from "./cycle_classes.ts";
import { type CycleEntry, type CycleStep, printMicroOps, readCycle } from "./cycle_entry.ts";
import { EXISTENCE_TYPES } from "./cycle_existence.ts";

/** Cases of one anomaly that are explained; the rest are counted. */
const EXPLAINED = 3;

/** What each anomaly is, in a few words. */
const MEANING: Readonly<Record<string, string>> = {
  "internal": "a transaction contradicts its own earlier reads or writes",
  "future-read": "a transaction read what it wrote only later",
  "G1a": "aborted read: a write that failed was seen",
  "G1b": "intermediate read: a write was seen that its own transaction then replaced",
  "dirty-update": "a committed write built on one that failed",
  "duplicate-elements": "one append shows up more than once",
  "incompatible-order": "two reads of a list cannot both be prefixes of one list",
  "lost-update": "several transactions read one version of a key, and each overwrote it",
  "cyclic-versions": "the versions of a key form a cycle",
  "G0": "write cycle: transactions overwrote each other in a cycle",
  "G1c": "circular information flow: transactions saw or overwrote each other in a cycle",
  "G-single-item": "read skew: a transaction saw some effects of another and missed others",
  "G-nonadjacent-item": "long fork: transactions saw independent writes in different orders",
  "G2-item": "write skew: transactions missed each other's writes in a cycle",
  "cycle-search-timeout": "the search for cycles exceeded its bound",
  "empty-transaction-graph": "no two transactions are related, so nothing was tested",
};

const IN_PROCESS = ", given the order in which each process acted";
const IN_REAL_TIME = ", given which transactions completed before others began";

/** Says what `checkListAppend` found, worst first. */
export const explainListAppend: Explain = (result): string[] => explain(result, describeListStep);

/** Says what `checkRwRegister` found, worst first. */
export const explainRwRegister: Explain = (result): string[] =>
  explain(result, describeRegisterStep);

type DescribeStep = (step: CycleStep, from: string, to: string) => string;

function explain(result: EdnObject, describeStep: DescribeStep): string[] {
  const anomalies = isEdnObject(result.anomalies) ? result.anomalies : {};
  const types = worstFirst(Object.keys(anomalies));
  const lines = types.flatMap((type) => explainAnomaly(type, anomalies[type], describeStep));
  if (isEdnObject(result.error)) lines.unshift(`No verdict: ${cause(result.error)}.`);
  if (verdictOf(result["valid?"]) === true) return lines;
  return [...lines, ...explainModels(result)];
}

function cause({ cause: text }: EdnObject): string {
  return typeof text === "string" ? text.split("\n").join(" ") : printEdn(text ?? null);
}

/** Types of anomalies, the worst first. */
export function worstFirst(types: readonly string[]): string[] {
  return types.toSorted((a, b) => severity(a) - severity(b));
}

/** Ranks direct evidence first, then cycles from the worst class, then the state of the search. */
function severity(type: string): number {
  if (type in MEANING && !CLASSES.some((known) => known.type === type)) {
    return type === "cycle-search-timeout" || type === "empty-transaction-graph" ? 300 : 0;
  }
  if (EXISTENCE_TYPES.has(type)) return 200;
  const suffix = type.endsWith("-realtime") ? 30 : type.endsWith("-process") ? 20 : 0;
  const bases = ["G0", "G1c", "G-single-item", "G-nonadjacent-item", "G2-item"];
  return 100 + suffix + bases.indexOf(baseType(type));
}

function baseType(type: string): string {
  return type.replace(/-(process|realtime)$/, "");
}

function meaning(type: string): string {
  const base = MEANING[baseType(type)];
  if (base === undefined) {
    const model = EXISTENCE_TYPES.get(type);
    return model === undefined ? "" : `: transactions form a cycle that ${model} forbids`;
  }
  const order = type.endsWith("-process")
    ? IN_PROCESS
    : type.endsWith("-realtime")
    ? IN_REAL_TIME
    : "";
  return `: ${base}${order}`;
}

function explainAnomaly(
  type: string,
  found: Edn | undefined,
  describeStep: DescribeStep,
): string[] {
  const cases = itemsOf(found);
  const title = `${type}${meaning(type)}${cases.length > 1 ? ` (${cases.length} cases)` : ""}.`;
  const explained = shortestFirst(cases).slice(0, EXPLAINED).flatMap((entry, i) => {
    const lines = explainCase(entry, describeStep);
    return cases.length > 1 && lines.length > 1 ? [`  Case ${i + 1}:`, ...lines] : lines;
  });
  const rest = cases.length - EXPLAINED;
  return [title, ...explained, ...(rest > 0 ? [`  … and ${rest} more like it.`] : [])];
}

/** Short cycles are easier to follow. */
function shortestFirst(cases: readonly Edn[]): Edn[] {
  const length = (entry: Edn) => isEdnObject(entry) ? itemsOf(entry.cycle).length : 0;
  return [...cases].sort((a, b) => length(a) - length(b));
}

function explainCase(entry: Edn, describeStep: DescribeStep): string[] {
  if (!isEdnObject(entry)) return [];
  const cycle = readCycle(entry);
  if (cycle !== undefined) return explainCycle(cycle, describeStep);
  return [describeEvidence(entry)].filter((line) => line !== "").map((line) => `  ${line}`);
}

/** Explains a cycle step by step; the last step contradicts the others. */
function explainCycle({ transactions, steps }: CycleEntry, describeStep: DescribeStep): string[] {
  const name = (i: number) => `T${(i % transactions.length) + 1}`;
  const who = transactions.map((op, i) => `  ${name(i)} is ${describeTransaction(op)}.`);
  const why = steps.map((step, i) => {
    const [from, to] = [name(i), name(i + 1)];
    const because = describeTemporalStep(step, from, to) ?? describeStep(step, from, to);
    const sentence = `${because}, so ${from} came before ${to}`;
    if (i < steps.length - 1) return `  ${sentence};`;
    return steps.length === 1
      ? `  ${because}: it came before itself, a contradiction.`
      : `  but ${sentence}: a contradiction.`;
  });
  return [...who, ...why];
}

function describeTransaction(op: Op): string {
  return `${printOperation(op)}: [${printMicroOps(op).join(" ")}]`;
}

function printOperation(op: Op): string {
  return `${formatEvent(op)} (operation ${op.index})`;
}

/** Explains a step by process order or real time; `undefined` for a step that the data show. */
function describeTemporalStep(
  { relation, details }: CycleStep,
  from: string,
  to: string,
): string | undefined {
  if (relation === "process") {
    return `process ${printEdn(details.process ?? null)} executed ${from} and then ${to}`;
  }
  if (relation !== "realtime") return undefined;
  const [earlier, later] = [opFromEdn(details["a'"] ?? null), opFromEdn(details.b ?? null)];
  const gap = later.time - earlier.time;
  const ago = gap > 0 ? formatSeconds(gap) : "just";
  return `${from} completed ${ago} before ${to} began`;
}

function words({ details }: CycleStep): { key: string; value: string; next: string } {
  const print = (value: Edn | undefined) => printEdn(value ?? null);
  const { key, value, "value'": next } = details;
  return { key: print(key), value: print(value), next: print(next) };
}

const describeListStep: DescribeStep = (step, from, to) => {
  const { key, value, next } = words(step);
  switch (step.relation) {
    case "ww":
      return `${to} appended ${next} to key ${key} after ${from}'s ${value}`;
    case "wr":
      return `${to} saw ${from}'s append of ${value} to key ${key}`;
    default:
      return `${from} did not see ${to}'s append of ${next} to key ${key}`;
  }
};

const describeRegisterStep: DescribeStep = (step, from, to) => {
  const { key, value, next } = words(step);
  switch (step.relation) {
    case "ww":
      return `${to} wrote ${next} to key ${key}, which replaced ${from}'s ${value}`;
    case "wr":
      return `${to} read ${value} of key ${key}, which ${from} wrote`;
    default:
      return `${from} read ${value} of key ${key}, which ${to}'s ${next} replaced`;
  }
};

/** Describes a case that is not a cycle in one line, by the keys it has. */
function describeEvidence(entry: EdnObject): string {
  const print = (value: Edn | undefined) => printEdn(value ?? null);
  const { key, value, mop, txns } = entry;
  if (entry.op !== undefined) {
    const read = `${printOperation(opFromEdn(entry.op))} did ${print(mop)}`;
    if (entry.writer !== undefined) {
      const writer = opFromEdn(entry.writer);
      const element = entry.element === undefined ? "that" : print(entry.element);
      const outcome = writer.type === "fail" ? ", which failed" : "";
      return `${read}; ${element} was written by ${printOperation(writer)}${outcome}.`;
    }
    if ("expected" in entry) return `${read}, where ${print(entry.expected)} was expected.`;
    if ("duplicates" in entry) {
      return `${read}, with duplicates (element and count): ${print(entry.duplicates)}.`;
    }
    return `${read}, but appended ${print(entry.element)} only after that.`;
  }
  if ("scc" in entry && key !== undefined) {
    return `key ${print(key)}: ${print(entry.scc)} form a cycle.`;
  }
  if (txns !== undefined && "values" in entry) {
    return `key ${print(key)}: ${print(entry.values)} begins with a failed write.`;
  }
  if (txns !== undefined) {
    const writers = itemsOf(txns).map((op) => printOperation(opFromEdn(op)));
    return `key ${print(key)} was ${print(value)} when each of these read it, then wrote it: ${
      writers.join("; ")
    }.`;
  }
  if ("values" in entry) {
    return `key ${print(key)} was read as ${itemsOf(entry.values).map(print).join(" and as ")}.`;
  }
  if ("scc-size" in entry) return `The component has ${print(entry["scc-size"])} transactions.`;
  return "";
}

/** Says which models the history does not satisfy. */
function explainModels(result: EdnObject): string[] {
  const names = (value: Edn | undefined) =>
    value instanceof Set
      ? [...value].map((name) => name instanceof Keyword ? name.name : printEdn(name))
      : [];
  const [weakest, stronger] = [names(result.not), names(result["also-not"])];
  if (weakest.length === 0) return [];
  const also = stronger.length === 0 ? "" : `, nor any of ${stronger.join(", ")}`;
  return [`So this is not ${weakest.join(" nor ")}${also}.`];
}
