/**
 * Makes a failing run small: fewer operations, faults, clients and nodes, a shorter time, a simpler
 * network, as long as it still fails in the same way.
 *
 * A run is first written down, its operations and faults each at its time. Then whatever can be
 * left out is left out, by delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", 2002).
 *
 * @module
 */
import type { Program } from "../node.ts";
import type { ProgramSource } from "./program.ts";
import { NS_PER_S } from "../history/operations.ts";
import type { ScriptedOp } from "../workbench/clients/script.ts";
import { restrict } from "../workbench/faults/kinds.ts";
import type { TimedFault } from "../workbench/faults/schedule.ts";
import type { Outcome, RunOptions } from "../workbench/run.ts";
import { waysOfFailing } from "./failure.ts";
import { simulate } from "./simulate.ts";

/** What came of it. */
export interface Shrunk {
  /** The smallest run found that fails in the same way. */
  readonly options: RunOptions;
  readonly outcome: Outcome;
  readonly ways: readonly string[];
  /** Runs that were tried. */
  readonly attempts: number;
  readonly operations: number;
  readonly faults: number;
}

/** A run written down. */
interface Written {
  readonly options: RunOptions;
  readonly script: readonly ScriptedOp[];
  readonly faults: readonly TimedFault[];
}

/**
 * Shrinks a failing run.
 *
 * @param maxAttempts Bound on the runs that are tried. Default 500.
 * @throws {Error} if the run does not fail.
 */
export async function shrink(
  program: Program | ProgramSource,
  options: RunOptions,
  { maxAttempts = 500, tried = () => {} }: {
    readonly maxAttempts?: number;
    /** Told after every attempt. */
    readonly tried?: (attempts: number) => void;
  } = {},
): Promise<Shrunk> {
  const first = await writeDown(program, options);
  const [wanted] = waysOfFailing(first.outcome);
  if (wanted === undefined) throw new Error(`the run with seed ${options.seed} does not fail`);
  const search = new Search({ program, wanted, maxAttempts, tried }, first);
  if (await search.try(first.written)) await search.makeSmall();
  const { best, attempts } = search;
  const { script, faults } = best.written;
  return {
    // Written down, a run may get over what made it fail: then it stays as it was.
    options: best === first ? options : runnable(best.written),
    outcome: best.outcome,
    ways: waysOfFailing(best.outcome),
    attempts,
    operations: script.length,
    faults: faults.length,
  };
}

/** Runs once, and notes every operation and fault of the main phase. */
async function writeDown(
  program: Program | ProgramSource,
  options: RunOptions,
): Promise<{ written: Written; outcome: Outcome }> {
  const script: ScriptedOp[] = [];
  const faults: TimedFault[] = [];
  let main = false;
  const outcome = await simulate(program, options, {
    phase: (phase) => main = phase === "running",
    fault: (fault) => {
      if (main) faults.push(fault);
    },
    op: ({ type, process, time, f, value, extra }) => {
      if (!main || type !== "invoke" || process === "nemesis") return;
      const thread = process % options.concurrency;
      script.push({ timeNs: time, thread, f, value, ...(extra && { extra }) });
    },
  });
  return { written: { options, script, faults }, outcome };
}

function runnable({ options, script, faults }: Written): RunOptions {
  const { faults: given, ...others } = options;
  return { ...others, script, ...(given && { faults: () => faults }) };
}

interface Attempt {
  readonly written: Written;
  readonly outcome: Outcome;
}

interface SearchOptions {
  readonly program: Program | ProgramSource;
  /** The way in which a run has to fail. */
  readonly wanted: string;
  readonly maxAttempts: number;
  readonly tried: (attempts: number) => void;
}

/** Limits end on a tenth of a second, in nanoseconds: finer than that, a shorter run says no more. */
const TENTH = NS_PER_S / 10;

/** 1, 2, 4, … */
const DOUBLING = Array.from({ length: 16 }, (_, i) => 2 ** i);

class Search {
  readonly #options: SearchOptions;
  attempts = 0;

  constructor(options: SearchOptions, public best: Attempt) {
    this.#options = options;
  }

  /** Runs it, if the workload allows; if it fails in the wanted way, it is the best so far. */
  async try(written: Written): Promise<boolean> {
    const { program, wanted, maxAttempts, tried } = this.#options;
    const { workload, ...options } = written.options;
    const problem = workload.problem?.({ ...options, latencyMs: options.latency.meanMs });
    if (problem !== undefined || this.attempts >= maxAttempts) return false;
    tried(++this.attempts);
    const outcome = await simulate(program, runnable(written));
    if (!waysOfFailing(outcome).includes(wanted)) return false;
    this.best = { written, outcome };
    return true;
  }

  /** Leaves out what can be left out, round after round until one changes nothing. */
  async makeSmall(): Promise<void> {
    let before: Attempt;
    do {
      before = this.best;
      await this.shorten();
      await this.simplify();
      await this.leaveOutFaults();
      await this.leaveOutOperations();
      await this.leaveOutClients();
      await this.leaveOutNodes();
      await this.moveEarlier();
    } while (this.best !== before);
  }

  /** Ends earlier: behind the last thing that happens, and after half the time again and again. */
  async shorten(): Promise<void> {
    const { timeLimitS } = this.best.written.options;
    const behindLast = Math.floor(this.#lastTime / TENTH + 1) / 10;
    if (behindLast < timeLimitS) await this.#endAfter(behindLast);
    for (let limit = this.best.written.options.timeLimitS / 2; limit >= 0.5; limit /= 2) {
      if (!await this.#endAfter(limit)) return;
    }
  }

  async #endAfter(timeLimitS: number): Promise<boolean> {
    const { options, script, faults } = this.best.written;
    const within = <T extends { readonly timeNs: number }>(all: readonly T[]) =>
      all.filter(({ timeNs }) => timeNs < timeLimitS * NS_PER_S);
    return await this.try({
      options: { ...options, timeLimitS },
      script: within(script),
      faults: within(faults),
    });
  }

  /** When the last operation or fault happens; 0 if there is none. */
  get #lastTime(): number {
    const { script, faults } = this.best.written;
    return [...script, ...faults].reduce((last, { timeNs }) => Math.max(last, timeNs), 0);
  }

  /** Lets the first thing happen at once, and all others as much earlier. */
  async moveEarlier(): Promise<void> {
    const { options, script, faults } = this.best.written;
    const first = [...script, ...faults].reduce(
      (least, { timeNs }) => Math.min(least, timeNs),
      Infinity,
    );
    if (first === 0 || first === Infinity) return;
    const earlier = <T extends { readonly timeNs: number }>(all: readonly T[]) =>
      all.map((one) => ({ ...one, timeNs: one.timeNs - first }));
    await this.try({ options, script: earlier(script), faults: earlier(faults) });
  }

  /** A network without loss and duplication, with constant latency, with none. */
  async simplify(): Promise<void> {
    const simpler: ((options: RunOptions) => Partial<RunOptions>)[] = [
      ({ imperfections }) => ({ imperfections: { ...imperfections, loss: 0 } }),
      ({ imperfections }) => ({ imperfections: { ...imperfections, duplication: 0 } }),
      ({ latency }) => ({ latency: { ...latency, distribution: "constant" } }),
      () => ({ latency: { meanMs: 0, distribution: "constant" } }),
    ];
    for (const change of simpler) {
      const { options, ...others } = this.best.written;
      const changed = { ...options, ...change(options) };
      if (JSON.stringify(changed) !== JSON.stringify(options)) {
        await this.try({ options: changed, ...others });
      }
    }
  }

  async leaveOutFaults(): Promise<void> {
    await this.#leaveOut(
      () => this.best.written.faults,
      (faults) => ({ ...this.best.written, faults }),
    );
  }

  async leaveOutOperations(): Promise<void> {
    await this.#leaveOut(
      () => this.best.written.script,
      (script) => ({ ...this.best.written, script }),
    );
  }

  /**
   * One client for each node, or two, or four …, or as many as have something to do. Where those are
   * more, some do what others did.
   */
  async leaveOutClients(): Promise<void> {
    const { options, script, faults } = this.best.written;
    const count = options.nodes.length;
    const threads = [...new Set(script.map(({ thread }) => thread))].sort((a, b) => a - b);
    const ofNode = Map.groupBy(threads, (thread) => thread % count);
    const place = (thread: number) => ofNode.get(thread % count)?.indexOf(thread) ?? 0;
    const most = Math.max(1, ...[...ofNode.values()].map(({ length }) => length));
    for (const clients of [...new Set([...DOUBLING, most])].sort((a, b) => a - b)) {
      const concurrency = clients * count;
      if (concurrency >= options.concurrency) return;
      const moved = (thread: number) => (place(thread) % clients) * count + thread % count;
      const fewer = script.map((op) => ({ ...op, thread: moved(op.thread) }));
      if (await this.try({ options: { ...options, concurrency }, script: fewer, faults })) return;
    }
  }

  /** Each node goes, if it can; its clients ask the next one instead. */
  async leaveOutNodes(): Promise<void> {
    for (let gone = this.best.written.options.nodes.length - 1; gone >= 0; gone--) {
      const { options, script, faults } = this.best.written;
      if (options.nodes.length === 1) return;
      const nodes = options.nodes.toSpliced(gone, 1);
      const clients = Math.ceil(options.concurrency / options.nodes.length); // of each node
      const moved = (thread: number) => {
        const [client, at] = [
          Math.floor(thread / options.nodes.length),
          thread % options.nodes.length,
        ];
        return client * nodes.length + (at > gone ? at - 1 : at) % nodes.length;
      };
      await this.try({
        options: { ...options, nodes, concurrency: clients * nodes.length },
        script: script.map((op) => ({ ...op, thread: moved(op.thread) })),
        faults: faults.flatMap(({ timeNs, fault }) => {
          const left = restrict(fault, (id) => nodes.includes(id));
          return left === undefined ? [] : [{ timeNs, fault: left }];
        }),
      });
    }
  }

  /** Delta debugging: leaves out ever smaller stretches. */
  async #leaveOut<T>(
    items: () => readonly T[],
    without: (rest: readonly T[]) => Written,
  ): Promise<void> {
    for (let size = Math.ceil(items().length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < items().length;) {
        const rest = items().toSpliced(from, size);
        if (!await this.try(without(rest))) from += size;
        if (this.attempts >= this.#options.maxAttempts) return;
      }
    }
  }
}
