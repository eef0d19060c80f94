/**
 * How evenly a node's RPCs are served when a thousand are in flight. The reference is their median
 * latency, which is the machine's; that of the slowest hundredth is the library's.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { BareCluster } from "./bare_cluster.ts";
import type { Bench } from "./compare.ts";
import { measureCalls } from "./nodes/caller.ts";

const IN_FLIGHT = 1_000;
const CALLS = 50_000;
const CALLER = fileURLToPath(new URL("nodes/caller.ts", import.meta.url));

/** The latency of a thousand RPCs in flight. */
export const rpcs: Bench = {
  name: "rpcs",
  title: "A thousand RPCs in flight",
  unit: "ms",
  rounds: 15,
  target: { contender: "99th percentile", atMost: 2 },
  async start() {
    const cluster = await BareCluster.start({ args: ["run", "--quiet", CALLER] }, ["n0"]);
    let p99Us = NaN;
    return [{
      name: "median",
      async measure() {
        const asked = { count: CALLS, inFlight: IN_FLIGHT };
        const took = await cluster.call("c1", "n0", measureCalls, asked);
        p99Us = took.p99Us;
        return took.medianUs / 1000;
      },
      end: () => cluster[Symbol.asyncDispose](),
    }, { name: "99th percentile", measure: () => p99Us / 1000 }];
  },
};
