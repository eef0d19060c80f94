/**
 * One run, from the first `init` to the checkers' word: Maelstrom's order of things, on any host and
 * any clock.
 *
 * @module
 */
import { composeResults } from "./checkers/compose.ts";
import { Client } from "./client.ts";
import { type Clock, SECOND, sleep } from "./clock.ts";
import type { EdnObject } from "./edn.ts";
import { any, type Generator, stagger, timeLimit } from "./generator.ts";
import type { Op } from "./history.ts";
import type { Host, Problem, World } from "./hosts/host.ts";
import { parseJson, printJson } from "./json.ts";
import type { Body } from "../message.ts";
import { faultValues, inflict, type TimedFault, type Victim } from "./nemesis.ts";
import {
  type Imperfections,
  type Latency,
  Network,
  UnknownParticipant,
  type Watch,
} from "./network.ts";
import { Random } from "./random.ts";
import { startServices } from "./services/mod.ts";
import { Threads } from "./threads.ts";
import type { Workload, WorkloadOptions } from "./workloads/workload.ts";
import { Init } from "../workloads.ts";

/** Everything that decides what a run does. */
export interface RunOptions extends Omit<WorkloadOptions, "latencyMs"> {
  readonly workload: Workload;
  /** Operations per second, over all threads. 0: none, but the run takes its time. */
  readonly rate: number;
  /** Length of the main phase. */
  readonly timeLimitS: number;
  readonly latency: Latency;
  /** Loss, duplication and delivery time beyond Maelstrom's. Default: none. */
  readonly imperfections?: Partial<Imperfections>;
  /** What goes wrong, in order of time; may be endless. Default: nothing. */
  readonly faults?: (nodes: readonly string[], random: Random) => Iterable<TimedFault>;
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
  readonly op?: (op: Op) => void;
  /** A message's fate, at a time in ns. */
  readonly message?: (time: number, ...args: Parameters<Watch>) => void;
  readonly problem?: (problem: Problem) => void;
  readonly log?: (node: string, line: string, time: number) => void;
  /** Given once, at the start: what can be asked at any time. */
  readonly started?: (gauge: Gauge) => void;
}

/** The parts of a run, in order. */
export type Phase = "starting" | "running" | "recovering" | "final" | "stopping" | "checking";

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
  readonly problems: readonly Problem[];
  /** Why there are no results: a node ended by itself, or did not start. */
  readonly crash?: Problem;
}

/** Maelstrom waits that long before final operations, with the network healed. */
const RECOVERY_NS = 10 * SECOND;
const INIT_TIMEOUT_MS = 10_000;

/** Runs a workload against a host's nodes and checks what came of it. */
export function run(options: RunOptions, engine: Engine): Promise<Outcome> {
  return new Run(options, engine).outcome();
}

class Crash extends Error {
  constructor(readonly problem: Problem) {
    super(problem.text);
  }
}

class Run implements World, Victim {
  readonly #options: RunOptions;
  readonly #workloadOptions: WorkloadOptions;
  readonly #engine: Engine;
  readonly #random: Random;
  readonly #network: Network;
  readonly #history: Op[] = [];
  readonly #problems: Problem[] = [];
  /** Nodes whose output is no longer read. */
  readonly #muted = new Set<string>();
  readonly #killed = new Set<string>();
  readonly #stopped: Promise<never>;
  #stop: (reason: unknown) => void = () => {};
  #origin = 0;
  #clients = 0;
  #invocations = 0;
  #stopping = false;

  constructor(options: RunOptions, engine: Engine) {
    this.#options = options;
    this.#workloadOptions = { ...options, latencyMs: options.latency.meanMs };
    this.#engine = engine;
    this.#random = new Random(options.seed);
    const message = engine.observer?.message;
    this.#network = new Network({
      clock: engine.clock,
      random: this.#random.split("network"),
      latency: options.latency,
      ...(options.imperfections && { imperfections: options.imperfections }),
      ...(message && { watch: (fate, packet) => message(this.#now(), fate, packet) }),
    });
    this.#stopped = new Promise((_, reject) => this.#stop = reject);
    this.#stopped.catch(() => {}); // it may come when nobody waits any more
  }

  async outcome(): Promise<Outcome> {
    const { signal, host, observer } = this.#engine;
    const abort = () => this.#stop(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    observer?.started?.({
      now: () => this.#now(),
      invocations: () => this.#invocations,
      serverMessages: () => this.#network.serverMessages,
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
      this.#stopping = true;
      await host.stop();
    }
    this.#enter("checking");
    return { history: this.#history, problems: this.#problems, results: this.#check() };
  }

  #enter(phase: Phase): void {
    this.#engine.observer?.phase?.(phase);
  }

  #now(): number {
    return this.#engine.clock.now() - this.#origin;
  }

  async #phases(): Promise<void> {
    const { clock } = this.#engine;
    const { nodes, workload } = this.#options;
    this.#enter("starting");
    startServices(this.#network, this.#random.split("services"));
    await Promise.all(nodes.map((node) => this.#start(node)));
    this.#origin = clock.now();
    await this.#setUp();
    const random = this.#random.split("operations");
    const { main, background, final } = workload.generators(this.#workloadOptions, random);
    const threads = this.#threads();
    this.#enter("running");
    await this.#main(threads, main, background, random);
    if (final !== undefined) {
      this.#enter("recovering");
      if (this.#options.faults !== undefined) this.#inflict({ f: "stop-partition" });
      await sleep(clock, RECOVERY_NS);
      this.#enter("final");
      await threads.run(final);
    }
    threads.close();
  }

  /** Starts a node, or starts it again, and waits for its `init_ok`. */
  async #start(node: string): Promise<void> {
    const { host, clock } = this.#engine;
    const { nodes } = this.#options;
    if (!this.#network.knows(node)) {
      this.#network.register(node, (packet) => host.deliver(node, packet));
    }
    const client = new Client(this.#nextClientId(), this.#network, clock);
    try {
      await host.start(node, this);
      const request = { node_id: node, node_ids: [...nodes] };
      await client.rpc(node, Init.init, request, INIT_TIMEOUT_MS);
    } catch (error) {
      const text = `${node} did not start: ${error instanceof Error ? error.message : error}`;
      throw new Crash(this.#note({ node, time: this.#now(), text }));
    } finally {
      client.close();
    }
  }

  /** One client a node, opened for every workload and closed only at the end, as in Maelstrom. */
  async #setUp(): Promise<void> {
    const { workload, nodes } = this.#options;
    await Promise.all(nodes.map(async (node) => {
      const client = new Client(this.#nextClientId(), this.#network, this.#engine.clock);
      try {
        await workload.setUp?.(
          this.#workloadOptions,
          (rpc, fields, timeoutMs) => client.rpc(node, rpc, fields, timeoutMs),
        );
      } catch (error) {
        const text = `${node} failed in the workload's set-up: ${
          error instanceof Error ? error.message : error
        }`;
        throw new Crash(this.#note({ node, time: this.#now(), text }));
      }
    }));
  }

  #threads(): Threads {
    const { workload } = this.#options;
    return new Threads({
      clock: this.#engine.clock,
      network: this.#network,
      workload,
      options: this.#workloadOptions,
      nextClientId: () => this.#nextClientId(),
      now: () => this.#now(),
      record: (op) => this.#record(op),
      malformed: ({ node, message }) =>
        this.#note({
          node,
          time: this.#now(),
          text: message,
          consequence: "the operation counts as indeterminate, with an exception",
        }),
    });
  }

  async #main(
    threads: Threads,
    main: Generator,
    background: Generator | undefined,
    random: Random,
  ): Promise<void> {
    const { rate, timeLimitS, faults } = this.#options;
    const limit = timeLimitS * SECOND;
    const stopNemesis = faults === undefined ? () => {} : this.#unleash(
      faults(this.#options.nodes, this.#random.split("nemesis")),
      this.#now() + limit,
    );
    const spaced = stagger(rate, random.split("schedule"), main);
    const all = background === undefined ? spaced : any(spaced, background);
    if (rate === 0) await sleep(this.#engine.clock, limit);
    else await threads.run(timeLimit(limit, all));
    stopNemesis();
  }

  /** Lets faults strike at their times, until a time; returns how to stop before. */
  #unleash(faults: Iterable<TimedFault>, end: number): () => void {
    const { clock } = this.#engine;
    const upcoming = faults[Symbol.iterator]();
    const origin = clock.now() - this.#now();
    const start = this.#now();
    let stopped = false;
    const next = () => {
      const { value, done } = upcoming.next();
      if (done || start + value.time >= end) return;
      clock.at(origin + start + value.time, () => {
        if (stopped) return;
        this.#inflict(value.fault);
        next();
      });
    };
    next();
    return () => stopped = true;
  }

  #inflict(fault: TimedFault["fault"]): void {
    const [invoked, completed] = faultValues(fault);
    const op = { process: "nemesis", type: "info", f: fault.f } as const;
    this.#record({ ...op, value: invoked });
    inflict(fault, this);
    this.#record({ ...op, value: completed });
  }

  #record(op: Omit<Op, "index" | "time">): Op {
    const recorded = { index: this.#history.length, time: this.#now(), ...op };
    this.#history.push(recorded);
    if (op.type === "invoke") this.#invocations++;
    this.#engine.observer?.op?.(recorded);
    return recorded;
  }

  #nextClientId(): string {
    return `c${this.#clients++}`;
  }

  #note(given: Problem): Problem {
    const lastWords = this.#engine.host.lastWords(given.node);
    const problem = lastWords.length === 0 ? given : { ...given, lastWords };
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
      net: this.#network.stats(this.#invocations),
    });
  }

  // What nodes do.

  wrote(node: string, line: string): void {
    if (this.#muted.has(node) || this.#stopping) return;
    const read = readEnvelope(line);
    if (typeof read === "string") {
      return this.#mute(node, `wrote a line that is no message: ${read}`, line);
    }
    this.sent(node, read.src, read.dest, read.text, read.body);
  }

  sent(node: string, src: string, dest: string, text: string, body?: Body): void {
    if (this.#muted.has(node) || this.#stopping) return;
    try {
      this.#network.send(src, dest, text, body);
    } catch (error) {
      if (!(error instanceof UnknownParticipant)) throw error;
      const hint = dest.startsWith("c") && !this.#network.knows(dest)
        ? ` (${dest} is a client that has given up waiting, or never was)`
        : "";
      this.#mute(node, `sent a message with an ${error.message}${hint}`, text);
    }
  }

  logged(node: string, line: string): void {
    this.#engine.observer?.log?.(node, line, this.#now());
  }

  exited(node: string, how: string): void {
    if (this.#stopping || this.#killed.has(node)) return;
    this.#stop(new Crash(this.#note({ node, time: this.#now(), text: `${node} ended: ${how}` })));
  }

  #mute(node: string, did: string, line: string): void {
    this.#muted.add(node);
    const consequence =
      `Maelstrom would stop reading ${node} here without saying so, and so does this run`;
    this.#note({ node, time: this.#now(), text: `${node} ${did}`, consequence, line });
  }

  // What is done to nodes.

  partition(grudge: Parameters<Victim["partition"]>[0]): void {
    this.#network.partition(grudge);
  }

  heal(): void {
    this.#network.heal();
  }

  kill(node: string): void {
    this.#killed.add(node);
    this.#network.hold(node);
    this.#network.discard(node);
    this.#engine.host.kill(node);
  }

  restart(node: string): void {
    this.#killed.delete(node);
    this.#muted.delete(node);
    this.#network.discard(node);
    this.#network.release(node);
    this.#start(node).catch(this.#stop);
  }

  pause(node: string): void {
    this.#network.hold(node);
    this.#engine.host.pause(node);
  }

  resume(node: string): void {
    this.#engine.host.resume(node);
    this.#network.release(node);
  }

  skew(node: string, skewMs: number): void {
    this.#engine.host.skew(node, skewMs);
  }
}

interface ReadEnvelope {
  readonly src: string;
  readonly dest: string;
  readonly text: string;
  readonly body: Body;
}

const ENVELOPE_KEYS: ReadonlySet<string> = new Set(["id", "src", "dest", "body"]);

/** Reads a node's line with Maelstrom's tolerance; what is wrong with it, if it is no message. */
function readEnvelope(line: string): ReadEnvelope | string {
  let message: unknown;
  try {
    message = parseJson(line);
  } catch {
    return line.trim() === "" ? "it is empty" : "it is not JSON";
  }
  if (!isObject(message)) return "it is not a JSON object";
  const { id, src, dest, body = {} } = message;
  if (typeof src !== "string") return `"src" must be a string`;
  if (typeof dest !== "string") return `"dest" must be a string`;
  if (!isObject(body)) return `"body" must be an object`;
  if (id !== undefined && !Number.isInteger(id)) return `"id" must be an integer`;
  const extra = Object.keys(message).find((key) => !ENVELOPE_KEYS.has(key));
  if (extra !== undefined) return `"${extra}" does not belong in an envelope`;
  const asWritten = id === undefined && message.body !== undefined && line.startsWith("{");
  const text = asWritten ? line : printJson({ src, dest, body });
  return { src, dest, text, body: body as Body }; // a body without a type is nobody's business here
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
