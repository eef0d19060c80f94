/**
 * The side of a sweep that asks for it: puts ranges of seeds on the queue and adds up their sums.
 *
 * All that it knows is on the server. Whoever starts the same sweep again goes on where it is.
 *
 * @module
 */
import { delay } from "@std/async";
import type { SimulatedRun } from "../report/sweep.ts";
import { SweepSum } from "../report/sweep_sum.ts";
import { type Presence, Workforce } from "./presence.ts";
import {
  countRanges,
  type DividedSweep,
  engineTag,
  type Sweep,
  sweepId,
  type SweepQueue,
} from "./queue.ts";

/** How often the server is asked for sums when it had none. */
const POLL_MS = 100;
/** How often the queue is held against the sums, for what a server has lost in a crash. */
const AUDIT_MS = 10_000;

/** How far a sweep is. */
export interface SweepProgress {
  readonly sum: SweepSum<SimulatedRun>;
  /** Ranges whose sums have come, and all of them. */
  readonly done: number;
  readonly ranges: number;
  /** Runs that were done before, by an earlier call. */
  readonly before: number;
  readonly workers: number;
  readonly cores: number;
}

interface Coordination {
  /** How many seeds a range has, if the sweep is not on the server yet. */
  readonly rangeSize: () => number | Promise<number>;
  /** Told of each worker whose engine is another. */
  readonly refused: (who: Presence) => void;
  /** Told what keeps workers from going on, such as a stream that is full. */
  readonly troubled: (why: string) => void;
  readonly signal?: AbortSignal;
  readonly auditMs?: number;
}

/** Takes a sweep off a server, whoever works on it; returns whether it was there. */
export async function abandon(queue: SweepQueue, sweep: Sweep): Promise<boolean> {
  const [id, tag] = await Promise.all([sweepId(sweep), engineTag(sweep.engine)]);
  const isThere = await queue.find(id) !== undefined;
  if (isThere) await queue.stop(tag, id);
  await queue.remove(tag, id);
  return isThere;
}

/** A sweep on a server, until its sum is complete. */
export class Coordinator implements Disposable {
  readonly #queue: SweepQueue;
  readonly #sweep: DividedSweep;
  readonly #workforce: Workforce;
  readonly #id: string;
  readonly #tag: string;
  readonly #sum = new SweepSum<SimulatedRun>();
  readonly #done = new Set<number>();
  readonly #signal: AbortSignal | undefined;
  readonly #auditMs: number;
  /** Where in the stream the last sum was. */
  #at = 0;
  #before = 0;
  #auditedMs = performance.now();

  private constructor(
    queue: SweepQueue,
    { id, tag, sweep, refused, troubled, signal, auditMs = AUDIT_MS }:
      & { id: string; tag: string; sweep: DividedSweep }
      & Omit<Coordination, "rangeSize">,
  ) {
    this.#queue = queue;
    this.#id = id;
    this.#tag = tag;
    this.#sweep = sweep;
    this.#signal = signal;
    this.#auditMs = auditMs;
    this.#workforce = new Workforce(queue.connection, {
      sweep: id,
      engine: sweep.engine,
      refused,
      troubled,
    });
  }

  /** Puts a sweep on the server, or finds it there. */
  static async start(
    queue: SweepQueue,
    sweep: Sweep,
    { rangeSize, ...others }: Coordination,
  ): Promise<Coordinator> {
    const [id, tag] = await Promise.all([sweepId(sweep), engineTag(sweep.engine)]);
    const divided = await queue.find(id) ??
      await queue.describe(id, { ...sweep, rangeSize: await rangeSize() });
    const coordinator = new Coordinator(queue, { id, tag, sweep: divided, ...others });
    while (await coordinator.#takeSum());
    coordinator.#before = coordinator.#sum.runs;
    await queue.enqueue(tag, id, coordinator.#missing());
    return coordinator;
  }

  get progress(): SweepProgress {
    return {
      sum: this.#sum,
      done: this.#done.size,
      ranges: countRanges(this.#sweep),
      before: this.#before,
      ...this.#workforce.count(),
    };
  }

  /**
   * Waits for the sums of all ranges, or for the first failure if it is to stop there; then takes the
   * sweep off the server.
   *
   * @throws the signal's reason once it aborts: the sweep stays on the server.
   */
  async finish(): Promise<SweepSum<SimulatedRun>> {
    using _ = this;
    const { stopsAtFirstFailure } = this.#sweep;
    while (this.#done.size < countRanges(this.#sweep)) {
      if (stopsAtFirstFailure && this.#sum.failed > 0) {
        await this.#queue.stop(this.#tag, this.#id);
        break;
      }
      this.#signal?.throwIfAborted();
      if (await this.#takeSum()) continue;
      await this.#audit();
      await delay(POLL_MS, this.#signal && { signal: this.#signal });
    }
    await this.#queue.remove(this.#tag, this.#id);
    return this.#sum;
  }

  /** Adds the next sum; returns whether there was one. One of a range that was done before is left. */
  async #takeSum(): Promise<boolean> {
    const next = await this.#queue.nextSum(this.#id, this.#at);
    if (next === undefined) return false;
    this.#at = next.at;
    if (!this.#done.has(next.number)) this.#sum.merge(SweepSum.from(next.sum.sum));
    this.#done.add(next.number);
    return true;
  }

  #missing(): number[] {
    const numbers = Array.from({ length: countRanges(this.#sweep) }, (_, i) => i);
    return numbers.filter((number) => !this.#done.has(number));
  }

  /** Puts ranges on the queue again that are neither there nor done, and the sweep if it is gone. */
  async #audit(): Promise<void> {
    if (performance.now() - this.#auditedMs < this.#auditMs) return;
    this.#auditedMs = performance.now();
    const waiting = await this.#queue.waiting(this.#tag, this.#id);
    const lost = this.#missing().filter((number) => !waiting.has(number));
    if (lost.length === 0) return;
    await this.#queue.describe(this.#id, this.#sweep);
    // Sums are written before ranges leave the queue; and a stream that is new begins anew.
    this.#at = 0;
    while (await this.#takeSum());
    await this.#queue.enqueue(
      this.#tag,
      this.#id,
      lost.filter((number) => !this.#done.has(number)),
    );
  }

  [Symbol.dispose](): void {
    this.#workforce[Symbol.dispose]();
  }
}
