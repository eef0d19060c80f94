/**
 * What a run consisted of, in a few words: its workload's figures, its operations, its messages.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../checkers/format.ts";
import { type EdnObject, isEdnObject, numberOf } from "../history/edn.ts";
import { lookUp } from "../history/look_up.ts";
import type { Figure, Workload } from "../workbench/workloads/workload.ts";
import { readMessages } from "./metrics.ts";

/** Puts the figures of a results map in words. A checker that failed has none. */
export function describeFigures(results: EdnObject, workload: Workload): Figure[] {
  const { workload: result } = results;
  const isChecked = isEdnObject(result) && result["error"] === undefined;
  return [
    ...(isChecked ? workload.figures?.(result) ?? [] : []),
    ...describeOperations(results),
    ...describeMessages(results),
  ];
}

const ENDS = [["ok-count", "ok"], ["fail-count", "failed"], ["info-count", "unknown"]] as const;

function describeOperations(results: EdnObject): Figure[] {
  const stat = (name: string) => numberOf(lookUp(results, ["stats", name]));
  const count = stat("count");
  if (count === undefined) return [];
  const parts = ENDS.flatMap(([name, word]) => {
    const part = stat(name) ?? 0;
    return part === 0 ? [] : [`${formatWhole(part)} ${word}`];
  });
  const all = stat("ok-count") === count ? ", all ok" : `: ${parts.join(", ")}`;
  return [{ name: "operations", text: count === 0 ? "none" : `${formatWhole(count)}${all}` }];
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
