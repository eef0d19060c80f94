/**
 * From a run that has ended to its summary.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EngineRun } from "./engines/engine.ts";
import { type Limit, summarise, summariseCrash, type Summary } from "./summary.ts";

/** Sums up a run under a challenge's limits; problems that nodes had come first. */
export function summariseRun(run: EngineRun, limits: readonly Limit[] = []): Summary {
  const { results, history, workload, nodeCount, crash, problems, dir } = run;
  const exists = (path: string) => existsSync(join(dir, path));
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
  if (problems.length === 0) return summary;
  const [first] = problems;
  const said = [
    first?.text ?? "",
    ...(first?.consequence === undefined ? [] : [first.consequence]),
  ];
  return { ...summary, explanation: [`${said.join("; ")}.`, ...summary.explanation] };
}
