/**
 * Where in a run's folder to look first.
 *
 * @module
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { verdictOf } from "../checkers/checker.ts";
import { type EdnObject, isEdnObject, itemsOf, printEdn } from "../history/edn.ts";
import { lookUp } from "../history/look_up.ts";
import type { RunResult } from "../workbench/result.ts";
import type { Place, Workload } from "../workbench/workloads/workload.ts";
import { exceeded, type MeasuredLimit } from "./limits.ts";
import { METRICS } from "./metrics.ts";

/** The logs, the run's own under the names that Maelstrom and the workbench give it. */
const LOGS: readonly Place[] = [
  { path: "node-logs", why: "what each node wrote to standard error" },
  ...["jepsen.log", "run.log"].map((path) => ({
    path,
    why: "what happened when: malformed messages, nodes no longer read",
  })),
];

/** Finds where to look after a run that did not pass; nothing where it left no files. */
export function findPlaces(
  results: EdnObject,
  { run: { workload, problems, loggedErrors = [], dir }, limits }: {
    readonly run: RunResult;
    readonly limits: readonly MeasuredLimit[];
  },
): Place[] {
  const [problem] = problems;
  const [error] = loggedErrors;
  const isWrong = (name: string) => verdictOf(lookUp(results, [name, "valid?"])) !== true;
  const limited = new Set(exceeded(limits).map(({ metric }) => metric));
  return keepExisting([
    ...(problem === undefined ? [] : ownLog(problem.node, "the node that first went wrong")),
    ...(error === undefined ? [] : ownLog(error.node, "the errors that it logged")),
    ...(isWrong("workload") ? findWorkloadPlaces(results, workload) : []),
    ...findExceptionPlaces(results),
    ...(isWrong("stats") || isWrong("availability")
      ? [{ path: "history.edn", why: "operations of :type :fail and :info, with their :error" }]
      : []),
    ...METRICS.flatMap(({ key, place }) => place && limited.has(key) ? [place] : []),
    ...LOGS,
  ], dir);
}

/** Finds where to look after a crash. */
export function findCrashPlaces(node: string | undefined, dir: string | undefined): Place[] {
  const own = node === undefined ? [] : ownLog(node, "the node's last words");
  return keepExisting([...own, ...LOGS], dir);
}

function ownLog(node: string, why: string): Place[] {
  return [{ path: `node-logs/${node}.log`, why }];
}

function findWorkloadPlaces({ workload: result }: EdnObject, { places }: Workload): Place[] {
  if (!isEdnObject(result)) return [];
  if (places !== undefined && result["error"] === undefined) return [...places(result)];
  return [{ path: "history.edn", why: "the operations named above, by process and time" }];
}

function findExceptionPlaces(results: EdnObject): Place[] {
  const [first] = itemsOf(lookUp(results, ["exceptions", "exceptions"]));
  const example = first === undefined ? "" : printEdn(first);
  const node = /Maelstrom sent node (\w+)/.exec(example)?.[1];
  return node === undefined ? [] : ownLog(node, "a node that replied wrongly");
}

/** Keeps the places that exist, each path once. */
function keepExisting(places: readonly Place[], dir: string | undefined): Place[] {
  if (dir === undefined) return [];
  const firstByPath = new Map(places.toReversed().map((place) => [place.path, place]));
  const kept = places.filter((place) =>
    firstByPath.get(place.path) === place && holdsSomething(join(dir, place.path))
  );
  const isOneNamed = kept.some(({ path }) => path.startsWith("node-logs/"));
  return isOneNamed ? kept.filter(({ path }) => path !== "node-logs") : kept;
}

/** Whether a path is there, and no empty folder. */
function holdsSomething(path: string): boolean {
  try {
    return !statSync(path).isDirectory() || readdirSync(path).length > 0;
  } catch {
    return false; // whatever hinders looking, there is nothing to look at
  }
}
