/**
 * What a run consisted of, in a few words: its workload's figures, its operations, its messages.
 *
 * @module
 */
import { formatFigure, formatWhole, joinWords, tally } from "../checkers/format.ts";
import { printError } from "../checkers/stats.ts";
import { type EdnObject, isEdnObject, numberOf } from "../history/edn.ts";
import { lookUp } from "../history/look_up.ts";
import type { RunResult } from "../workbench/result.ts";
import type { Figure, Workload } from "../workbench/workloads/workload.ts";
import { readMessages } from "./metrics.ts";

/** Puts the figures of a results map in words. A checker that failed has none. */
export function describeFigures(results: EdnObject, run: RunResult): Figure[] {
  const { workload } = run;
  const { workload: result } = results;
  const isChecked = isEdnObject(result) && result["error"] === undefined;
  return [
    ...(isChecked ? workload.figures?.(result, run.history) ?? [] : []),
    ...describeOperations(results, run),
    ...describeMessages(results),
    ...describeSyncs(run),
    ...describeWays(run),
  ];
}

const ENDS = [["ok-count", "ok"], ["fail-count", "failed"], ["info-count", "unknown"]] as const;

function describeOperations(results: EdnObject, run: RunResult): Figure[] {
  const stat = (name: string) => numberOf(lookUp(results, ["stats", name]));
  const count = stat("count");
  if (count === undefined) return [];
  const parts = ENDS.flatMap(([name, word]) => {
    const part = stat(name) ?? 0;
    const why = word === "failed" ? describeRefusals(run, part) : "";
    return part === 0 ? [] : [`${formatWhole(part)} ${word}${why}`];
  });
  const all = stat("ok-count") === count ? ", all ok" : `: ${parts.join(", ")}`;
  const text = count === 0 ? "none" : `${formatWhole(count)}${all}`;
  return [{ name: "operations", text: `${text}${describeShortfall(run)}` }];
}

/** That clients could not make the operations that were asked for: they waited for answers. */
function describeShortfall({ history, asked = 0 }: RunResult): string {
  const made =
    history.filter(({ type, process, extra }) =>
      type === "invoke" && process !== "nemesis" && extra?.["final?"] !== true
    ).length;
  // Times are drawn: the count of operations spreads by a little more than half its root.
  const isShort = made < 0.9 * asked && made < asked - 2 * Math.sqrt(asked);
  return isShort ? `; ${formatWhole(asked)} were asked for, and clients had to wait` : "";
}

/** Which of the operations that failed did as they may: an answer of the workload's is no fault. */
function describeRefusals({ workload, history }: RunResult, failed: number): string {
  const names = history.flatMap(({ type, error }) =>
    type === "fail" ? refusalOf(workload, printError(error)) ?? [] : []
  );
  if (names.length === 0) return "";
  const kinds = joinWords(tally(names).map(([name]) => workload.refusals?.[name] ?? name));
  return names.length === failed
    ? ` as they may (${kinds})`
    : ` (${formatWhole(names.length)} of them as they may: ${kinds})`;
}

/** The name of the workload's answer that an error is, if it is one. */
export function refusalOf({ refusals = {} }: Workload, error: string): string | undefined {
  return Object.keys(refusals).find((name) => error.startsWith(name));
}

function describeSyncs({ syncs }: RunResult): Figure[] {
  if (syncs === undefined) return [];
  const { count, meanMs, maxMs } = syncs;
  const text = `${formatWhole(count)} timed: ${formatFigure(meanMs)} ms in the mean, ${
    formatFigure(maxMs)
  } ms at most`;
  return [{ name: "disk syncs", text }];
}

/** The way to nodes on other machines, which every message between nodes takes there and back. */
function describeWays({ ways = [] }: RunResult): Figure[] {
  const timesMs = ways.flatMap(({ roundTripsMs }) => roundTripsMs).sort((a, b) => a - b);
  if (ways.length === 0) return [];
  const where = ways.map(({ agent, nodes }) => `${joinWords(nodes)} on ${agent}`).join("; ");
  const median = timesMs[Math.floor(timesMs.length / 2)];
  const took = median === undefined
    ? "not measured"
    : `${formatFigure(median)} ms there and back in the median, ${
      formatFigure(timesMs.at(-1) ?? median)
    } ms at most, in every latency`;
  return [{ name: "way to agents", text: `${took} (${where})` }];
}

function describeMessages(results: EdnObject): Figure[] {
  const servers = readMessages(results, "servers", "msg-count");
  const clients = readMessages(results, "clients", "msg-count");
  const perOp = readMessages(results, "servers", "msgs-per-op");
  if (servers === undefined || clients === undefined) return [];
  const rate = perOp === undefined || servers === 0
    ? ""
    : ` (${formatFigure(perOp)} per operation)`;
  const text = `${formatWhole(servers)} between servers${rate}, ${
    formatWhole(clients)
  } with clients`;
  return [{ name: "messages", text }];
}
