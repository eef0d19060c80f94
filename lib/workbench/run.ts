/**
 * One run, from the first `init` to the checkers' word: Maelstrom's order of things, on any host and
 * any clock.
 *
 * @module
 */
import { formatWhole } from "../checkers/format.ts";
import { checkFinalStates, type FinalStates, readFinalStates } from "./final_states.ts";
import type { Result } from "../checkers/checker.ts";
import { composeResults } from "../checkers/compose.ts";
import { checkNet } from "../checkers/net.ts";
import type { Call, MalformedReply } from "./clients/client.ts";
import { type Clock, sleep, until } from "./clock/clock.ts";
import type { Edn, EdnObject } from "../history/edn.ts";
import { any, type Generator, stagger, timeLimit } from "./clients/generator.ts";
import { scripted } from "./clients/script.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";
import type { Host, Problem } from "./hosts/host.ts";
import { reasonOf } from "../message.ts";
import { type Fault, inflict, invokedValue } from "./faults/kinds.ts";
import { type TimedFault, validate } from "./faults/schedule.ts";
import { Cluster, Crash } from "./cluster.ts";
import type { Packet, PacketEvent } from "./network/packet.ts";
import { faultsOf, type Plan, remediesOf, workloadOf } from "./plan.ts";
import { timedOperation } from "./planned.ts";
import { Random } from "./random.ts";
import type { CrashReport, RunResult } from "./result.ts";
import { type Asker, Threads } from "./threads.ts";
import type { Workload } from "./workloads/workload.ts";

/** Where a run takes place, and who looks on. */
interface Environment {
  readonly clock: Clock;
  readonly host: Host;
  readonly observer?: Observer;
  /** Ends the run early: it rejects with the signal's reason, nodes stopped. */
  readonly signal?: AbortSignal;
  /** Called when the main phase begins, with what inflicts a fault at once while it lasts. */
  readonly steer?: (inflict: (fault: Fault) => void) => void;
  /** A workload in place of the one that the plan names. */
  readonly workload?: Workload;
  /**
   * Reports a failure that is no node's, so that the run ends as one that crashed. Default: the run
   * rejects with it.
   */
  readonly explainFailure?: (error: unknown) => CrashReport;
}

/**
 * Watches a run as it happens.
 *
 * @experimental
 */
export interface Observer {
  /** A part of the run that begins. */
  readonly phase?: (name: Phase) => void;
  /** An event of the history, and whose it is unless the nemesis's. */
  readonly op?: (op: Op, asker?: Asker) => void;
  /** What happens to a message. */
  readonly message?: (timeNs: number, event: PacketEvent, packet: Packet) => void;
  /** What a node does wrong. */
  readonly problem?: (problem: Problem) => void;
  /** A fault that strikes. */
  readonly fault?: (fault: TimedFault) => void;
  /** A line that a node writes to its log. */
  readonly log?: (node: string, line: string, timeNs: number) => void;
  /** What a node's disk does that a perfect one would not do. */
  readonly disk?: (node: string, did: string, timeNs: number) => void;
  /** All nodes are up: the history's time begins. Until then times are the clock's, as this one. */
  readonly up?: (timeNs: number) => void;
  /** Given once, at the start: what can be asked at any time. */
  readonly started?: (gauge: Gauge) => void;
}

/** Lets several watch one run. */
export function observeTogether(observers: readonly Observer[]): Observer {
  return {
    phase: tellAll(observers.map(({ phase }) => phase)),
    op: tellAll(observers.map(({ op }) => op)),
    message: tellAll(observers.map(({ message }) => message)),
    problem: tellAll(observers.map(({ problem }) => problem)),
    fault: tellAll(observers.map(({ fault }) => fault)),
    log: tellAll(observers.map(({ log }) => log)),
    disk: tellAll(observers.map(({ disk }) => disk)),
    up: tellAll(observers.map(({ up }) => up)),
    started: tellAll(observers.map(({ started }) => started)),
  };
}

/** Most events are frequent, so observers that do not listen cost nothing. */
function tellAll<Told extends unknown[]>(
  all: readonly (((...told: Told) => void) | undefined)[],
): (...told: Told) => void {
  const listeners = all.filter((one) => one !== undefined);
  const [only] = listeners;
  if (listeners.length === 1 && only !== undefined) return only;
  return (...told) => {
    for (const tell of listeners) tell(...told);
  };
}

/** The parts of a run, in order. */
export type Phase =
  | "starting"
  | "running"
  | "recovering"
  | "final"
  | "comparing"
  | "stopping"
  | "checking";

/** A running run's figures. */
export interface Gauge {
  /** Nanoseconds since the history's time began. */
  readonly nowNs: () => number;
  /** How many operations clients have begun. */
  readonly invocations: () => number;
  /** How many messages nodes and services have sent each other. */
  readonly serverMessages: () => number;
}

/** Maelstrom waits that long before final operations, with the network healed. */
const RECOVERY_NS = 10 * NS_PER_S;

/** Values that a history may hold: of 8 bytes each, they fill most of what a process may have. */
const MOST_VALUES = 350_000_000;

class HistoryTooLong extends Error {
  override readonly name = "HistoryTooLong";
}

/** Most forms of malformed replies of a node that are reported, each once; the history has all. */
const MALFORMED_REPORTED = 3;

/**
 * Runs a workload against a host's nodes and checks what came of it.
 *
 * Whatever fails on the way, a callback of the clock or of the host included, the nodes are stopped
 * first. A node's failure is a result with a crash report.
 */
export function run(plan: Plan, environment: Environment): Promise<RunResult> {
  return new Run(plan, environment).outcome();
}

class Run {
  readonly #plan: Plan;
  readonly #workload: Workload;
  readonly #environment: Environment;
  readonly #random: Random;
  readonly #cluster: Cluster;
  readonly #history: Op[] = [];
  readonly #problems: Problem[] = [];
  /** What was wrong with malformed replies, by node. */
  readonly #malformed = new Map<string, Set<string>>();
  /** Messages that partitions have cut, by type. */
  readonly #cut = new Map<string, number>();
  /** Whether nodes have sent each other anything that partitions could cut. */
  #areLinked = false;
  readonly #stopped: Promise<never>;
  #stop: (reason: unknown) => void = () => {};
  #originNs = 0;
  #invocations = 0;
  /** The lengths of all lists in the history; what is nested in them is not counted. */
  #values = 0;
  /** The message counts that Maelstrom would have. */
  #net: Result | undefined;
  #finalStates: FinalStates | undefined;

  constructor(plan: Plan, given: Environment) {
    const clock = guarded(given.clock, (error) => this.#stop(error));
    const environment = { ...given, clock };
    this.#plan = plan;
    this.#workload = environment.workload ?? workloadOf(plan);
    this.#environment = environment;
    this.#random = new Random(plan.seed);
    this.#stopped = new Promise((_, reject) => this.#stop = reject);
    this.#stopped.catch(() => {}); // it may come when nobody waits any more
    const { nodes, latencyMs, latencyDistribution, loss, duplication, deliveryMs = 0 } = plan;
    const { initTimeoutS } = plan;
    const { host, observer: { disk } = {} } = environment;
    const message = this.#ending(environment.observer?.message);
    const log = this.#ending(environment.observer?.log);
    this.#cluster = new Cluster({
      nodes,
      host,
      clock,
      random: this.#random,
      latency: { meanMs: latencyMs, distribution: latencyDistribution },
      loss,
      duplication,
      deliveryMs,
      initTimeoutMs: 1_000 * initTimeoutS,
      observe: (event, packet) => {
        if (event === "cut") this.#countCut(packet);
        if (!this.#areLinked) this.#areLinked = isBetweenNodes(packet, nodes);
        message?.(this.#nowNs(), event, packet);
      },
      ...(log && { log: (node, line) => log(node, line, this.#nowNs()) }),
      ...(disk && { disk: (node, did) => disk(node, did, this.#nowNs()) }),
      problem: (problem) => this.#note(problem),
      failed: (failure) => this.#stop(failure),
    });
  }

  /** Tells an observer, and ends the run if that throws: programs and clients would catch it. */
  #ending<Told extends unknown[]>(
    tell: ((...told: Told) => void) | undefined,
  ): typeof tell {
    return tell && ((...told) => {
      try {
        tell(...told);
      } catch (error) {
        this.#stop(error);
        throw error;
      }
    });
  }

  async outcome(): Promise<RunResult> {
    const { signal, observer } = this.#environment;
    const abort = () => this.#stop(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    observer?.started?.({
      nowNs: () => this.#nowNs(),
      invocations: () => this.#invocations,
      serverMessages: () => this.#cluster.network.traffic.servers.sent,
    });
    try {
      await this.#untilStopped();
      this.#enter("checking");
      const finalStates = this.#checkFinalStates();
      return { ...this.#ended(), results: this.#check(), ...(finalStates && { finalStates }) };
    } catch (error) {
      return { ...this.#ended(), crash: this.#explain(error) };
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async #untilStopped(): Promise<void> {
    try {
      await Promise.race([this.#phases(), this.#stopped]);
    } catch (error) {
      // A node that ends while its final state is read costs the run nothing: Maelstrom asks no more.
      if (!(error instanceof Crash) || this.#net === undefined) throw error;
    } finally {
      try {
        this.#enter("stopping");
      } finally {
        await this.#cluster.stop(); // whoever looks on may fail, but no node stays behind
      }
    }
  }

  #explain(error: unknown): CrashReport {
    const { signal, explainFailure } = this.#environment;
    if (error instanceof Crash) {
      const { node, text, lastWords = [] } = error.problem;
      return { node, text, lastWords };
    }
    if (error instanceof HistoryTooLong) return { text: error.message, lastWords: [] };
    if (explainFailure === undefined || signal?.aborted) throw error;
    return explainFailure(error);
  }

  #ended(): RunResult {
    const { nodes, concurrency, operations, rate, timeLimitS } = this.#plan;
    const asked = operations === undefined ? rate * timeLimitS : operations.length;
    const [workload, history, problems] = [this.#workload, this.#history, this.#problems];
    const { loggedErrors, syncs } = this.#cluster;
    const run = {
      workload,
      nodes,
      concurrency,
      history,
      problems,
      loggedErrors,
      asked,
    };
    const { ways } = this.#environment.host;
    const cut = this.#areLinked && { cut: this.#cut };
    return { ...run, ...cut, ...(syncs && { syncs }), ...(ways && { ways }) };
  }

  #countCut({ type }: Packet): void {
    this.#cut.set(type, (this.#cut.get(type) ?? 0) + 1);
  }

  #enter(phase: Phase): void {
    this.#environment.observer?.phase?.(phase);
  }

  #nowNs(): number {
    return this.#environment.clock.nowNs() - this.#originNs;
  }

  async #phases(): Promise<void> {
    const { clock } = this.#environment;
    this.#enter("starting");
    await this.#cluster.start();
    this.#originNs = clock.nowNs();
    this.#environment.observer?.up?.(this.#originNs);
    await this.#setUp();
    const random = this.#random.split("operations");
    const { main, background, final } = this.#workload.generators(this.#plan, random);
    const threads = this.#threads();
    this.#enter("running");
    await this.#main(threads, this.#schedule(main, background, random));
    if (final !== undefined) {
      this.#enter("recovering");
      for (const remedy of remediesOf(this.#plan)) this.#inflict(remedy);
      for (const remedy of this.#cluster.remedies()) this.#inflict(remedy);
      await sleep(clock, RECOVERY_NS);
      this.#enter("final");
      await threads.run(final);
    }
    this.#net = checkNet(this.#cluster.network.traffic, this.#invocations);
    await this.#readFinalStates();
    threads.close(); // only now: a late answer to a client that is gone would silence its node
  }

  /** One client a node, opened for every workload and closed only at the end, as in Maelstrom. */
  async #setUp(): Promise<void> {
    const setUp = this.#workload.setUp?.(this.#plan);
    await Promise.all(this.#plan.nodes.map(async (node) => {
      const call = this.#callOf(node);
      try {
        await setUp?.(call);
      } catch (error) {
        const text = `${node} failed in the set-up: ${reasonOf(error)}`;
        throw new Crash(this.#note({ node, text }));
      }
    }));
  }

  /** How a new client asks a node. */
  #callOf(node: string): Call {
    const client = this.#cluster.openClient();
    return (rpc, fields, timeoutMs) => client.rpc(node, rpc, fields, timeoutMs);
  }

  #threads(): Threads {
    return new Threads({
      clock: this.#environment.clock,
      workload: this.#workload,
      options: this.#plan,
      openClient: () => this.#cluster.openClient(),
      nowNs: () => this.#nowNs(),
      record: (op, asker) => this.#record(op, asker),
      malformed: (error) => this.#noteMalformed(error),
    });
  }

  /** Reports each form once: a node that cannot do better goes on like that. */
  #noteMalformed({ node, request, problem, message: text }: MalformedReply): void {
    const forms = this.#malformed.get(node) ?? new Set();
    this.#malformed.set(node, forms);
    const form = `${request.type} ${problem.replaceAll(/\d+/g, "#")}`;
    if (forms.has(form) || forms.size >= MALFORMED_REPORTED) return;
    forms.add(form);
    const consequence =
      "the operation counts as indeterminate, with an exception; no more is said of such replies";
    this.#note({ node, text, consequence, isInHistory: true });
  }

  /** The main phase's operations in time. */
  #schedule(main: Generator, background: Generator | undefined, random: Random): Generator {
    const { rate, timeLimitS, operations } = this.#plan;
    if (operations !== undefined) return scripted(operations.map(timedOperation), main);
    const spaced = stagger(rate, random.split("schedule"), main);
    return timeLimit(timeLimitS * NS_PER_S, background ? any(spaced, background) : spaced);
  }

  async #main(threads: Threads, schedule: Generator): Promise<void> {
    const { rate, timeLimitS, operations } = this.#plan;
    const limitNs = timeLimitS * NS_PER_S;
    const endNs = this.#environment.clock.nowNs() + limitNs;
    const faults = faultsOf(this.#plan, this.#random.split("nemesis"));
    const stopNemesis = this.#unleash(faults, this.#nowNs() + limitNs);
    let isOver = false;
    this.#environment.steer?.((fault) => isOver || this.#inflict(fault));
    if (rate > 0) await threads.run(schedule);
    if (rate === 0 || operations !== undefined) await until(this.#environment.clock, endNs);
    stopNemesis();
    isOver = true;
  }

  /** Lets faults strike at their times, until a time; returns how to stop before. */
  #unleash(faults: Iterable<TimedFault>, endNs: number): () => void {
    const { clock } = this.#environment;
    const upcoming = validate(faults, (id) => this.#cluster.network.knows(id));
    let stopped = false;
    const next = () => {
      const { value, done } = upcoming.next();
      if (done || value.timeNs >= endNs) return;
      clock.at(this.#originNs + value.timeNs, () => {
        if (stopped) return;
        this.#inflict(value.fault);
        next();
      });
    };
    next();
    return () => stopped = true;
  }

  #inflict(fault: Fault): void {
    const op = { process: "nemesis", type: "info", f: fault.f } as const;
    this.#environment.observer?.fault?.({ timeNs: this.#nowNs(), fault });
    this.#record({ ...op, value: invokedValue(fault) });
    this.#record({ ...op, value: inflict(fault, this.#cluster) });
  }

  #record(op: Omit<Op, "index" | "time">, asker?: Asker): Op {
    const recorded = { index: this.#history.length, time: this.#nowNs(), ...op };
    this.#history.push(recorded);
    if (op.type === "invoke") this.#invocations++;
    this.#bound(op.value);
    this.#environment.observer?.op?.(recorded, asker);
    return recorded;
  }

  /** Ends a run whose history outgrows memory, while there is room for a report. */
  #bound(value: Op["value"]): void {
    if (!Array.isArray(value)) return;
    const before = this.#values;
    this.#values += value.length;
    if (before > MOST_VALUES || this.#values <= MOST_VALUES) return;
    const text =
      `the history holds ${formatWhole(MOST_VALUES)} values that clients read, and memory ` +
      "has no room for many more: a lower rate or a shorter run asks for fewer";
    this.#stop(new HistoryTooLong(text));
  }

  #note(given: Omit<Problem, "timeNs">): Problem {
    const problem = { timeNs: this.#nowNs(), ...given };
    this.#problems.push(problem);
    this.#environment.observer?.problem?.(problem);
    return problem;
  }

  #check(): EdnObject {
    const { check } = this.#workload;
    const net = this.#net ?? checkNet(this.#cluster.network.traffic, this.#invocations);
    return composeResults({ history: this.#history, check, options: this.#plan, net });
  }

  /** Lets the nodes come to rest, and reads what they hold. */
  async #readFinalStates(): Promise<void> {
    const { nodes } = this.#plan;
    const { finalStates } = this.#workload;
    const keys = finalStates?.keys(this.#history) ?? [];
    if (finalStates === undefined || keys.length === 0) return;
    this.#enter("comparing");
    for (const remedy of this.#cluster.remedies()) inflict(remedy, this.#cluster); // apart from the history
    const calls = new Map(nodes.map((node) => [node, this.#callOf(node)]));
    const read = (node: string, some: readonly Edn[]) =>
      finalStates.read(some, calls.get(node) ?? this.#callOf(node));
    this.#finalStates = await readFinalStates(nodes, keys, read, this.#environment.clock);
  }

  #checkFinalStates(): Result | undefined {
    const { nodes, concurrency, consistencyModels } = this.#plan;
    const { finalStates } = this.#workload;
    if (finalStates === undefined || this.#finalStates === undefined) return undefined;
    return checkFinalStates(finalStates, this.#history, {
      ...this.#finalStates,
      ...(consistencyModels && { consistencyModels }),
      nodeOf: (process) => nodes[process % concurrency % nodes.length],
    });
  }
}

/** Whether a message goes from one node to another: services are always within reach. */
function isBetweenNodes({ src, dest }: Packet, nodes: readonly string[]): boolean {
  return src !== dest && nodes.includes(src) && nodes.includes(dest);
}

/** A clock that hands over what its callbacks throw. */
function guarded(clock: Clock, failed: (error: unknown) => void): Clock {
  return {
    nowNs: () => clock.nowNs(),
    at: (timeNs, callback) =>
      clock.at(timeNs, () => {
        try {
          callback();
        } catch (error) {
          failed(error);
        }
      }),
  };
}
