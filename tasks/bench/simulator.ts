/**
 * How fast the simulator is: seconds of virtual time for a second of real time, over a whole run
 * with its checks; and how its time and memory grow with the number of nodes.
 *
 * @module
 */
import { resolve } from "node:path";
import { cpuUsage } from "node:process";
import { pathToFileURL } from "node:url";
import { SUMMARIES } from "../../lib/report/sweep.ts";
import { loadProgram } from "../../lib/simulator/program.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { sweep } from "../../lib/simulator/sweep/pool.ts";
import { NS_PER_S } from "../../lib/history/operations.ts";
import { applyGiven } from "../../lib/workbench/command_line.ts";
import { planOf, type PlanOptions } from "../../lib/workbench/plan.ts";
import type { Gauge } from "../../lib/workbench/run.ts";
import { isClient } from "../../lib/message.ts";
import { jobOf } from "../engines/simulator.ts";
import { type Challenge, challengeOf, CHALLENGES } from "../shared/challenges.ts";
import type { Bench, Contender } from "./compare.ts";

/** The real function, which a simulation refuses to everyone while it lasts. */
const { memoryUsage } = Deno;

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
          heapBytes = Math.max(heapBytes, memoryUsage().heapUsed);
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

/** Challenge 3d as a person starts it. Virtual time before and after its operations does not count. */
const started: Bench = {
  name: "sim-3d-start",
  title: "Challenge 3d in virtual time, its process included",
  unit: "virtual s/s",
  rounds: 10,
  target: { contender: "deno task 3d", atLeast: 150 },
  start: () => {
    let seed = 0;
    const args = ["task", "--quiet", "3d", "--engine", "simulator", "--seed"];
    const { runs: [run] } = challengeOf("3d");
    return [{ name: "real time", measure: () => 1 }, {
      name: "deno task 3d",
      async measure() {
        const startMs = performance.now();
        const command = new Deno.Command(Deno.execPath(), { args: [...args, `${++seed}`] });
        const { success } = await command.output();
        if (!success) throw new Error(`${args.join(" ")} ${seed} did not pass`);
        return (run?.timeLimitS ?? 0) / ((performance.now() - startMs) / 1000);
      },
    }];
  },
};

/** Sweeps challenges over some seeds here, all of them in one pool. */
async function sweepOver(
  challenges: readonly Challenge[],
  { first, count }: { readonly first: number; readonly count: number },
): Promise<{ wallS: number; cpuS: number }> {
  const jobs = challenges.flatMap(({ runs, limits }) =>
    runs.flatMap((run) =>
      Array.from({ length: count }, (_, i) => jobOf(planOf({ ...run, seed: first + i }), limits))
    )
  );
  const [startMs, before] = [performance.now(), cpuUsage()];
  await sweep({
    jobs,
    summaries: SUMMARIES,
    ended: ({ summary: { ending } }, { plan: { program, seed } }) => {
      if (ending === "crash") throw new Error(`${program} with seed ${seed} crashed`);
    },
  });
  const { user, system } = cpuUsage(before);
  return { wallS: (performance.now() - startMs) / 1000, cpuS: (user + system) / US_PER_S };
}

/** How many of the cores a sweep uses, its start included. */
const busyCores: Bench = {
  name: "sim-cores",
  title: "A sweep of challenge 3d over 40 seeds: cores in use",
  unit: "cores",
  rounds: 3,
  target: { contender: "a sweep", atLeast: 0.9 },
  start: () => {
    const count = 40;
    let first = 1;
    return [{ name: "all there are", measure: () => navigator.hardwareConcurrency }, {
      name: "a sweep",
      async measure() {
        const { wallS, cpuS } = await sweepOver([challengeOf("3d")], { first, count });
        first += count;
        return cpuS / wallS;
      },
    }];
  },
};

/** How long `sim all --seeds 1000` takes, extrapolated from a few seeds; the first ones start cold. */
const everything: Bench = {
  name: "sim-all",
  title: "sim all --seeds 1000 on all cores, by what 8 seeds more than 4 of each challenge take",
  unit: "min",
  rounds: 2,
  target: { contender: "sim all", atMost: 1 },
  start: () => {
    const [few, more] = [4, 12];
    return [{ name: "goal", measure: () => 40 }, {
      name: "sim all",
      async measure() {
        const { wallS: coldS } = await sweepOver(CHALLENGES, { first: 1, count: few });
        const { wallS } = await sweepOver(CHALLENGES, { first: 1, count: more });
        return (coldS + (1_000 - few) * (wallS - coldS) / (more - few)) / S_PER_MIN;
      },
    }];
  },
};

const S_PER_MIN = 60;

/** Virtual against real time in challenges 3c and 3d, growth with the number of nodes, and sweeps. */
export const simulator: readonly Bench[] = [
  speedOf("3c", 300),
  speedOf("3d", 100),
  started,
  busyCores,
  everything,
  growthOf("time", "µs/message", ({ wallS, messages }) => wallS / messages * US_PER_S),
  growthOf("memory", "bytes/message", ({ heapBytes, messages }) => heapBytes / messages),
];
