/**
 * How `broadcast` and `g-set` are judged: values are added, and a read returns all of them.
 *
 * @module
 */
import {
  checkSetFull,
  countMissingAtEnd,
  explainSetFull,
  findLosses,
} from "../../checkers/set_full.ts";
import { formatMs, formatWhole } from "../../checkers/format.ts";
import { type EdnObject, itemsOf, numberOf, printEdn } from "../../history/edn.ts";
import { lookUp } from "../../history/look_up.ts";
import type { Figure, Judge, Metric, Place } from "./workload.ts";

export const setJudge: Judge = {
  check: checkSetFull,
  explain: explainSetFull,
  figures: (result, history) => {
    const missing = countMissingAtEnd(result, history);
    const stable = (numberOf(result["stable-count"]) ?? 0) - missing;
    return [
      ...valueFigures(result, { stable, missing }),
      // They count among the latencies as well, with those of values that are stable.
      ...(missing === 0 ? latencyFigures(result) : []),
    ];
  },
  metrics: [
    stableLatency(0.5, { key: "stableMedianMs", title: "stable, median", tolerance: 0.1 }),
    stableLatency(0.99, {
      key: "stableP99Ms",
      title: "stable, 99 %",
      tolerance: 0.1,
      isDetail: true,
    }),
    stableLatency(1, { key: "stableMaxMs", title: "stable, maximum", shortTitle: "stable, max" }),
  ],
  evidence: findLosses,
  signature: (result) => Number(result["lost-count"]) > 0 ? ["lost"] : [],
  places(result) {
    const [lost] = itemsOf(result["lost"]);
    const why = lost === undefined ? "its reads" : `:value ${printEdn(lost)}, and reads after it`;
    return [{ path: "history.edn", why }, MESSAGES];
  },
};

const MESSAGES: Place = {
  path: "messages.svg",
  why: "which messages ran between the nodes, and which did not",
};

/** The time from a value's addition until no read missed it any more, at a quantile. */
function stableLatency(
  quantile: number,
  { key, title, ...more }: Omit<Metric, "read" | "print">,
): Metric {
  return {
    key,
    title,
    ...more,
    read: (result) => numberOf(lookUp(result, ["stable-latencies", quantile])),
    print: formatMs,
    place: { path: "timeline.html", why: "operations side by side, process by process" },
  };
}

/** `missing` values count as stable, and some node lacks them at the end. */
function valueFigures(
  result: EdnObject,
  { stable, missing }: { readonly stable: number; readonly missing: number },
): Figure[] {
  const number = (key: string) => numberOf(result[key]) ?? 0;
  const attempts = number("attempt-count");
  if (attempts === 0) return [{ name: "values", text: "none" }];
  const shares: readonly (readonly [count: number, word: string])[] = [
    [stable, "stable"],
    [number("lost-count"), "lost"],
    [number("never-read-count"), "never read"],
    [missing, "missing in some final read, which Maelstrom counts as stable"],
  ];
  const parts = shares.flatMap(([count, word]) =>
    count === 0 ? [] : [`${formatWhole(count)} ${word}`]
  );
  const text = stable === attempts ? ", all stable" : `: ${parts.join(", ")}`;
  return [{ name: "values", text: `${formatWhole(attempts)}${text}` }];
}

function latencyFigures({ "stable-latencies": latencies }: EdnObject): Figure[] {
  if (latencies === undefined) return [];
  const [median, late, max] = [0.5, 0.95, 1].map((quantile) => {
    const value = numberOf(lookUp(latencies, [quantile]));
    return value === undefined ? "?" : formatMs(value);
  });
  return [{ name: "stable after", text: `median ${median}, 95 % within ${late}, max ${max}` }];
}
