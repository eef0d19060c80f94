/**
 * Says in words what the check of final states found.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  itemsOf,
  keyword,
  printEdn,
} from "../../history/edn.ts";
import { opFromEdn } from "../../history/operations.ts";
import type { Explain } from "../checker.ts";
import { pluralize } from "../format.ts";
import { explainRwRegister } from "./explain.ts";

/** Cases of one kind that are explained; the rest are counted. */
const EXPLAINED = 3;

/** Says what `checkFinalState` found, worst first. */
export const explainFinalState: Explain = (result) => [
  ...explainIsolation(result),
  ...SECTIONS.flatMap((section) => explainSection(result, section)),
  ...explainRwRegister({ anomalies: result.anomalies, error: result.error }),
];

function explainIsolation({ "never-replicates": isolated, replication }: EdnObject): string[] {
  return itemsOf(isolated).map((node) => {
    const figures = replication instanceof Map ? replication.get(node) : undefined;
    const sent = isEdnObject(figures) ? figures.sent : undefined;
    const both = sent === 0 ? " and none of its own reached another" : "";
    return `${String(node)} never replicates: no write of another node reached it${both}.`;
  });
}

/** Cases of one kind in a result. */
interface Section {
  readonly name: string;
  /** What the cases are. */
  readonly noun: string;
  /** The first sentence, given the count with its noun. */
  readonly headline: (cases: string) => string;
  readonly describe: (entry: EdnObject) => string;
}

const SECTIONS: readonly Section[] = [
  {
    name: "divergent",
    noun: "key",
    headline: (keys) => `The replicas disagree on ${keys} at the end.`,
    describe: describeDivergence,
  },
  {
    name: "lost",
    noun: "write",
    headline: (writes) => `${writes} lost without a newer one in its place.`,
    describe: describeLoss,
  },
  {
    name: "wrong-values",
    noun: "value",
    headline: (values) => `${values} at the end that no committed write left.`,
    describe: describeWrongValue,
  },
  {
    name: "forgotten",
    noun: "read",
    headline: (reads) => `${reads} missed what the same process had written.`,
    describe: describeForgottenWrite,
  },
];

function explainSection(
  result: EdnObject,
  { name, noun, headline, describe }: Section,
): string[] {
  const count = Number(result[`${name}-count`] ?? 0);
  if (count === 0) return [];
  const explained = itemsOf(result[name]).filter(isEdnObject).slice(0, EXPLAINED);
  const rest = count - explained.length;
  return [
    headline(pluralize(count, noun)),
    ...explained.map((entry) => `  ${describe(entry)}`),
    ...(rest > 0 ? [`  … and ${rest} more like it.`] : []),
  ];
}

function describeDivergence({ key, values }: EdnObject): string {
  const held = values instanceof Map ? [...values] : [];
  return `key ${print(key)}: ${
    held.map(([node, value]) => `${String(node)} has ${print(value)}`).join(", ")
  }.`;
}

function describeLoss(entry: EdnObject): string {
  const { node, key, value, survivor, why } = entry;
  const lost = `the ${print(entry["lost-value"])} that ${printOperation(entry["lost-op"])} wrote`;
  if (why === keyword("missing")) {
    return `${String(node)} has nothing for key ${print(key)}, not even ${lost}.`;
  }
  const order = why === keyword("causal") ? "causally precedes" : "completed before";
  return `${String(node)} has ${print(value)} for key ${print(key)}, by ${
    printOperation(survivor)
  }, which ${order} the lost write: ${lost}.`;
}

function describeWrongValue({ node, key, value, why, writer }: EdnObject): string {
  const by = writer === undefined ? "" : `, by ${printOperation(writer)}`;
  return `${String(node)} has ${print(value)} for key ${print(key)}${by}: ${print(why).slice(1)}.`;
}

function describeForgottenWrite(entry: EdnObject): string {
  return `${printOperation(entry.op)} found nothing for key ${print(entry.key)}, where ${
    printOperation(entry["lost-op"])
  } had written ${print(entry["lost-value"])}.`;
}

function print(value: Edn | undefined): string {
  return printEdn(value ?? null);
}

function printOperation(op: Edn | undefined): string {
  const { process, index } = opFromEdn(op ?? null);
  return `process ${process}'s operation ${index}`;
}
