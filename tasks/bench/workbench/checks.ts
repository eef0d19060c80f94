/**
 * How long it takes to check a run of many operations of each workload, to sum it up, and to write
 * its page.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { composeResults } from "../../../lib/checkers/compose.ts";
import { isEdnObject } from "../../../lib/history/edn.ts";
import { makePage } from "../../../lib/report/page/page.ts";
import { renderPage } from "../../../lib/report/page/render_page.ts";
import { summariseRun } from "../../../lib/report/summary.ts";
import { loadProgram } from "../../../lib/simulator/program.ts";
import { simulateOnce } from "../../../lib/simulator/simulate_once.ts";
import { readMessages } from "../../../lib/workbench/message_journal.ts";
import { recordMessages } from "../../../lib/workbench/message_recorder.ts";
import { planOf } from "../../../lib/workbench/plan.ts";
import type { RunResult } from "../../../lib/workbench/result.ts";
import { workloads } from "../../../lib/workbench/workloads/mod.ts";
import { CHALLENGES } from "../../shared/challenges.ts";
import { headOf } from "../../shared/page.ts";

/** What it took to check and to tell a run. */
export interface CheckCost {
  readonly workload: string;
  readonly operations: number;
  readonly checkS: number;
  readonly summaryS: number;
  readonly pageS: number;
}

/** Operations that clients are asked to make, and a time in which they can. */
const OPERATIONS = 20_000;
const TIME_LIMIT_S = 40;
const CLIENTS_PER_NODE = 10;

/** Measures every workload, on a run of the first challenge that has it, simulated. */
export async function measureChecks(): Promise<CheckCost[]> {
  const costs: CheckCost[] = [];
  for (const workload of workloads.keys()) costs.push(await measureCheck(workload));
  return costs;
}

async function measureCheck(workload: string): Promise<CheckCost> {
  const challenge = CHALLENGES.find(({ runs }) => runs.some((run) => run.workload === workload));
  const [given] = challenge?.runs ?? [];
  if (challenge === undefined || given === undefined) throw new Error(`no node for ${workload}`);
  const plan = planOf({
    ...given,
    rate: OPERATIONS / TIME_LIMIT_S,
    timeLimitS: TIME_LIMIT_S,
    concurrency: `${CLIENTS_PER_NODE}n`,
    faults: [],
  });
  let messages = "";
  const recorder = recordMessages((block) => messages += block);
  const program = await loadProgram(pathToFileURL(resolve(challenge.node)).href);
  const run = await simulateOnce(program, plan, recorder.observer);
  recorder.end();
  const net = isEdnObject(run.results?.["net"]) ? run.results["net"] : {};
  const [{ results }, checkS] = time(() => {
    const { history } = run;
    const { check } = run.workload;
    const results = composeResults({
      history,
      check,
      options: plan,
      net: { ...net, "valid?": true },
    });
    return { results };
  });
  const judged: RunResult = { ...run, results };
  const { limits } = challenge;
  const [summary, summaryS] = time(() => summariseRun(judged, limits));
  const [, pageS] = time(() => {
    const head = headOf({ plan, engine: "simulator" }, { limits: summary.limits });
    const journal = readMessages(messages);
    return renderPage(makePage(judged, { ...head, summary, files: [], journal }));
  });
  return { workload, operations: summary.metrics["operations"] ?? 0, checkS, summaryS, pageS };
}

function time<T>(work: () => T): [result: T, seconds: number] {
  const startMs = performance.now();
  const result = work();
  return [result, (performance.now() - startMs) / 1_000];
}
