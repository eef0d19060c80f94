/**
 * Expectations of the transactional checkers: which anomalies a history shows, and what follows.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Edn, itemsOf, Keyword } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import type { Check, Result } from "../checker.ts";
import { anomaliesForbiddenBy, KNOWN_MODELS } from "./models.ts";

/** A history that shows some anomalies and no others. */
export interface Expectation {
  readonly history: readonly Op[];
  readonly shows: readonly string[];
  /** The weakest model that forbids one of them. */
  readonly weakest: string;
  /** A strongest model that allows all of them. */
  readonly strongest: string;
}

/** Returns the names in a sequence or set of keywords. */
export function names(value: Edn | undefined): string[] {
  return itemsOf(value).map((item) => item instanceof Keyword ? item.name : String(item));
}

/** Returns a history's anomalies under one model. */
export function anomalyTypes(check: Check, history: readonly Op[], model: string): string[] {
  return names(check(history, { consistencyModels: [model] })["anomaly-types"]);
}

/**
 * Checks a history against the two models between which its verdict must turn, and against every
 * other model that involves no order of processes or of real time.
 */
export function assertShows(check: Check, { history, shows, weakest, strongest }: Expectation) {
  const against = (model: string): Result => check(history, { consistencyModels: [model] });
  const forbidden = anomaliesForbiddenBy([weakest]);
  assertEquals(against(weakest)["valid?"], false, `must fail ${weakest}`);
  assertEquals(
    names(against(weakest)["anomaly-types"]),
    shows.filter((type) => forbidden.has(type)).sort(),
    weakest,
  );
  assertEquals(against(strongest)["valid?"], true, `must pass ${strongest}`);
  for (const model of KNOWN_MODELS) {
    const prohibited = anomaliesForbiddenBy([model]);
    if (prohibited.has("G0-process") || prohibited.has("G0-realtime")) continue;
    const holds = !shows.some((type) => prohibited.has(type));
    assertEquals(against(model)["valid?"], holds, model);
  }
}
