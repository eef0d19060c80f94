/**
 * The search for a smaller run, whoever simulates what is tried: fewer operations, faults, clients and
 * nodes, a shorter time, a simpler network, as long as the run still fails by what is worst in it.
 *
 * A run is first written down, its operations and faults each at its time. Then whatever can be
 * left out is left out, by delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", 2002).
 *
 * @module
 */
import { NS_PER_S } from "../history/operations.ts";
import { lasting } from "../workbench/faults/disks.ts";
import { restrict } from "../workbench/faults/kinds.ts";
import { type Plan, workloadOf } from "../workbench/plan.ts";
import {
  type PlannedFault,
  plannedFault,
  type PlannedOperation,
  plannedOperation,
} from "../workbench/planned.ts";
import type { SimulationObserver } from "./simulate_once.ts";

/** A plan with every operation and fault written down. */
export interface Written extends Plan {
  readonly operations: readonly PlannedOperation[];
  readonly faults: readonly PlannedFault[];
}

/** What a run shows that is tried. */
export interface Outcome {
  /** The kinds of failure, worst first; empty where it passes or cannot be simulated. */
  readonly kinds: readonly string[];
}

interface Attempt<O extends Outcome> {
  readonly plan: Written;
  readonly outcome: O;
}

/**
 * Makes a run small that is written down and fails, whoever simulates what is tried.
 *
 * @returns The smallest run found, which is the first where nothing smaller fails by what is worst.
 */
export async function makeSmall<O extends Outcome>(
  first: Attempt<O>,
  options: Omit<SearchOptions<O>, "wanted">,
): Promise<{ readonly best: Attempt<O>; readonly attempts: number }> {
  const [wanted] = first.outcome.kinds;
  if (wanted === undefined) return { best: first, attempts: 0 };
  const search = new Search({ ...options, wanted }, first);
  if (await search.try(first.plan)) await search.makeSmall();
  return search;
}

/** Has a plan simulated once, and writes down every operation and fault of the main phase. */
export async function writeDown<Result>(
  plan: Plan,
  simulate: (observer: SimulationObserver) => Promise<Result>,
): Promise<{ readonly plan: Written; readonly result: Result }> {
  const operations: PlannedOperation[] = [];
  const faults: PlannedFault[] = [];
  let main = false;
  const result = await simulate({
    phase: (phase) => main = phase === "running",
    fault: (fault) => {
      if (main) faults.push(plannedFault(fault));
    },
    op: ({ type, process, time: timeNs, ...op }) => {
      if (!main || type !== "invoke" || process === "nemesis") return;
      operations.push(plannedOperation({ timeNs, ...op, thread: process % plan.concurrency }));
    },
  });
  const { disk } = plan;
  const written = { ...plan, operations, faults, ...(disk && { disk: lasting(disk) }) };
  return { plan: written, result };
}

interface SearchOptions<O extends Outcome> {
  readonly simulate: (plan: Written) => Promise<O>;
  /** The kind of failure that a smaller run has to show. */
  readonly wanted: string;
  readonly maxAttempts: number;
  readonly tried: (attempts: number) => void;
}

/** Limits end on a tenth of a second: finer than that, a shorter run says no more. */
const TENTHS = 10;

/** With no more operations and clients than these, other clients are tried for the operations. */
const FEW = 8;

/** 1, 2, 4, … */
const DOUBLING = Array.from({ length: 16 }, (_, i) => 2 ** i);

class Search<O extends Outcome> {
  readonly #options: SearchOptions<O>;
  attempts = 0;

  constructor(options: SearchOptions<O>, public best: Attempt<O>) {
    this.#options = options;
  }

  /** Runs it, if the workload allows; if it fails in the wanted way, it is the best so far. */
  async try(plan: Written): Promise<boolean> {
    const { simulate, wanted, maxAttempts, tried } = this.#options;
    const problem = workloadOf(plan).problem?.(plan);
    if (problem !== undefined || this.attempts >= maxAttempts) return false;
    tried(++this.attempts);
    const outcome = await simulate(plan);
    if (!outcome.kinds.includes(wanted)) return false;
    this.best = { plan, outcome };
    return true;
  }

  /**
   * Tries it, and then with the operations of each client done by the next, the one after that, and
   * so on: chance decides whose final read comes last, and so which clients show a failure.
   */
  async #tryTurned(plan: Written): Promise<boolean> {
    if (await this.try(plan)) return true;
    const { operations, concurrency } = plan;
    if (operations.length > FEW || concurrency > FEW) return false;
    for (let by = 1; by < concurrency && operations.length > 0; by++) {
      const turn = (thread: number) => (thread + by) % concurrency;
      const turned = operations.map((op) => ({ ...op, thread: turn(op.thread) }));
      if (await this.try({ ...plan, operations: turned })) return true;
    }
    return false;
  }

  /** Leaves out what can be left out, round after round until one changes nothing. */
  async makeSmall(): Promise<void> {
    let before: Attempt<O>;
    do {
      before = this.best;
      await this.shorten();
      await this.simplify();
      await this.leaveOut("faults");
      await this.leaveOut("operations");
      await this.leaveOutClients();
      await this.leaveOutNodes();
      await this.moveEarlier();
    } while (this.best !== before);
  }

  /** Ends earlier: behind the last thing that happens, and after half the time again and again. */
  async shorten(): Promise<void> {
    const { operations, faults, timeLimitS } = this.best.plan;
    const last = Math.max(0, ...[...operations, ...faults].map(({ timeS }) => timeS));
    const behindLast = Math.floor(last * TENTHS + 1) / TENTHS;
    if (behindLast < timeLimitS) await this.#endAfter(behindLast);
    for (let limit = this.best.plan.timeLimitS / 2; limit >= 0.5; limit /= 2) {
      if (!await this.#endAfter(limit)) return;
    }
  }

  async #endAfter(timeLimitS: number): Promise<boolean> {
    const { plan } = this.best;
    return await this.try({
      ...plan,
      timeLimitS,
      operations: plan.operations.filter(({ timeS }) => timeS < timeLimitS),
      faults: plan.faults.filter(({ timeS }) => timeS < timeLimitS),
    });
  }

  /** Lets the first thing happen at once, and all others as much earlier. */
  async moveEarlier(): Promise<void> {
    const { plan } = this.best;
    const { operations, faults } = plan;
    const first = Math.min(...[...operations, ...faults].map(({ timeS }) => timeS));
    if (first === 0 || first === Infinity) return;
    const earlier = <T extends { readonly timeS: number }>(one: T): T => ({
      ...one,
      timeS: Math.round((one.timeS - first) * NS_PER_S) / NS_PER_S,
    });
    await this.try({ ...plan, operations: operations.map(earlier), faults: faults.map(earlier) });
  }

  /** A network without loss and duplication, with constant latency, with none; better disks. */
  async simplify(): Promise<void> {
    const simpler: readonly Partial<Omit<Plan, "operations" | "faults">>[] = [
      { loss: 0 },
      { duplication: 0 },
      { latencyDistribution: "constant" },
      { latencyMs: 0, latencyDistribution: "constant" },
    ];
    for (const change of simpler) {
      const { plan } = this.best;
      const changed = { ...plan, ...change };
      if (JSON.stringify(changed) !== JSON.stringify(plan)) await this.try(changed);
    }
    for (const trouble of this.best.plan.disk ?? []) {
      const { plan } = this.best;
      await this.try({ ...plan, disk: plan.disk?.filter((one) => one !== trouble) ?? [] });
    }
  }

  /**
   * One client for each node, or two, or four …, or as many as have something to do. Where those are
   * more, some do what others did.
   */
  async leaveOutClients(): Promise<void> {
    const { plan } = this.best;
    const count = plan.nodes.length;
    const threads = [...new Set(plan.operations.map(({ thread }) => thread))]
      .sort((a, b) => a - b);
    const ofNode = Map.groupBy(threads, (thread) => thread % count);
    const place = (thread: number) => ofNode.get(thread % count)?.indexOf(thread) ?? 0;
    const most = Math.max(1, ...[...ofNode.values()].map(({ length }) => length));
    for (const clients of [...new Set([...DOUBLING, most])].sort((a, b) => a - b)) {
      const concurrency = clients * count;
      if (concurrency >= plan.concurrency) return;
      const moved = (thread: number) => (place(thread) % clients) * count + thread % count;
      const operations = plan.operations.map((op) => ({ ...op, thread: moved(op.thread) }));
      if (await this.try({ ...plan, concurrency, operations })) return;
    }
  }

  /** Each node goes, if it can; its clients ask the next one instead. */
  async leaveOutNodes(): Promise<void> {
    for (let gone = this.best.plan.nodes.length - 1; gone >= 0; gone--) {
      const { plan } = this.best;
      const count = plan.nodes.length;
      if (count === 1) return;
      const nodes = plan.nodes.toSpliced(gone, 1);
      const moved = (thread: number) => {
        const [client, at] = [Math.floor(thread / count), thread % count];
        return client * nodes.length + (at > gone ? at - 1 : at) % nodes.length;
      };
      await this.#tryTurned({
        ...plan,
        nodes,
        concurrency: Math.ceil(plan.concurrency / count) * nodes.length,
        operations: plan.operations.map((op) => ({ ...op, thread: moved(op.thread) })),
        faults: plan.faults.flatMap((fault) => restrict(fault, (id) => nodes.includes(id)) ?? []),
      });
    }
  }

  /** Delta debugging: leaves out ever smaller parts. */
  async leaveOut(what: "faults" | "operations"): Promise<void> {
    const left = () => this.best.plan[what].length;
    for (let size = Math.ceil(left() / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < left();) {
        const { plan } = this.best;
        const rest = plan[what].filter((_, i) => i < from || i >= from + size);
        if (!await this.#tryTurned({ ...plan, [what]: rest })) from += size;
        if (this.attempts >= this.#options.maxAttempts) return;
      }
    }
  }
}
