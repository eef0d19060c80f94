/**
 * How evenly a node's RPCs are served when a thousand are in flight. The reference is their median
 * latency; beside them stand those of a node by hand, whose slowest hundredth is the machine's.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { BareCluster } from "./bare_cluster.ts";
import type { Bench, Contender } from "./compare.ts";
import { measureCalls } from "./nodes/caller.ts";

const IN_FLIGHT = 1_000;
const CALLS = 50_000;
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The latency of a thousand RPCs in flight. */
export const rpcs: Bench = {
  name: "rpcs",
  title: "A thousand RPCs in flight",
  unit: "ms",
  rounds: 15,
  target: { contender: "99th percentile", atMost: 2 },
  async start() {
    return [
      ...await latenciesOf("nodes/caller.ts", ""),
      ...await latenciesOf("by_hand/caller.ts", ", by hand"),
    ];
  },
};

/** Median and slowest hundredth of a node's calls: of one measurement, so that they belong together. */
async function latenciesOf(script: string, suffix: string): Promise<Contender[]> {
  const cluster = await BareCluster.start({ args: ["run", "--quiet", file(script)] }, ["n0"]);
  let p99Us = NaN;
  return [{
    name: `median${suffix}`,
    async measure() {
      const asked = { count: CALLS, inFlight: IN_FLIGHT };
      const took = await cluster.call("c1", "n0", measureCalls, asked);
      p99Us = took.p99Us;
      return took.medianUs / 1000;
    },
    end: () => cluster[Symbol.asyncDispose](),
  }, { name: `99th percentile${suffix}`, measure: () => p99Us / 1000 }];
}
