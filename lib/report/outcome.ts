/**
 * From a run that has ended to its summary.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../workbench/hosts/host.ts";
import type { EngineRun } from "../../tasks/engines/engine.ts";
import { type Limit, summarise, summariseCrash, type Summary } from "./summary.ts";

/** A run that may have left no files. */
export type EndedRun = Omit<EngineRun, "dir"> & Partial<Pick<EngineRun, "dir">>;

/** Sums up a run under a challenge's limits; problems that nodes had come first. */
export function summariseRun(run: EndedRun, limits: readonly Limit[] = []): Summary {
  const { results, stronger, history, workload, nodeCount, crash, problems, dir } = run;
  const exists = (path: string) => dir !== undefined && existsSync(join(dir, path));
  if (results === undefined) {
    const node = problems.at(-1)?.node;
    return summariseCrash(crash ?? [], { exists, ...(node === undefined ? {} : { node }) });
  }
  const summary = summarise(results, limits, {
    history,
    explain: workload.explain,
    nodeCount,
    exists,
  });
  const beyond = stronger === undefined ? [] : workload.aftermath?.explain(stronger, history) ?? [];
  return {
    ...summary,
    explanation: [...firstProblem(problems), ...summary.explanation, ...beyond],
  };
}

function firstProblem([first]: readonly Problem[]): string[] {
  if (first === undefined) return [];
  const { text, consequence } = first;
  return [consequence === undefined ? `${text}.` : `${text}; ${consequence}.`];
}
