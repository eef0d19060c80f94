/**
 * The verdict on the anomalies found in a history, as a result map in Maelstrom's shape.
 *
 * @module
 */
import { keyword, List } from "../../history/edn.ts";
import { type Result, UNKNOWN } from "../checker.ts";
import { CLASSES } from "./cycle_classes.ts";
import { EXISTENCE_TYPES } from "./cycle_existence.ts";
import type { Anomalies } from "./cycles.ts";
import {
  anomaliesForbiddenBy,
  type Anomaly,
  boundary,
  KNOWN_MODELS,
  type Model,
  modelsRuledOutBy,
  unknownModels,
} from "./models.ts";
import { UncheckableError } from "./transaction.ts";

/** The models a history is checked against by default. */
export const DEFAULT_MODELS: readonly Model[] = ["strict-serializable"];

/** Anomalies of the search, not of the history: always reported, never a violation. */
const INCONCLUSIVE: readonly Anomaly[] = ["cycle-search-timeout", "empty-transaction-graph"];

/**
 * Returns the anomalies that a history must not show if some models are to hold.
 *
 * @throws {UncheckableError} that names an unknown model, in Maelstrom's words.
 */
export function forbiddenAnomalies(models: readonly Model[]): Set<Anomaly> {
  const unknown = unknownModels(models);
  if (unknown.length > 0) {
    throw new UncheckableError(
      `Unknown consistency model (${unknown.map((name) => `:${name}`).join(" ")}); ` +
        `known models are:\n#{${KNOWN_MODELS.map((name) => `:${name}`).join(" ")}}`,
    );
  }
  return anomaliesForbiddenBy(models);
}

/** Returns which temporal order a verdict needs; real time includes that of processes. */
export function orderNeeded(forbidden: ReadonlySet<Anomaly>): "none" | "process" | "realtime" {
  const needs = (suffix: string) =>
    CLASSES.some(({ type }) => type.endsWith(suffix) && forbidden.has(type));
  return needs("-realtime") ? "realtime" : needs("-process") ? "process" : "none";
}

/**
 * Builds the result map. It reports only anomalies that the models forbid, but `:not` and `:also-not`
 * follow from all that were found.
 */
export function verdict(anomalies: Anomalies, forbidden: ReadonlySet<Anomaly>): Result {
  const found = [...anomalies.keys()].sort();
  const violations = found.filter((type) => forbidden.has(type));
  const inconclusive = found.filter((type) => INCONCLUSIVE.includes(type));
  const reported = withoutRedundant([...violations, ...inconclusive].sort());
  if (reported.length === 0) return { "valid?": true };
  const { not, alsoNot } = boundary(found);
  return {
    "valid?": violations.length > 0 ? false : UNKNOWN,
    "anomaly-types": new List(reported.map(keyword)),
    anomalies: Object.fromEntries(reported.map((type) => [type, anomalies.get(type)])),
    not: new Set(not.map(keyword)),
    "also-not": new Set(alsoNot.map(keyword)),
  };
}

/** Drops the existence of a cycle against a model that something more concrete rules out too. */
function withoutRedundant(types: readonly Anomaly[]): Anomaly[] {
  const ruledOut = modelsRuledOutBy(types.filter((type) => !EXISTENCE_TYPES.has(type)));
  return types.filter((type) => !ruledOut.has(EXISTENCE_TYPES.get(type) ?? ""));
}
