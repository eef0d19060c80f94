/**
 * Client threads: each carries out one operation of a generator after another.
 *
 * A thread's operations belong to one process until one of them stays open (`info`). That operation
 * may still take effect, so the thread goes on as a new process, and with a new client where clients
 * are not reusable.
 *
 * @module
 */
import { type Call, type Client, MalformedReply } from "./clients/client.ts";
import { completionOfError } from "./clients/completion.ts";
import type { Clock, Timer } from "./clock/clock.ts";
import type { Assignment, Generator, When } from "./clients/generator.ts";
import type { Op } from "../history/operations.ts";
import type { Perform, Workload, WorkloadOptions } from "./workloads/workload.ts";

/** What threads work with. */
interface ThreadsOptions {
  readonly clock: Clock;
  readonly workload: Workload;
  readonly options: WorkloadOptions;
  readonly openClient: () => Client;
  readonly nowNs: () => number;
  /** Adds an event to the history. */
  readonly record: (op: Omit<Op, "index" | "time">, asker: Asker) => Op;
  readonly malformed: (error: MalformedReply) => void;
}

/** The ids of the client that makes an operation and of the node that it asks. */
export interface Asker {
  /** The client's id. */
  readonly client: string;
  /** The node's id. */
  readonly node: string;
}

interface Thread {
  process: number;
  busy: boolean;
  worker: Worker | undefined;
}

interface Worker {
  readonly client: Client;
  readonly asker: Asker;
  readonly perform: Perform;
  readonly call: Call;
  /** One of its operations stayed open: it is replaced before the next. */
  spent: boolean;
}

export class Threads {
  readonly #context: ThreadsOptions;
  readonly #threads: Thread[];
  /** Whose turn it is; see {@linkcode Threads.#free}. */
  #turn = 0;
  #outstanding = 0;

  constructor(context: ThreadsOptions) {
    this.#context = context;
    this.#threads = Array.from(
      { length: context.options.concurrency },
      (_, thread) => ({ process: thread, busy: false, worker: undefined }),
    );
  }

  /** Carries out a generator's operations until it has no more and all have completed. */
  run(generator: Generator): Promise<void> {
    const { nowNs } = this.#context;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const attempt = (logicalNs: number): void => {
        timer?.cancel();
        try {
          const when = this.#invokeDue(generator, logicalNs, () => attempt(nowNs()), reject);
          if (when === "never") resolve();
          else if (when !== "pending") timer = this.#callAt(when, () => attempt(when));
        } catch (error) {
          reject(error);
        }
      };
      attempt(nowNs());
    });
  }

  /**
   * Invokes every operation that is due; returns when the next one is, or `never` after the last.
   *
   * @param logicalNs The time as the generator knows it: a late timer does not delay the schedule.
   */
  #invokeDue(
    generator: Generator,
    logicalNs: number,
    completed: () => void,
    failed: (error: unknown) => void,
  ): When {
    for (let free = this.#free(); free.length > 0; free = this.#free()) {
      const context = { nowNs: logicalNs, free, threads: this.#threads.length };
      const when = generator.when(context);
      if (typeof when !== "number") {
        if (this.#outstanding > 0) return "pending";
        if (when === "never") return "never";
        throw new Error("a generator waits for operations, but none is under way");
      }
      if (when > this.#context.nowNs()) return when;
      logicalNs = Math.max(logicalNs, when);
      const assignment = generator.take({ ...context, nowNs: logicalNs });
      this.#invoke(assignment, generator).then(completed, failed);
    }
    return "pending";
  }

  #callAt(timeNs: number, callback: () => void): Timer {
    const { clock, nowNs } = this.#context;
    return clock.at(clock.nowNs() + (timeNs - nowNs()), callback);
  }

  close(): void {
    for (const thread of this.#threads) thread.worker?.client.close();
  }

  /**
   * Free threads, beginning with the one whose turn it is. In Jepsen the nemesis takes turns too, and
   * the first thread goes in its place: it has twice as many turns as the others.
   */
  #free(): number[] {
    const free: number[] = [];
    const first = this.#turn % this.#threads.length;
    for (let i = 0; i < this.#threads.length; i++) {
      const thread = (first + i) % this.#threads.length;
      if (!this.#threads[thread]?.busy) free.push(thread);
    }
    return free;
  }

  async #invoke({ thread: index, ...op }: Assignment, generator: Generator): Promise<void> {
    const thread = this.#threads[index];
    if (thread === undefined) throw new RangeError(`there is no thread ${index}`);
    const { record, workload } = this.#context;
    thread.busy = true;
    this.#outstanding++;
    this.#turn = (this.#turn + 1) % (this.#threads.length + 1);
    const { f, value, extra } = op;
    const keys = { process: thread.process, f, ...(extra && { extra }) };
    const { asker, perform, call } = this.#workerOf(thread, index);
    const invoked = record({ ...keys, type: "invoke", value }, asker);
    generator.observe?.(invoked, index);
    const completion = await perform(op, call)
      .catch((error: unknown) => completionOfError(error, op, workload.idempotent));
    const { type, error } = completion;
    const completed = record({
      ...keys,
      type,
      value: completion.value === undefined ? value : completion.value,
      ...(error === undefined ? {} : { error }),
      ...((extra ?? completion.extra) && { extra: { ...extra, ...completion.extra } }),
    }, asker);
    if (type === "info") this.#startNextProcess(thread);
    thread.busy = false;
    this.#outstanding--;
    generator.observe?.(completed, index);
  }

  #startNextProcess(thread: Thread): void {
    thread.process += this.#threads.length;
    if (thread.worker && !this.#context.workload.reusableClients) thread.worker.spent = true;
  }

  #workerOf(thread: Thread, index: number): Worker {
    if (thread.worker?.spent) {
      thread.worker.client.close();
      thread.worker = undefined;
    }
    return thread.worker ??= this.#open(index);
  }

  #open(index: number): Worker {
    const { workload, options, openClient, malformed } = this.#context;
    const client = openClient();
    const node = options.nodes[index % options.nodes.length] ?? "";
    const call: Call = async (rpc, fields, timeoutMs) => {
      try {
        return await client.rpc(node, rpc, fields, timeoutMs);
      } catch (error) {
        if (error instanceof MalformedReply) malformed(error);
        throw error;
      }
    };
    const asker = { client: client.id, node };
    return { client, asker, perform: workload.open(options), call, spent: false };
  }
}
