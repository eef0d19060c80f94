/**
 * What others have published, beside what a challenge asks for.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../../lib/checkers/format.ts";
import type { Limit } from "../../lib/report/limits.ts";
import type { Metrics } from "../../lib/report/metrics.ts";
import { challengeOf } from "./challenges.ts";
import { broadcastsOf, type Published, type PublishedCost } from "./frontier.ts";
import type { Figure } from "./template.ts";

type Anything = Published | PublishedCost;

/** Challenges to which what is published about broadcast belongs. */
const BROADCASTS: readonly string[] = ["3d", "3e"];

/** The cheapest published figures that keep a challenge's limits, if there are any. */
export function cheapestWithin(
  id: string,
  limits: readonly Limit[],
  published: readonly Anything[],
): Metrics | undefined {
  const all = published.flatMap((one): Metrics[] => {
    const { messagesPerOp: serverMessagesPerOp } = one;
    if ("challenge" in one) return one.challenge === id ? [{ serverMessagesPerOp }] : [];
    if (!BROADCASTS.includes(id)) return [];
    return [{ serverMessagesPerOp, stableMedianMs: one.medianMs, stableMaxMs: one.maxMs }];
  });
  const [cheapest] = all
    .filter((one) => limits.every(({ metric, below = Infinity }) => (one[metric] ?? 0) < below))
    .sort((a, b) => (a["serverMessagesPerOp"] ?? 0) - (b["serverMessagesPerOp"] ?? 0));
  return cheapest;
}

/** For templates: `published 3d`, the cheapest within its limits, and `published fastest`. */
export function publishedFigures(published: readonly Anything[]): Figure[] {
  const cheapest = BROADCASTS.flatMap((id): Figure[] => {
    const { serverMessagesPerOp = NaN, stableMedianMs = NaN, stableMaxMs = NaN } =
      cheapestWithin(id, challengeOf(id).limits, published) ?? {};
    return [[`published ${id}`, inWords(serverMessagesPerOp, stableMedianMs, stableMaxMs)]];
  });
  const [fastest] = broadcastsOf(published).toSorted((a, b) =>
    a.medianMs - b.medianMs || a.maxMs - b.maxMs
  );
  if (fastest === undefined) return [];
  const { messagesPerOp, medianMs, maxMs } = fastest;
  return [...cheapest, ["published fastest", inWords(messagesPerOp, medianMs, maxMs)]];
}

function inWords(messagesPerOp: number, medianMs: number, maxMs: number): string {
  return `${formatFigure(messagesPerOp)} messages per operation at ` +
    `${formatWhole(medianMs)} / ${formatWhole(maxMs)} ms`;
}
