/**
 * How fast the simulator is: seconds of virtual time for a second of real time, over a whole run
 * with its checks; and how its time and memory grow with the number of nodes.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { loadProgram } from "../../lib/simulator/program.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { NS_PER_S } from "../../lib/history/operations.ts";
import { applyGiven } from "../../lib/workbench/command_line.ts";
import type { PlanOptions } from "../../lib/workbench/plan.ts";
import type { Gauge } from "../../lib/workbench/run.ts";
import { isClient } from "../../lib/message.ts";
import { challengeOf } from "../shared/challenges.ts";
import type { Bench, Contender } from "./compare.ts";

/** What a simulated run took. */
interface Cost {
  readonly virtualS: number;
  readonly wallS: number;
  /** Between nodes, as Maelstrom counts them: clients' are as many whatever the number of nodes. */
  readonly messages: number;
  /** The most that was in use, of what was looked at every few messages. */
  readonly heapBytes: number;
}

/** Messages of any kind. */
const HEAP_EVERY = 5_000;

/** A challenge in virtual time, again and again, each time with the next seed. */
function simulated(
  name: string,
  { id, options = {}, figure }: {
    /** The challenge's. */
    readonly id: string;
    readonly options?: Partial<PlanOptions>;
    readonly figure: (cost: Cost) => number;
  },
): Contender {
  let seed = 0;
  return {
    name,
    async measure() {
      const { node, runs: [run = {}] } = challengeOf(id);
      const program = await loadProgram(pathToFileURL(resolve(node)).href);
      const plan = applyGiven({ ...run, seed: ++seed }, options);
      let gauge: Gauge | undefined;
      let [messages, clientMessages, heapBytes] = [0, 0, 0];
      const startMs = performance.now();
      const { results } = await simulateOnce(program, plan, {
        started: (of) => gauge = of,
        message: (_, fate, { src, dest }) => {
          if (fate !== "send") return;
          if (isClient(src) || isClient(dest)) clientMessages++;
          else messages++;
          if ((messages + clientMessages) % HEAP_EVERY !== 0) return;
          heapBytes = Math.max(heapBytes, Deno.memoryUsage().heapUsed);
        },
      });
      const wallS = (performance.now() - startMs) / 1000;
      if (results?.["valid?"] !== true) throw new Error(`${name} with seed ${seed} is not valid`);
      return figure({ virtualS: (gauge?.nowNs() ?? 0) / NS_PER_S, wallS, messages, heapBytes });
    },
  };
}

function speedOf(id: string, atLeast: number): Bench {
  const figure = ({ virtualS, wallS }: Cost) => virtualS / wallS;
  return {
    name: `sim-${id}`,
    title: `Challenge ${id} in virtual time`,
    unit: "virtual s/s",
    rounds: 10,
    target: { contender: id, atLeast },
    start: () => [{ name: "real time", measure: () => 1 }, simulated(id, { id, figure })],
  };
}

const SIZES = [25, 50, 100, 200];

function growthOf(what: string, unit: string, figure: (cost: Cost) => number): Bench {
  return {
    name: `sim-growth-${what}`,
    title: `Challenge 3d in virtual time on ever more nodes: ${what}`,
    unit,
    rounds: 3,
    target: { contender: `${SIZES.at(-1)} nodes`, atMost: 1 },
    start: () =>
      SIZES.map((nodeCount) =>
        simulated(`${nodeCount} nodes`, { id: "3d", options: { nodeCount }, figure })
      ),
  };
}

const US_PER_S = 1_000_000;

/** Virtual against real time in challenges 3c and 3d, and growth with the number of nodes. */
export const simulator: readonly Bench[] = [
  speedOf("3c", 300),
  speedOf("3d", 100),
  growthOf("time", "µs/message", ({ wallS, messages }) => wallS / messages * US_PER_S),
  growthOf("memory", "bytes/message", ({ heapBytes, messages }) => heapBytes / messages),
];
