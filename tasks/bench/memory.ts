/**
 * How much memory a challenge's node needs after a million operations of its workload, beside what it
 * has to keep of them. The nodes run without a disk, and with as many clients as keep them busy.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { errorName, RpcError } from "../../lib/message.ts";
import { planOf, workloadOf } from "../../lib/workbench/plan.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import { Random } from "../../lib/workbench/random.ts";
import type { Invocation } from "../../lib/workbench/clients/generator.ts";
import { type Challenge, CHALLENGES } from "../shared/challenges.ts";
import { stampNow } from "../shared/stamp.ts";
import { BareCluster } from "./bare_cluster.ts";
import { keepRows, KEEPS, type MemoryRow, renderMemory } from "./memory_table.ts";
import { measureMemory, PROGRAM } from "./nodes/metered.ts";

const OPERATIONS = 1_000_000;
/** A challenge that is slower has done fewer operations. */
const LIMIT_S = 40;
/** As many show what a node keeps of its peers. */
const MOST_NODES = 3;
const CLIENTS_PER_NODE = 48;
/** How long nodes have to tell each other what they have, before they are measured. */
const QUIET_MS = 2_000;
/** How long a client waits that has been told to try later. */
const RETRY_MS = 20;

const METERED = fileURLToPath(new URL("nodes/metered.ts", import.meta.url));
const FLAGS = ["run", "--quiet", "--v8-flags=--expose-gc", "--allow-read", "--allow-env"];

/** Measures, and keeps the figures if asked to. */
export async function benchMemory(
  { size = OPERATIONS, only, keep, report }: {
    readonly size?: number | undefined;
    /** A challenge's id. */
    readonly only?: string | undefined;
    readonly keep: boolean;
    readonly report: (line: string) => void;
  },
): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  const stamp = await stampNow();
  for (const challenge of CHALLENGES.filter(({ id }) => only === undefined || id === only)) {
    const row = { ...stamp, ...await measure(challenge, size) };
    rows.push(row);
    const { id, operations, tookS } = row;
    report(`${id}: ${operations} operations in ${tookS.toFixed(0)} s`);
  }
  report(renderMemory(rows));
  if (keep) keepRows(rows);
  return rows;
}

type Measured = Omit<MemoryRow, keyof Awaited<ReturnType<typeof stampNow>>>;

async function measure({ id, node, runs: [run] }: Challenge, size: number): Promise<Measured> {
  if (run === undefined) throw new RangeError(`${id} has no run`);
  const nodeCount = Math.min(planOf(run).nodes.length, MOST_NODES);
  const plan = planOf({ ...run, nodeCount, concurrency: nodeCount * CLIENTS_PER_NODE });
  const command = {
    args: [...FLAGS, METERED],
    env: { [PROGRAM]: pathToFileURL(resolve(node)).href },
  };
  await using cluster = await BareCluster.start(command, plan.nodes);
  const clients = await Clients.open(cluster, plan);
  const largest = async () => {
    await new Promise((settle) => setTimeout(settle, QUIET_MS));
    const uses = await Promise.all(
      plan.nodes.map((of) => cluster.call("c0", of, measureMemory, {})),
    );
    return uses.reduce((most, use) => use.heapBytes > most.heapBytes ? use : most);
  };
  const start = await largest();
  const startMs = performance.now();
  const firstHalf = await clients.perform(size / 2, LIMIT_S / 2);
  const middle = await largest();
  const secondHalf = await clients.perform(size / 2, LIMIT_S / 2);
  const tookS = (performance.now() - startMs) / 1000;
  const end = await largest();
  return {
    id,
    nodes: nodeCount,
    operations: firstHalf + secondHalf,
    tookS,
    startHeapBytes: start.heapBytes,
    heapBytes: end.heapBytes,
    rssBytes: end.rssBytes,
    growthBytes: (end.heapBytes - middle.heapBytes) / secondHalf,
    keeps: KEEPS[id] ?? "unknown",
  };
}

/** Clients of a workload, each with one operation at a time. */
class Clients {
  readonly #plan: Plan;
  readonly #threads: (() => Promise<boolean>)[];

  private constructor(cluster: BareCluster, plan: Plan) {
    this.#plan = plan;
    const workload = workloadOf(plan);
    const { main } = workload.generators(plan, new Random(plan.seed));
    const refusals = Object.keys(workload.refusals ?? {});
    const threads = plan.concurrency;
    this.#threads = Array.from({ length: threads }, (_, thread) => {
      const node = plan.nodes[thread % plan.nodes.length] ?? "";
      const carryOut = workload.open(plan);
      const draw = (): Invocation => {
        const context = { nowNs: 0, free: [thread], threads };
        main.when(context);
        return main.take(context);
      };
      return async () => {
        let op = draw();
        while (isWhole(plan, op)) op = draw();
        try {
          await carryOut(op, (rpc, fields) => cluster.call(`c${thread}`, node, rpc, fields));
          return true;
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
          return refusals.includes(errorName(error.code));
        }
      };
    });
  }

  static async open(cluster: BareCluster, plan: Plan): Promise<Clients> {
    const setUp = workloadOf(plan).setUp?.(plan);
    for (const node of setUp === undefined ? [] : plan.nodes) {
      await setUp?.((rpc, fields) => cluster.call("c0", node, rpc, fields));
    }
    return new Clients(cluster, plan);
  }

  /** Performs that many operations, or as many as the limit allows. Resolves to how many those were. */
  async perform(count: number, limitS: number): Promise<number> {
    const endMs = performance.now() + 1000 * limitS;
    let [left, done] = [count, 0];
    await Promise.all(this.#threads.map(async (operate) => {
      while (left > 0 && performance.now() < endMs) {
        left--;
        if (await operate()) {
          done++;
        } else {
          left++;
          await new Promise((retry) => setTimeout(retry, RETRY_MS));
        }
      }
    }));
    return done;
  }
}

/** Whether an operation reads all that there is, which a million times would take days. */
function isWhole({ workload }: Plan, { f }: Invocation): boolean {
  return f === "read" && (workload === "broadcast" || workload === "g-set");
}
