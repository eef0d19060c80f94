/**
 * One run, from the first `init` to the checkers' word: Maelstrom's order of things, on any host and
 * any clock.
 *
 * @module
 */
import { type Ending, finalStates } from "./final_states.ts";
import type { Result } from "../checkers/checker.ts";
import { composeResults } from "../checkers/compose.ts";
import { checkNet } from "../checkers/net.ts";
import type { Call } from "./clients/client.ts";
import { type Clock, sleep, until } from "./clock/clock.ts";
import type { Edn, EdnObject } from "../history/edn.ts";
import { any, type Generator, stagger, timeLimit } from "./clients/generator.ts";
import { scripted, type ScriptedOp } from "./clients/script.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";
import type { Host, Problem } from "./hosts/host.ts";
import { type Fault, faultValues, inflict } from "./faults/kinds.ts";
import { type TimedFault, validate } from "./faults/schedule.ts";
import { Cluster, Crash } from "./cluster.ts";
import type { Latency } from "./network/latency.ts";
import type { LinkOptions } from "./network/loss.ts";
import type { PacketObserver } from "./network/packet.ts";
import { Random } from "./random.ts";
import { type Asker, Threads } from "./threads.ts";
import type { Workload, WorkloadOptions } from "./workloads/workload.ts";

/** Everything that decides what a run does. */
export interface RunOptions extends Omit<WorkloadOptions, "latencyMs"> {
  readonly workload: Workload;
  /** Operations per second, over all threads. 0: none, but the run takes its time. */
  readonly rate: number;
  /** Length of the main phase. */
  readonly timeLimitS: number;
  readonly latency: Latency;
  /** Loss, duplication and delivery time beyond Maelstrom's. Default: none. */
  readonly imperfections?: LinkOptions;
  /** What goes wrong, in order of time; may be endless. Default: nothing. */
  readonly faults?: (nodes: readonly string[], random: Random) => Iterable<TimedFault>;
  /** The main phase's operations, written down, instead of the workload's own. */
  readonly script?: readonly ScriptedOp[];
  /** Required fraction of operations that are ok; 1 is Maelstrom's `total`. */
  readonly availability?: number;
  readonly consistencyModels?: readonly string[];
  /** Decides every draw of generators, nemesis and latencies. */
  readonly seed: number | string;
}

/** Where a run takes place, and who looks on. */
export interface Engine {
  readonly clock: Clock;
  readonly host: Host;
  readonly observer?: Observer;
  /** Ends the run early: it rejects with the signal's reason, nodes stopped. */
  readonly signal?: AbortSignal;
}

/** Told what happens while it happens. */
export interface Observer {
  readonly phase?: (name: Phase) => void;
  /** An event of the history, and whose it is unless the nemesis's. */
  readonly op?: (op: Op, asker?: Asker) => void;
  /** A message's fate, at a time in ns. */
  readonly message?: (time: number, ...args: Parameters<PacketObserver>) => void;
  readonly problem?: (problem: Problem) => void;
  /** A fault that strikes. */
  readonly fault?: (fault: TimedFault) => void;
  readonly log?: (node: string, line: string, time: number) => void;
  /** All nodes are up: the history's time begins. Until then times are the clock's, as this one. */
  readonly up?: (time: number) => void;
  /** Given once, at the start: what can be asked at any time. */
  readonly started?: (gauge: Gauge) => void;
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
  readonly now: () => number;
  readonly invocations: () => number;
  readonly serverMessages: () => number;
}

/** How a run ended. */
export interface Outcome {
  readonly history: readonly Op[];
  /** What Maelstrom writes to `results.edn`; absent after a crash. */
  readonly results?: EdnObject;
  /** What the nodes' state at the end says beyond that, where the workload lets it be asked for. */
  readonly stronger?: EdnObject;
  readonly problems: readonly Problem[];
  /** Why there are no results: a node ended by itself, or did not start. */
  readonly crash?: Problem;
}

/** Maelstrom waits that long before final operations, with the network healed. */
const RECOVERY_NS = 10 * NS_PER_S;

/** Malformed replies of a node that are told of one by one; the history has all. */
const MALFORMED_TOLD = 3;

/** Runs a workload against a host's nodes and checks what came of it. */
export function run(options: RunOptions, engine: Engine): Promise<Outcome> {
  return new Run(options, engine).outcome();
}

class Run {
  readonly #options: RunOptions;
  readonly #workloadOptions: WorkloadOptions;
  readonly #engine: Engine;
  readonly #random: Random;
  readonly #cluster: Cluster;
  readonly #history: Op[] = [];
  readonly #problems: Problem[] = [];
  /** Malformed replies, by node. */
  readonly #malformed = new Map<string, number>();
  readonly #stopped: Promise<never>;
  #stop: (reason: unknown) => void = () => {};
  #origin = 0;
  #invocations = 0;
  /** The message counts that Maelstrom would have. */
  #net: Result | undefined;
  #ending: Ending | undefined;

  constructor(options: RunOptions, engine: Engine) {
    this.#options = options;
    this.#workloadOptions = { ...options, latencyMs: options.latency.meanMs };
    this.#engine = engine;
    this.#random = new Random(options.seed);
    this.#stopped = new Promise((_, reject) => this.#stop = reject);
    this.#stopped.catch(() => {}); // it may come when nobody waits any more
    const { message, log } = engine.observer ?? {};
    this.#cluster = new Cluster({
      nodes: options.nodes,
      host: engine.host,
      clock: engine.clock,
      random: this.#random,
      latency: options.latency,
      ...options.imperfections,
      ...(message && { observe: (event, packet) => message(this.#now(), event, packet) }),
      ...(log && { log: (node, line) => log(node, line, this.#now()) }),
      problem: (problem) => this.#note(problem),
      crashed: (crash) => this.#stop(crash),
    });
  }

  async outcome(): Promise<Outcome> {
    const { signal, observer } = this.#engine;
    const abort = () => this.#stop(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    observer?.started?.({
      now: () => this.#now(),
      invocations: () => this.#invocations,
      serverMessages: () => this.#cluster.network.traffic.servers.sent,
    });
    try {
      await Promise.race([this.#phases(), this.#stopped]);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      const { problem } = error;
      return { history: this.#history, problems: this.#problems, crash: problem };
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#enter("stopping");
      await this.#cluster.stop();
    }
    this.#enter("checking");
    const stronger = this.#checkEnding();
    return {
      history: this.#history,
      problems: this.#problems,
      results: this.#check(),
      ...(stronger && { stronger }),
    };
  }

  #enter(phase: Phase): void {
    this.#engine.observer?.phase?.(phase);
  }

  #now(): number {
    return this.#engine.clock.nowNs() - this.#origin;
  }

  async #phases(): Promise<void> {
    const { clock } = this.#engine;
    this.#enter("starting");
    await this.#cluster.start();
    this.#origin = clock.nowNs();
    this.#engine.observer?.up?.(this.#origin);
    await this.#setUp();
    const random = this.#random.split("operations");
    const { workload } = this.#options;
    const { main, background, final } = workload.generators(this.#workloadOptions, random);
    const threads = this.#threads();
    this.#enter("running");
    await this.#main(threads, this.#schedule(main, background, random));
    if (final !== undefined) {
      this.#enter("recovering");
      if (this.#options.faults !== undefined) this.#recover();
      await sleep(clock, RECOVERY_NS);
      this.#enter("final");
      await threads.run(final);
    }
    this.#net = checkNet(this.#cluster.network.traffic, this.#invocations);
    await this.#askForStates();
    threads.close(); // only now: a late answer to a client that is gone would silence its node
  }

  /** One client a node, opened for every workload and closed only at the end, as in Maelstrom. */
  async #setUp(): Promise<void> {
    const { workload, nodes } = this.#options;
    const setUp = workload.setUp?.(this.#workloadOptions);
    await Promise.all(nodes.map(async (node) => {
      const call = this.#callOf(node);
      try {
        await setUp?.(call);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Crash(this.#note({ node, text: `${node} failed in the set-up: ${reason}` }));
      }
    }));
  }

  /** How a new client asks a node. */
  #callOf(node: string): Call {
    const client = this.#cluster.openClient();
    return (rpc, fields, timeoutMs) => client.rpc(node, rpc, fields, timeoutMs);
  }

  #threads(): Threads {
    const { workload } = this.#options;
    return new Threads({
      clock: this.#engine.clock,
      workload,
      options: this.#workloadOptions,
      openClient: () => this.#cluster.openClient(),
      nowNs: () => this.#now(),
      record: (op, asker) => this.#record(op, asker),
      malformed: ({ node, message }) => this.#noteMalformed(node, message),
    });
  }

  /** Told of each node a few times: one that cannot do better goes on like that. */
  #noteMalformed(node: string, text: string): void {
    const told = this.#malformed.get(node) ?? 0;
    this.#malformed.set(node, told + 1);
    if (told >= MALFORMED_TOLD) return;
    const last = told + 1 === MALFORMED_TOLD
      ? "; no more is said of such replies of this node"
      : "";
    const consequence = `the operation counts as indeterminate, with an exception${last}`;
    this.#note({ node, text, consequence });
  }

  /** The main phase's operations in time. */
  #schedule(main: Generator, background: Generator | undefined, random: Random): Generator {
    const { rate, timeLimitS, script } = this.#options;
    if (script !== undefined) return scripted(script, main);
    const spaced = stagger(rate, random.split("schedule"), main);
    return timeLimit(timeLimitS * NS_PER_S, background ? any(spaced, background) : spaced);
  }

  async #main(threads: Threads, schedule: Generator): Promise<void> {
    const { rate, timeLimitS, faults, script } = this.#options;
    const limit = timeLimitS * NS_PER_S;
    const end = this.#engine.clock.nowNs() + limit;
    const stopNemesis = faults === undefined ? () => {} : this.#unleash(
      faults(this.#options.nodes, this.#random.split("nemesis")),
      this.#now() + limit,
    );
    if (rate > 0) await threads.run(schedule);
    if (rate === 0 || script !== undefined) await until(this.#engine.clock, end);
    stopNemesis();
  }

  /** Lets faults strike at their times, until a time; returns how to stop before. */
  #unleash(faults: Iterable<TimedFault>, end: number): () => void {
    const { clock } = this.#engine;
    const upcoming = validate(faults, (id) => this.#cluster.network.knows(id));
    let stopped = false;
    const next = () => {
      const { value, done } = upcoming.next();
      if (done || value.timeNs >= end) return;
      clock.at(this.#origin + value.timeNs, () => {
        if (stopped) return;
        this.#inflict(value.fault);
        next();
      });
    };
    next();
    return () => stopped = true;
  }

  /** Ends every fault, as Maelstrom heals the network before it waits for recovery. */
  #recover(): void {
    for (const fault of this.#cluster.remedies()) this.#inflict(fault);
  }

  #inflict(fault: Fault): void {
    const [invoked, completed] = faultValues(fault);
    const op = { process: "nemesis", type: "info", f: fault.f } as const;
    this.#engine.observer?.fault?.({ timeNs: this.#now(), fault });
    this.#record({ ...op, value: invoked });
    inflict(fault, this.#cluster);
    this.#record({ ...op, value: completed });
  }

  #record(op: Omit<Op, "index" | "time">, asker?: Asker): Op {
    const recorded = { index: this.#history.length, time: this.#now(), ...op };
    this.#history.push(recorded);
    if (op.type === "invoke") this.#invocations++;
    this.#engine.observer?.op?.(recorded, asker);
    return recorded;
  }

  #note(given: Omit<Problem, "timeNs">): Problem {
    const problem = { timeNs: this.#now(), ...given };
    this.#problems.push(problem);
    this.#engine.observer?.problem?.(problem);
    return problem;
  }

  #check(): EdnObject {
    const { workload, availability, consistencyModels } = this.#options;
    return composeResults({
      history: this.#history,
      check: workload.check,
      options: {
        ...(availability === undefined ? {} : { availability }),
        ...(consistencyModels === undefined ? {} : { consistencyModels }),
      },
      net: this.#net ?? checkNet(this.#cluster.network.traffic, this.#invocations),
    });
  }

  /** Lets the nodes come to rest, and asks what they hold. */
  async #askForStates(): Promise<void> {
    const { nodes, concurrency, consistencyModels, workload } = this.#options;
    const { aftermath } = workload;
    const keys = aftermath?.keys(this.#history) ?? [];
    if (aftermath === undefined || keys.length === 0) return;
    this.#enter("comparing");
    for (const remedy of this.#cluster.remedies()) inflict(remedy, this.#cluster); // apart from the history
    const calls = new Map(nodes.map((node) => [node, this.#callOf(node)]));
    const ask = (node: string, some: readonly Edn[]) =>
      aftermath.ask(some, calls.get(node) ?? this.#callOf(node));
    this.#ending = {
      ...await finalStates(nodes, keys, ask, this.#engine.clock),
      ...(consistencyModels && { consistencyModels }),
      nodeOf: (process) => nodes[process % concurrency % nodes.length],
    };
  }

  #checkEnding(): Result | undefined {
    if (this.#ending === undefined) return undefined;
    return this.#options.workload.aftermath?.check(this.#history, this.#ending);
  }
}
