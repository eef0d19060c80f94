/**
 * In which way a run failed, so that two failures can be told apart or found to be the same.
 *
 * @module
 */
import { type Edn, isEdnObject, Keyword, List } from "../history/edn.ts";
import type { Outcome } from "../workbench/run.ts";

/**
 * The ways in which a run failed, sorted: a checker's anomaly types where it names some, else what
 * it counted, else its name. Empty for a run that passed.
 */
export function waysOfFailing({ results, crash }: Outcome): string[] {
  if (results === undefined) return [`crash: ${(crash?.text ?? "").replace(/\d+/g, "#")}`];
  const ways: string[] = [];
  for (const [checker, result] of Object.entries(results)) {
    if (!isEdnObject(result) || result["valid?"] === true) continue;
    ways.push(...waysOf(checker, result));
  }
  return [...new Set(ways)].sort();
}

const TYPE_LISTS = ["anomaly-types", "bad-error-types"];
const COUNTS = ["lost-count", "duplicated-count"];

function waysOf(checker: string, result: Record<string, Edn | undefined>): string[] {
  const types = TYPE_LISTS.flatMap((key) => itemsOf(result[key]).map(nameOf));
  if (types.length > 0) return types;
  const counted = COUNTS.filter((key) => Number(result[key]) > 0);
  if (counted.length > 0) return counted.map((key) => key.replace("-count", ""));
  return [`${checker} ${result["valid?"] === false ? "invalid" : "unknown"}`];
}

function itemsOf(value: Edn | undefined): readonly Edn[] {
  if (value instanceof List) return value.items;
  if (value instanceof Set) return [...value];
  return Array.isArray(value) ? value : [];
}

function nameOf(value: Edn): string {
  return value instanceof Keyword ? value.name : String(value);
}
