/**
 * The side of a sweep that works: takes ranges of seeds from the queue, one for each core, simulates
 * them in threads without permissions, and writes down their sums.
 *
 * @module
 */
import type { JsMsg } from "@nats-io/jetstream";
import { delay } from "@std/async";
import { type PagedSummary, type SimulatedRun, SUMMARIES } from "../report/sweep.ts";
import { SweepSum } from "../report/sweep_sum.ts";
import { LoadError, SimulationWorker } from "../simulator/sweep/pool.ts";
import { announce, complain } from "./presence.ts";
import {
  ACK_WAIT_MS,
  type DividedSweep,
  engineTag,
  rangeOf,
  seedsOf,
  type SweepQueue,
} from "./queue.ts";
import { NatsError } from "./server.ts";
import { summariesOf } from "./shipped.ts";
import type { SweepContext } from "../report/sweep.ts";

/** How long a worker waits after the server has refused something. */
const REFUSED_MS = 5_000;
/** How often a range is given to a worker before it counts as one that nothing survives. */
const MOST_DELIVERIES = 10;
/** Sweeps that are kept in mind, with their programs. */
const MOST_SWEEPS = 16;

interface WorkerOptions {
  readonly engine: string;
  readonly cores: number;
  readonly ackWaitMs?: number;
  readonly say: (sentence: string) => void;
  /** Ends the work; ranges in hand go back to the queue. */
  readonly signal: AbortSignal;
}

/** Works until its signal aborts. */
export async function work(queue: SweepQueue, options: WorkerOptions): Promise<void> {
  const { engine, cores, say, signal, ackWaitMs = ACK_WAIT_MS } = options;
  const id = crypto.randomUUID();
  const next = await queue.ranges(await engineTag(engine), ackWaitMs);
  using _ = announce(queue.connection, { id, engine, cores }, (why) => say(`refused: ${why}`));
  using sweeps = new Sweeps(queue, say);
  const each = { ackWaitMs, signal, say };
  const slots = Array.from({ length: cores }, () => new Slot(queue, sweeps, each));
  await Promise.all(slots.map(async (slot) => {
    using one = slot;
    while (!signal.aborted) {
      try {
        await one.workOnce(next);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof NatsError)) throw error;
        say(error.message);
        await delay(REFUSED_MS, { signal }).catch(() => {});
      }
    }
  }));
}

/** The sweeps that ranges belong to, and which of them are to stop. */
class Sweeps implements Disposable {
  readonly #queue: SweepQueue;
  readonly #say: (sentence: string) => void;
  readonly #known = new Map<string, Promise<DividedSweep | undefined>>();
  readonly #stops = new Map<string, AbortController>();
  readonly #subscription;

  constructor(queue: SweepQueue, say: (sentence: string) => void) {
    this.#queue = queue;
    this.#say = say;
    this.#subscription = queue.connection.subscribe("glomers.sweeps.*.stop", {
      callback: (_, { subject }) => void this.#stop(subject.split(".")[2] ?? ""),
    });
  }

  async #stop(id: string): Promise<void> {
    const known = this.#known.get(id);
    this.#stopOf(id).abort(STOPPED);
    // The same sweep may come again.
    this.#known.delete(id);
    this.#stops.delete(id);
    const sweep = await known;
    if (sweep !== undefined) this.#say(`stops ${sweep.title}, as its coordinator says`);
  }

  /** What a sweep is; nothing if it is gone from the server. */
  find(id: string): Promise<DividedSweep | undefined> {
    for (const other of this.#known.keys()) {
      if (this.#known.size < MOST_SWEEPS || this.#known.has(id)) break;
      this.#known.delete(other);
      this.#stops.delete(other);
    }
    const found = this.#known.get(id) ?? this.#queue.find(id).then((sweep) => {
      if (sweep === undefined) this.#known.delete(id);
      else this.#say(`simulates ${sweep.title}, seeds ${sweep.first} to ${lastSeed(sweep)}`);
      return sweep;
    });
    this.#known.set(id, found);
    found.catch(() => this.#known.delete(id));
    return found;
  }

  /** Aborts when a sweep is to stop. */
  signalOf(id: string): AbortSignal {
    return this.#stopOf(id).signal;
  }

  #stopOf(id: string): AbortController {
    const stop = this.#stops.get(id) ?? new AbortController();
    this.#stops.set(id, stop);
    return stop;
  }

  [Symbol.dispose](): void {
    this.#subscription.unsubscribe();
  }
}

const STOPPED = new Error("the sweep has stopped");

const lastSeed = ({ first, seeds }: DividedSweep) => first + seeds - 1;

/** One thread, which does one range at a time. */
class Slot implements Disposable {
  readonly #queue: SweepQueue;
  readonly #sweeps: Sweeps;
  readonly #ackWaitMs: number;
  readonly #signal: AbortSignal;
  readonly #say: (sentence: string) => void;
  /** The thread, which has loaded one sweep's program. */
  #thread: { id: string; worker: SimulationWorker<SweepContext, PagedSummary> } | undefined;

  constructor(
    queue: SweepQueue,
    sweeps: Sweeps,
    { ackWaitMs, signal, say }: Required<Pick<WorkerOptions, "ackWaitMs" | "signal" | "say">>,
  ) {
    this.#queue = queue;
    this.#sweeps = sweeps;
    this.#ackWaitMs = ackWaitMs;
    this.#signal = signal;
    this.#say = say;
  }

  /** Takes a range and does it. Without one, waits for a while. */
  async workOnce(next: () => Promise<JsMsg | null>): Promise<void> {
    const message = await next();
    if (message === null) return;
    const timer = setInterval(() => message.working(), this.#ackWaitMs / 3);
    try {
      await this.#do(message);
      message.ack();
    } catch (error) {
      message.nak();
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Writes down the sum of a range, unless its sweep is gone or has stopped. */
  async #do(message: JsMsg): Promise<void> {
    const { id, number } = rangeOf(message.subject);
    const stop = this.#sweeps.signalOf(id); // before it is looked for, as it may stop meanwhile
    const sweep = await this.#sweeps.find(id);
    if (sweep === undefined || stop.aborted) return;
    try {
      const isHopeless = message.info.deliveryCount > MOST_DELIVERIES;
      const sum = isHopeless
        ? giveUp(sweep, number)
        : await this.#simulate(id, sweep, number, AbortSignal.any([stop, this.#signal]));
      await this.#report(id, number, sum);
    } catch (error) {
      if (error !== STOPPED) throw error;
    }
  }

  async #simulate(
    id: string,
    sweep: DividedSweep,
    number: number,
    signal: AbortSignal,
  ): Promise<SweepSum<SimulatedRun>> {
    const { program, plan, fresh, context, stopsAtFirstFailure } = sweep;
    const worker = this.#threadFor(id, sweep);
    const sum = new SweepSum<SimulatedRun>();
    const { first, last } = seedsOf(sweep, number);
    for (let seed = first; seed <= last; seed++) {
      const job = { plan: { ...plan, seed: String(seed) }, module: program.entry, fresh, context };
      try {
        sum.add(await worker.simulate(job, {}, signal));
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        sum.add(crashOf(seed, error.message));
      }
      if (stopsAtFirstFailure && sum.failed > 0) break;
    }
    return sum;
  }

  /** Writes down the sum of a range. A server that takes no more is asked again: the work is done. */
  async #report(id: string, number: number, sum: SweepSum<SimulatedRun>): Promise<void> {
    for (;;) {
      try {
        return await this.#queue.report(id, number, { sum: sum.toJSON() });
      } catch (error) {
        if (!(error instanceof NatsError)) throw error;
        this.#say(error.message);
        complain(this.#queue.connection, id, error.message);
      }
      await delay(REFUSED_MS, { signal: this.#signal });
    }
  }

  /** A thread that has a sweep's program and no other. */
  #threadFor(id: string, { program, patienceMs }: DividedSweep) {
    if (this.#thread?.id !== id) {
      this[Symbol.dispose]();
      const patience = patienceMs === undefined ? {} : { patienceMs };
      this.#thread = { id, worker: new SimulationWorker(summariesOf(program), patience) };
    }
    return this.#thread.worker;
  }

  [Symbol.dispose](): void {
    this.#thread?.worker[Symbol.dispose]();
    this.#thread = undefined;
  }
}

/** The sum of a range that no worker has brought to its end, as one that takes all memory. */
function giveUp(sweep: DividedSweep, number: number): SweepSum<SimulatedRun> {
  const sum = new SweepSum<SimulatedRun>();
  const { first, last } = seedsOf(sweep, number);
  for (let seed = first; seed <= last; seed++) {
    const why = `no worker has brought seeds ${first} to ${last} to their end`;
    sum.add(crashOf(seed, `${why}, of ${MOST_DELIVERIES} that tried`));
  }
  return sum;
}

function crashOf(seed: number, why: string): SimulatedRun {
  return { seed: String(seed), summary: SUMMARIES.crashed([why]), signature: [why] };
}
