/**
 * The plan of a run in the folder that the run leaves, so that it can be repeated: `plan.json`, and
 * in Maelstrom's shape `test.edn`.
 *
 * A run that somebody made with Maelstrom by hand has no plan. It is repeated from its command line,
 * which `jepsen.log` begins with.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EdnObject, keyword } from "../../history/edn.ts";
import { bodyToEdn } from "../../history/json.ts";
import { reasonOf } from "../../message.ts";
import { DEFAULT_WORKLOAD, parseArguments, TEST_OPTIONS } from "../command_line.ts";
import { type EngineName, UsageError } from "../option.ts";
import { parsePlan, type Plan, type PlanOptions } from "../plan.ts";
import { splitWords } from "./reader.ts";

interface StoredPlan {
  readonly options: PlanOptions;
  readonly engine: EngineName;
}

export function writePlan(dir: string, plan: Plan | Omit<Plan, "seed">): void {
  writeFileSync(join(dir, "plan.json"), `${JSON.stringify(plan, null, 2)}\n`);
}

/**
 * What repeats the run in a folder.
 *
 * @throws {UsageError} if there is no folder, or nothing in it that does.
 */
export function readPlan(dir: string): StoredPlan {
  if (!existsSync(dir)) throw new UsageError(`there is no ${dir}`);
  const engine = existsSync(join(dir, "jepsen.log")) ? "maelstrom" : "workbench";
  const file = join(dir, "plan.json");
  try {
    if (existsSync(file)) return { options: parsePlan(readFileSync(file, "utf8")), engine };
  } catch (error) {
    throw new UsageError(`${file}: ${reasonOf(error)}`);
  }
  const log = join(dir, "jepsen.log");
  const command = existsSync(log) && /^lein run test (.*)$/m.exec(readFileSync(log, "utf8"))?.[1];
  if (!command) {
    throw new UsageError(`${dir} holds neither a plan.json nor a jepsen.log with a command line`);
  }
  return { options: optionsOf(command, log), engine };
}

function optionsOf(command: string, log: string): PlanOptions {
  try {
    const { run } = parseArguments(splitWords(command), {
      own: TEST_OPTIONS,
      run: true,
      passesWords: true,
    });
    return { workload: DEFAULT_WORKLOAD, ...run };
  } catch (error) {
    throw new UsageError(`the command line in ${log}: ${reasonOf(error)}`);
  }
}

/** A plan as Maelstrom has the options of a test, the whole of it, for `test.edn`. */
export function planToEdn(plan: Plan): EdnObject {
  const { faults, disk, availability, consistencyModels, deliveryMs, operations } = plan;
  return {
    workload: keyword(plan.workload),
    bin: plan.program ?? null,
    args: [...plan.args],
    nodes: [...plan.nodes],
    concurrency: plan.concurrency,
    rate: plan.rate,
    "time-limit": plan.timeLimitS,
    latency: { mean: plan.latencyMs, dist: keyword(plan.latencyDistribution) },
    loss: plan.loss,
    duplication: plan.duplication,
    ...(deliveryMs === undefined ? {} : { delivery: deliveryMs }),
    topology: keyword(plan.topology),
    nemesis: faults.map((one) => typeof one === "string" ? keyword(one) : bodyToEdn(one)),
    ...(disk && { disk: disk.map((one) => keyword(one)) }),
    "nemesis-interval": plan.faultIntervalS,
    ...(availability === undefined ? {} : { availability }),
    ...(consistencyModels && { "consistency-models": consistencyModels.map((m) => keyword(m)) }),
    ...(plan.elle && { elle: plan.elle }),
    "key-count": plan.keyCount,
    "max-txn-length": plan.maxTxnLength,
    "max-writes-per-key": plan.maxWritesPerKey,
    ...(operations && { operations: operations.map((one) => bodyToEdn(one)) }),
    seed: plan.seed,
  };
}
