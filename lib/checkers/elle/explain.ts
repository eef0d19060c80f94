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
import { CLASSES } from "./cycle_classes.ts";
import { type CycleEntry, cycleEntry, type CycleStep, microOps } from "./cycle_entry.ts";
import { EXISTENCE_TYPES } from "./cycle_existence.ts";

/** Cases of one anomaly that are told in full. */
const TOLD = 3;

/** What each anomaly is, in a few words. */
const MEANING: Readonly<Record<string, string>> = {
  "internal": "a transaction contradicts its own earlier reads or writes",
  "future-read": "a transaction read what it wrote only later",
  "G1a": "aborted read: a write that failed was seen",
  "G1b": "intermediate read: a write was seen that its own transaction then replaced",
  "dirty-update": "a committed write built on one that failed",
  "duplicate-elements": "one append shows up more than once",
  "incompatible-order": "two reads of a list cannot both be beginnings of one list",
  "lost-update": "several transactions read one version of a key and each wrote it anew",
  "cyclic-versions": "versions of a key precede each other in a circle",
  "G0": "write cycle: transactions overwrote each other in a circle",
  "G1c": "circular information flow: transactions saw or overwrote each other in a circle",
  "G-single-item": "read skew: a transaction saw some effects of another and missed others",
  "G-nonadjacent-item": "long fork: transactions saw independent writes in different orders",
  "G2-item": "write skew: transactions missed each other's writes in a circle",
  "cycle-search-timeout": "the search for cycles ran out before it ended",
  "empty-transaction-graph": "no two transactions are related, so nothing was tested",
};

const IN_PROCESS = ", given the order in which each process acted";
const IN_REAL_TIME = ", given what had completed before what began";

/** Says what {@linkcode checkListAppend} found, worst first. */
export const explainListAppend: Explain = (result) => explain(result, listStep);

/** Says what {@linkcode checkRwRegister} found, worst first. */
export const explainRwRegister: Explain = (result) => explain(result, registerStep);

type StepInWords = (step: CycleStep, from: string, to: string) => string;

function explain(result: EdnObject, stepInWords: StepInWords): string[] {
  const anomalies = isEdnObject(result.anomalies) ? result.anomalies : {};
  const types = Object.keys(anomalies).sort((a, b) => severity(a) - severity(b));
  const lines = types.flatMap((type) => anomalyInWords(type, anomalies[type], stepInWords));
  if (isEdnObject(result.error)) lines.unshift(`It cannot be told: ${cause(result.error)}.`);
  if (verdictOf(result["valid?"]) === true) return lines;
  return [...lines, ...modelsInWords(result)];
}

function cause({ cause: text }: EdnObject): string {
  return typeof text === "string" ? text.split("\n").join(" ") : printEdn(text ?? null);
}

/** Direct evidence first, then cycles from the worst class, then word of the search. */
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

function anomalyInWords(type: string, found: Edn | undefined, stepInWords: StepInWords): string[] {
  const cases = itemsOf(found);
  const title = `${type}${meaning(type)}${cases.length > 1 ? ` (${cases.length} cases)` : ""}.`;
  const told = shortestFirst(cases).slice(0, TOLD).flatMap((entry, i) => {
    const lines = caseInWords(entry, stepInWords);
    return cases.length > 1 && lines.length > 1 ? [`  Case ${i + 1}:`, ...lines] : lines;
  });
  const rest = cases.length - TOLD;
  return [title, ...told, ...(rest > 0 ? [`  … and ${rest} more like it.`] : [])];
}

/** Short cycles are easier to follow. */
function shortestFirst(cases: readonly Edn[]): Edn[] {
  const length = (entry: Edn) => isEdnObject(entry) ? itemsOf(entry.cycle).length : 0;
  return [...cases].sort((a, b) => length(a) - length(b));
}

function caseInWords(entry: Edn, stepInWords: StepInWords): string[] {
  if (!isEdnObject(entry)) return [];
  const cycle = cycleEntry(entry);
  if (cycle !== undefined) return cycleInWords(cycle, stepInWords);
  return [evidenceInWords(entry)].filter((line) => line !== "").map((line) => `  ${line}`);
}

/** A cycle step by step; the last step contradicts the others. */
function cycleInWords({ transactions, steps }: CycleEntry, stepInWords: StepInWords): string[] {
  const name = (i: number) => `T${(i % transactions.length) + 1}`;
  const who = transactions.map((op, i) => `  ${name(i)} is ${transactionInWords(op)}.`);
  const why = steps.map((step, i) => {
    const [from, to] = [name(i), name(i + 1)];
    const because = orderStep(step, from, to) ?? stepInWords(step, from, to);
    const sentence = `${because}, so ${from} came before ${to}`;
    if (i < steps.length - 1) return `  ${sentence};`;
    return steps.length === 1
      ? `  ${because}: it came before itself, a contradiction.`
      : `  but ${sentence}: a contradiction.`;
  });
  return [...who, ...why];
}

function transactionInWords(op: Op): string {
  return `${operation(op)}: [${microOps(op).join(" ")}]`;
}

function operation({ process, index, time }: Op): string {
  return `process ${process} at ${seconds(time)} s (operation ${index})`;
}

function seconds(nanoseconds: number): string {
  return (nanoseconds / 1e9).toFixed(3);
}

/** A step by the order of a process or by real time; undefined for one that data show. */
function orderStep({ relation, details }: CycleStep, from: string, to: string): string | undefined {
  if (relation === "process") {
    return `process ${printEdn(details.process ?? null)} executed ${from} and then ${to}`;
  }
  if (relation !== "realtime") return undefined;
  const [earlier, later] = [opFromEdn(details["a'"] ?? null), opFromEdn(details.b ?? null)];
  const gap = later.time - earlier.time;
  const ago = gap > 0 ? `${seconds(gap)} s` : "just";
  return `${from} completed ${ago} before ${to} began`;
}

function words({ details }: CycleStep): { key: string; value: string; next: string } {
  const print = (value: Edn | undefined) => printEdn(value ?? null);
  const { key, value, "value'": next } = details;
  return { key: print(key), value: print(value), next: print(next) };
}

const listStep: StepInWords = (step, from, to) => {
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

const registerStep: StepInWords = (step, from, to) => {
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

/** One line on a case that is no cycle, by the keys it has. */
function evidenceInWords(entry: EdnObject): string {
  const print = (value: Edn | undefined) => printEdn(value ?? null);
  const { key, value, mop, txns } = entry;
  if (entry.op !== undefined) {
    const read = `${operation(opFromEdn(entry.op))} did ${print(mop)}`;
    if (entry.writer !== undefined) {
      const writer = opFromEdn(entry.writer);
      const element = entry.element === undefined ? "that" : print(entry.element);
      const outcome = writer.type === "fail" ? ", which failed" : "";
      return `${read}; ${element} was written by ${operation(writer)}${outcome}.`;
    }
    if ("expected" in entry) return `${read}, where ${print(entry.expected)} was due.`;
    if ("duplicates" in entry) {
      return `${read}, with each of these so often: ${print(entry.duplicates)}.`;
    }
    return `${read}, but appended ${print(entry.element)} only after that.`;
  }
  if ("scc" in entry && key !== undefined) {
    return `key ${print(key)}: ${print(entry.scc)} precede each other.`;
  }
  if (txns !== undefined && "values" in entry) {
    return `key ${print(key)}: ${print(entry.values)} begins with a failed write.`;
  }
  if (txns !== undefined) {
    const writers = itemsOf(txns).map((op) => operation(opFromEdn(op)));
    return `key ${print(key)} was ${print(value)} when each of these read it, then wrote it: ${
      writers.join("; ")
    }.`;
  }
  if ("values" in entry) {
    return `key ${print(key)} was read as ${itemsOf(entry.values).map(print).join(" and as ")}.`;
  }
  if ("scc-size" in entry) return `It lies among ${print(entry["scc-size"])} transactions.`;
  return "";
}

/** Which models the history does not satisfy. */
function modelsInWords(result: EdnObject): string[] {
  const names = (value: Edn | undefined) =>
    value instanceof Set
      ? [...value].map((name) => name instanceof Keyword ? name.name : printEdn(name))
      : [];
  const [weakest, stronger] = [names(result.not), names(result["also-not"])];
  if (weakest.length === 0) return [];
  const also = stronger.length === 0 ? "" : `, nor any of ${stronger.join(", ")}`;
  return [`So this is not ${weakest.join(" nor ")}${also}.`];
}
