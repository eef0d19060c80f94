/**
 * Simulated runs as pages, for tests.
 *
 * @module
 */
import type { Node, Program } from "../../node.ts";
import { integer, oneWay } from "../../rpc.ts";
import { simulateOnce } from "../../simulator/simulate_once.ts";
import { readMessages } from "../../workbench/message_journal.ts";
import { recordMessages } from "../../workbench/message_recorder.ts";
import type { PlanOptions } from "../../workbench/plan.ts";
import { Broadcast } from "../../workloads.ts";
import { summariseRun } from "../summary.ts";
import { ALONE } from "./alone_fixture.ts";
import { makePage, type Page } from "./page.ts";

const tell = oneWay("tell", { message: integer });

/** A broadcast that tells everybody once: what a partition cuts is lost. */
function telling(node: Node): void {
  const values = new Set<number>();
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
  node.on(tell, ({ message }) => void values.add(message));
  node.on(Broadcast.broadcast, ({ message }) => {
    values.add(message);
    console.error(`has ${message} <script>document.title = "run"</script>`);
    for (const peer of node.peers) node.send(peer, tell, { message });
    return { type: "broadcast_ok" };
  });
}

const HEAD = { title: "a run", about: [], commands: [], files: [] } as const;

/** Simulates a run and makes its page. */
export async function pageOf(program: Program, options: PlanOptions): Promise<Page> {
  let text = "";
  const { observer, end } = recordMessages((block) => text += block);
  const run = await simulateOnce(program, options, observer);
  end();
  return makePage(run, { ...HEAD, summary: summariseRun(run), journal: readMessages(text) });
}

/** The page of a run of {@linkcode telling}. */
export function pageOfRun(options: Partial<PlanOptions> = {}): Promise<Page> {
  return pageOf(telling, {
    workload: "broadcast",
    nodeCount: 3,
    rate: 20,
    timeLimitS: 4,
    latencyMs: 20,
    ...options,
  });
}

/** A run's page where a partition of n0 makes it fail. */
export function pageOfFailure(): Promise<Page> {
  const grudge = { n0: ["n1", "n2"], n1: ["n0"], n2: ["n0"] };
  return pageOfRun({
    faults: [
      { timeS: 1, f: "start-partition", shape: "one", grudge },
      { timeS: 3, f: "stop-partition" },
    ],
  });
}

/** The page of a run whose nodes end amid it, or before its first operation. */
export function pageOfCrash(workload = "broadcast", { afterMs = 1_000 } = {}): Promise<Page> {
  const program = (node: Node) => {
    ALONE[workload]?.(node);
    setTimeout(() => {
      console.error("<b>help</b>");
      Deno.exit(3);
    }, afterMs);
  };
  return pageOf(program, { workload, nodeCount: 1, concurrency: 4, timeLimitS: 3, rate: 20 });
}
