/**
 * Sweeps on a NATS server: what is to be simulated, ranges of seeds as a work queue, and what came of
 * them.
 *
 * Two streams hold everything. `GLOMERS_RANGES` is a work queue, whose messages are gone once a worker
 * has acknowledged them; `GLOMERS_SWEEPS` has one message per subject: what a sweep is, and the sum of
 * each range. A range whose worker does not answer for {@linkcode ACK_WAIT_MS} goes to another; one
 * that is done twice has the same sum twice, in the same place.
 *
 * | Subject                               | Holds                                       |
 * | ------------------------------------- | ------------------------------------------- |
 * | `glomers.ranges.ENGINE.SWEEP.NUMBER`  | nothing more: the number says which seeds   |
 * | `glomers.sweeps.SWEEP.what`           | the sweep: plan, program, seeds             |
 * | `glomers.sweeps.SWEEP.sums.NUMBER`    | the sum of a range                          |
 * | `glomers.sweeps.SWEEP.stop`           | that nobody is to go on                     |
 *
 * @module
 */
import {
  AckPolicy,
  type Consumer,
  jetstream,
  JetStreamApiError,
  type JetStreamClient,
  JetStreamError,
  type JetStreamManager,
  jetstreamManager,
  type JsMsg,
  RetentionPolicy,
} from "@nats-io/jetstream";
import { errors, type NatsConnection } from "@nats-io/transport-node";
import { NS_PER_MS } from "../history/operations.ts";
import type { SimulatedRun, SweepContext } from "../report/sweep.ts";
import type { SumData } from "../report/sweep_sum.ts";
import type { Plan } from "../workbench/plan.ts";
import { explain, insist, isSilence } from "./connection.ts";
import { hashOf, type ProgramText } from "./program.ts";
import { NatsError } from "./server.ts";

const RANGES = "GLOMERS_RANGES";
const SWEEPS = "GLOMERS_SWEEPS";

/** After how long a worker that says nothing has lost its range. */
export const ACK_WAIT_MS = 20_000;
/** How long the server holds a request for a range that it does not have. */
const PULL_MS = 10_000;
/** How long an abandoned sweep stays on the server. */
const KEPT_MS = 7 * 24 * 3_600_000;
/** Ranges that are put on the queue at a time. */
const AT_A_TIME = 256;
/** The server's code for a message whose subject already has one. */
const ALREADY_THERE = 10_071;
/** The server's codes for a consumer and for a stream that are not there. */
const NOT_FOUND: ReadonlySet<number> = new Set([10_014, 10_059]);

/** What a sweep simulates, but for how it is divided. */
export interface Sweep {
  /** What is simulated, for a person. */
  readonly title: string;
  readonly engine: string;
  /** The plan of every run, but for its seed. */
  readonly plan: Plan;
  readonly program: ProgramText;
  readonly fresh: boolean;
  readonly context: SweepContext;
  readonly patienceMs?: number;
  readonly first: number;
  readonly seeds: number;
  readonly stopsAtFirstFailure: boolean;
}

/** A sweep in ranges of so many seeds; the last one may have fewer. */
export interface DividedSweep extends Sweep {
  readonly rangeSize: number;
}

/** The sum of a range. */
interface RangeSum {
  readonly sum: SumData<SimulatedRun>;
}

/** How many ranges there are. */
export function countRanges({ seeds, rangeSize }: DividedSweep): number {
  return Math.ceil(seeds / rangeSize);
}

/** The seeds of a range. */
export function seedsOf(
  { first, seeds, rangeSize }: DividedSweep,
  number: number,
): { first: number; last: number } {
  const start = first + number * rangeSize;
  return { first: start, last: Math.min(start + rangeSize, first + seeds) - 1 };
}

/** What a sweep is called on the server: the same for the same sweep. */
export async function sweepId(sweep: Sweep): Promise<string> {
  return (await hashOf(sweep)).slice(0, 16);
}

/** An engine's name as a token of a subject. */
export async function engineTag(engine: string): Promise<string> {
  return (await hashOf(engine)).slice(0, 12);
}

/** The streams of sweeps on a server. */
export class SweepQueue {
  readonly connection: NatsConnection;
  readonly #js: JetStreamClient;
  readonly #manager: JetStreamManager;

  readonly #signal: AbortSignal | undefined;

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    signal: AbortSignal | undefined,
  ) {
    this.connection = connection;
    this.#signal = signal;
    this.#js = jetstream(connection);
    this.#manager = manager;
  }

  /**
   * Makes the streams where they are missing.
   *
   * @param signal Ends the patience with a server that is gone.
   * @throws {NatsError} if the server has no JetStream.
   */
  static async open(connection: NatsConnection, signal?: AbortSignal): Promise<SweepQueue> {
    if (!connection.info?.jetstream) {
      throw new NatsError(
        `${connection.getServer()} has no JetStream: nats-server -js starts one that has`,
      );
    }
    const queue = new SweepQueue(connection, await jetstreamManager(connection), signal);
    await queue.#asked("the streams of sweeps", () => queue.#makeStreams());
    return queue;
  }

  async #makeStreams(): Promise<void> {
    await this.#manager.streams.add({
      name: RANGES,
      subjects: ["glomers.ranges.>"],
      retention: RetentionPolicy.Workqueue,
      max_msgs_per_subject: 1,
      max_age: KEPT_MS * NS_PER_MS,
    });
    await this.#manager.streams.add({
      name: SWEEPS,
      subjects: ["glomers.sweeps.>"],
      max_msgs_per_subject: 1,
      allow_direct: true,
      max_age: KEPT_MS * NS_PER_MS,
    });
  }

  /** Where workers of an engine get their ranges: gives the next one, or after a while none. */
  async ranges(tag: string, ackWaitMs = ACK_WAIT_MS): Promise<() => Promise<JsMsg | null>> {
    const what = "the queue of ranges";
    const open = () => this.#openConsumer(tag, ackWaitMs);
    let consumer = await this.#asked(what, open);
    return () =>
      this.#asked(what, async () => {
        try {
          return await consumer.next({ expires: PULL_MS });
        } catch (error) {
          // A server that has lost its streams has lost it, too.
          if (isAbsence(error)) consumer = await open();
          throw error;
        }
      });
  }

  async #openConsumer(tag: string, ackWaitMs: number): Promise<Consumer> {
    const durable = `workers-${tag}`;
    await this.#manager.consumers.add(RANGES, {
      durable_name: durable,
      filter_subject: `glomers.ranges.${tag}.>`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWaitMs * NS_PER_MS,
      max_ack_pending: -1,
      inactive_threshold: KEPT_MS * NS_PER_MS,
    });
    return await this.#js.consumers.get(RANGES, durable);
  }

  /** A sweep that is on the server. */
  async find(id: string): Promise<DividedSweep | undefined> {
    const message = await this.#asked(
      `sweep ${id}`,
      () => this.#manager.streams.getMessage(SWEEPS, { last_by_subj: `glomers.sweeps.${id}.what` }),
    );
    return message?.json<DividedSweep>();
  }

  /** Puts a sweep on the server, unless it is there; returns the one that is. */
  async describe(id: string, sweep: DividedSweep): Promise<DividedSweep> {
    const text = JSON.stringify(sweep);
    const what = `sweep ${id}, with its program,`;
    await this.#putFirst(`glomers.sweeps.${id}.what`, text, what);
    return await this.find(id) ?? sweep;
  }

  /** Puts ranges on the queue, but for those that are there. */
  async enqueue(tag: string, id: string, numbers: readonly number[]): Promise<void> {
    for (let i = 0; i < numbers.length; i += AT_A_TIME) {
      await Promise.all(
        numbers.slice(i, i + AT_A_TIME).map((number) =>
          this.#putFirst(`glomers.ranges.${tag}.${id}.${number}`, "", `range ${number}`)
        ),
      );
    }
  }

  /** The numbers of the ranges that wait for a worker, or that one has in hand. */
  async waiting(tag: string, id: string): Promise<Set<number>> {
    const { state } = await this.#asked(
      "the queue of ranges",
      () =>
        this.#manager.streams.info(RANGES, { subjects_filter: `glomers.ranges.${tag}.${id}.>` }),
    );
    return new Set(Object.keys(state.subjects ?? {}).map((subject) => numberIn(subject)));
  }

  /** Writes down the sum of a range. */
  async report(id: string, number: number, sum: RangeSum): Promise<void> {
    const text = JSON.stringify(sum);
    await this.#asked(
      `the sum of range ${number}`,
      () => this.#js.publish(`glomers.sweeps.${id}.sums.${number}`, text),
    );
  }

  /** The first sum that was written down after another; nothing if there is none yet. */
  async nextSum(
    id: string,
    after: number,
  ): Promise<{ at: number; number: number; sum: RangeSum } | undefined> {
    const message = await this.#asked(
      "the sums of ranges",
      () =>
        this.#manager.direct.getMessage(SWEEPS, {
          seq: after + 1,
          next_by_subj: `glomers.sweeps.${id}.sums.*`,
        }),
    );
    if (message === null) return undefined;
    const sum: RangeSum = message.json();
    return { at: message.seq, number: numberIn(message.subject), sum };
  }

  /** Tells whoever works on a sweep to stop, once nobody can begin with it any more. */
  async stop(tag: string, id: string): Promise<void> {
    await this.#purge(RANGES, `glomers.ranges.${tag}.${id}.>`);
    await this.#purge(SWEEPS, `glomers.sweeps.${id}.what`);
    await this.#asked(`sweep ${id}`, () => this.#js.publish(`glomers.sweeps.${id}.stop`, ""));
  }

  /** Takes a sweep off the server. */
  async remove(tag: string, id: string): Promise<void> {
    await this.#purge(RANGES, `glomers.ranges.${tag}.${id}.>`);
    await this.#purge(SWEEPS, `glomers.sweeps.${id}.>`);
  }

  async #purge(stream: string, filter: string): Promise<void> {
    await this.#asked(`stream ${stream}`, () => this.#manager.streams.purge(stream, { filter }));
  }

  /** Puts the first message on a subject; a later one is not needed. */
  async #putFirst(subject: string, text: string, what: string): Promise<void> {
    const first = { expect: { lastSubjectSequence: 0 } };
    await this.#asked(what, async () => {
      try {
        await this.#js.publish(subject, text, first);
      } catch (error) {
        if (!(error instanceof JetStreamApiError && error.code === ALREADY_THERE)) throw error;
      }
    });
  }

  /** Asks; where nobody answers, makes streams anew that the server has lost, to be asked again. */
  async #askOnce<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!isAbsence(error)) throw error;
      await this.#makeStreams();
      throw new errors.RequestError("nobody has answered for the streams of sweeps");
    }
  }

  async #asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await insist(() => this.#askOnce(ask), this.#signal);
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw explain(error, this.connection, what);
      throw new NatsError(`${this.connection.getServer()} refuses ${what}: ${error.message}`);
    }
  }
}

/** Whether nobody answers for a stream or a consumer: not yet, or because the server has lost it. */
function isAbsence(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return NOT_FOUND.has(error.code);
  // The client says so in several ways: of a publication by the error's cause, of a request for a
  // range that the server does not remember by an error that is not the server's.
  return isSilence(error) || error instanceof JetStreamError ||
    error instanceof Error && isSilence(error.cause);
}

/** The number at the end of a subject. */
function numberIn(subject: string): number {
  return Number(subject.slice(subject.lastIndexOf(".") + 1));
}

/** The sweep and the number that a range's subject names. */
export function rangeOf(subject: string): { id: string; number: number } {
  const [, , , id = "", number = ""] = subject.split(".");
  return { id, number: Number(number) };
}
