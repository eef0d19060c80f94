/**
 * The challenges, straight from their pages: command lines and limits. Beside them Maelstrom's
 * further workloads, under the options of its guide.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Limit } from "../../lib/report/limits.ts";
import { applyGiven, parseRunOptions } from "../../lib/workbench/command_line.ts";
import { FAULT_KINDS } from "../../lib/workbench/faults/kinds.ts";
import { nearest, UsageError } from "../../lib/workbench/option.ts";
import { type Plan, planOf, type PlanOptions, workloadOf } from "../../lib/workbench/plan.ts";
import { workloads } from "../../lib/workbench/workloads/mod.ts";
import { dropExempt } from "./fault_tolerance.ts";

export interface Challenge {
  /** What `deno task` calls it. */
  readonly id: string;
  readonly title: string;
  /** The node, in `nodes/`; empty where there is none. */
  readonly node: string;
  /** What decides the runs that the page asks for. */
  readonly runs: readonly PlanOptions[];
  /** What the page asks for beyond a valid run. */
  readonly limits: readonly Limit[];
}

function challenge(
  id: string,
  title: string,
  node: string,
  runs: string | readonly string[],
  limits: readonly Limit[] = [],
): Challenge {
  const program = `nodes/${node}.ts`;
  const plans = [runs].flat().map((words) =>
    applyGiven({ program }, parseRunOptions(words.split(" ")))
  );
  return { id, title, node: program, runs: plans, limits };
}

const limit = (name: string, metric: string) => (below: number): Limit => ({ name, metric, below });
const messagesBelow = limit("messages per op", "serverMessagesPerOp");
const medianBelow = limit("median latency", "stableMedianMs");
const maximumBelow = limit("maximum latency", "stableMaxMs");

const WIDE = "-w broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100";
const LOG = "-w kafka --node-count 2 --concurrency 2n --time-limit 20 --rate 1000";
const TXN = "-w txn-rw-register --concurrency 2n --time-limit 20 --rate 1000";
const COUNTER = "-w g-counter --node-count 3 --rate 100 --time-limit 20 --nemesis partition";
const BROADCAST = "-w broadcast --node-count 5 --time-limit 20 --rate 10";
const GOSSIP = "--node-count 5 --time-limit 30 --rate 10 --nemesis partition";
const STORE = "--node-count 5 --time-limit 20 --rate 100 --nemesis partition";

/** Every challenge, in the order of the pages. */
export const CHALLENGES: readonly Challenge[] = [
  challenge("1", "Echo", "1_echo", "-w echo --node-count 1 --time-limit 10"),
  challenge(
    "2",
    "Unique ids",
    "2_unique_ids",
    "-w unique-ids --time-limit 30 --rate 1000 --node-count 3 --availability total --nemesis partition",
  ),
  challenge(
    "3a",
    "Single-node broadcast",
    "3a_single_node_broadcast",
    "-w broadcast --node-count 1 --time-limit 20 --rate 10",
  ),
  challenge("3b", "Multi-node broadcast", "3b_multi_node_broadcast", BROADCAST),
  challenge(
    "3c",
    "Fault-tolerant broadcast",
    "3c_fault_tolerant_broadcast",
    `${BROADCAST} --nemesis partition`,
  ),
  challenge("3d", "Efficient broadcast, part 1", "3d_efficient_broadcast_1", WIDE, [
    messagesBelow(30),
    medianBelow(400),
    maximumBelow(600),
  ]),
  challenge("3e", "Efficient broadcast, part 2", "3e_efficient_broadcast_2", WIDE, [
    messagesBelow(20),
    medianBelow(1000),
    maximumBelow(2000),
  ]),
  challenge("4", "Grow-only counter", "4_grow_only_counter", COUNTER),
  challenge("4-crdt", "Grow-only counter, as a CRDT", "4_crdt_counter", COUNTER),
  challenge(
    "5a",
    "Single-node log",
    "5a_single_node_log",
    "-w kafka --node-count 1 --concurrency 2n --time-limit 20 --rate 1000",
  ),
  challenge("5b", "Multi-node log", "5b_multi_node_log", LOG),
  challenge("5c", "Efficient log", "5c_efficient_log", LOG),
  challenge(
    "5c-raft",
    "Log that outlives its nodes, by Raft",
    "5c_raft_log",
    LOG.replace("--node-count 2", "--node-count 3"),
  ),
  challenge(
    "6a",
    "Single-node transactions",
    "6a_single_node_transactions",
    `${TXN} --node-count 1 --consistency-models read-uncommitted --availability total`,
  ),
  challenge("6b", "Read-uncommitted transactions", "6b_read_uncommitted", [
    `${TXN} --node-count 2 --consistency-models read-uncommitted`,
    `${TXN} --node-count 2 --consistency-models read-uncommitted --availability total ` +
    "--nemesis partition",
  ]),
  challenge(
    "6c",
    "Read-committed transactions",
    "6c_read_committed",
    `${TXN} --node-count 2 --consistency-models read-committed --availability total ` +
      "--nemesis partition",
  ),
  challenge("g-set", "Grow-only set", "g_set", `-w g-set ${GOSSIP}`),
  challenge("pn-counter", "Counter that goes both ways", "pn_counter", `-w pn-counter ${GOSSIP}`),
  challenge(
    "lin-kv-proxy",
    "Linearizable store, on the service of that name",
    "lin_kv_proxy",
    "-w lin-kv --node-count 3 --concurrency 2n --time-limit 20 --rate 30 --nemesis partition",
  ),
  challenge(
    "lin-kv",
    "Linearizable store, by Raft",
    "lin_kv",
    `-w lin-kv ${STORE} --concurrency 2n`,
  ),
  challenge(
    "txn-list-append",
    "Strict serializable lists",
    "txn_list_append",
    `-w txn-list-append ${STORE}`,
  ),
  challenge(
    "txn-raft",
    "Strict serializable lists, by Raft",
    "txn_raft",
    `-w txn-list-append ${STORE} --concurrency 2n`,
  ),
  challenge(
    "txn-rw-register",
    "Strict serializable registers",
    "txn_rw_register",
    `-w txn-rw-register ${STORE}`,
  ),
];

/**
 * The challenge of that id.
 *
 * @throws {UsageError} listing those there are.
 */
export function challengeOf(id: string): Challenge {
  const found = CHALLENGES.find((one) => one.id === id);
  if (found !== undefined) return found;
  const known = CHALLENGES.map((one) => one.id);
  const workload = nearest(id, [...workloads.keys()]);
  const meant = nearest(id, [...known, "all"]) ?? (workload && `-w ${workload}`);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  throw new UsageError(
    `unknown challenge "${id}": expected all, or one of ${known.join(", ")}${hint}`,
  );
}

/** How long a client waits for a node that is down, and for how long faults last in the mean. */
const PATIENCE_S = 5;
/** How often faults change in a run at least. */
const LEAST_CHANGES = 6;
/** As many nodes may be down together so often that a short run does nothing. */
const FEW_NODES = 2;
/** What a run of so few takes: a dozen attempts of each client, Maelstrom's default length. */
const LONG_S = 60;

/**
 * A challenge whose nodes are killed or paused as well, which no page asks for. A node that is down
 * answers nobody, so neither the page's limits nor total availability can be asked of it: the run
 * has to be correct. To be so it must have done something: a client that meets a node that is down
 * waits for five seconds, and may do so again and again. So faults come at shorter intervals, and
 * where there are few nodes the run is longer.
 */
export function withNodesDown(challenge: Challenge): Challenge {
  const runs = challenge.runs.map(({ availability: _, ...run }) => {
    const { timeLimitS = LONG_S } = run;
    const lengthS = planOf(run).nodes.length <= FEW_NODES ? LONG_S : timeLimitS;
    const faultIntervalS = Math.min(PATIENCE_S, Math.ceil(lengthS / LEAST_CHANGES));
    return { ...run, timeLimitS: lengthS, faultIntervalS };
  });
  return { ...challenge, runs, limits: [] };
}

/** A challenge while its nodes are killed, and cut off if it can survive that. */
export function withKills(challenge: Challenge): Challenge {
  const { runs, ...others } = withNodesDown(challenge);
  const [first] = runs; // the others differ in their faults alone
  const asked: Partial<PlanOptions> = { faults: ["kill", "partition"] };
  const { options = asked } = dropExempt(challenge.id, asked) ?? {};
  return { ...others, runs: first === undefined ? [] : [{ ...first, ...options }] };
}

/** Whether a run's faults kill or pause nodes. */
export function takesNodesDown({ faults = [] }: Partial<PlanOptions>): boolean {
  return faults.some((fault) =>
    /^(kill|pause)$/.test(typeof fault === "string" ? FAULT_KINDS[fault].begins : fault.f)
  );
}

/** A workload as a challenge without limits. */
export function workloadChallenge(
  workload: string,
  options: PlanOptions = { workload },
): Challenge {
  const { description } = workloadOf({ workload });
  const { program = "" } = options;
  return { id: workload, title: description, node: program, runs: [options], limits: [] };
}

/**
 * What decides a challenge's runs. Where its own node is not at hand, as outside this project, another
 * must be given.
 *
 * @throws {UsageError} if there is none.
 */
export function optionsOfRuns(
  { id, node, runs }: Challenge,
  { program }: Partial<PlanOptions>,
): readonly PlanOptions[] {
  if (program === undefined && !existsSync(node)) {
    throw new UsageError(`--bin is missing: the node that is to pass ${id}`);
  }
  return runs;
}

/** The plans of a challenge's runs, without its own node where that is not at hand. */
export function plansOf({ node, runs }: Challenge): readonly Plan[] {
  return runs.map(({ program, ...run }) =>
    planOf(program !== undefined && existsSync(node) ? { ...run, program } : run)
  );
}

/** The challenge whose node a plan runs under its workload; nothing if there is none such. */
export function challengeWith({ program, workload }: Plan): Challenge | undefined {
  if (program === undefined) return undefined;
  return CHALLENGES.find(({ node, runs }) =>
    resolve(node) === resolve(program) && runs.some((run) => run.workload === workload)
  );
}
